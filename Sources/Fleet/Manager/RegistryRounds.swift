// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOPosix
import Synchronization

/// Changes of who is registered that come at the same time, made with one write of the file.
///
/// A write costs as much as all agents together: a thousand that enrol at once would
/// otherwise wait for a thousand of them.
final class RegistryRounds: Sendable {
    typealias Change = @Sendable (inout FleetContents) throws -> CertificateAnswer

    private struct Waiting: Sendable {
        let change: Change
        let answer: CheckedContinuation<CertificateAnswer, any Error>
    }

    private let registry: AgentRegistry
    private let work: NIOThreadPool
    private let waiting = Mutex<[Waiting]>([])

    init(_ registry: AgentRegistry, _ work: NIOThreadPool) {
        self.registry = registry
        self.work = work
    }

    /// Makes a change, and gives its answer once it is on the disk.
    ///
    /// - Throws: What the change throws, which then changes nothing; ``FleetError`` `file`;
    ///   `busy` when the manager ends.
    func make(_ change: @escaping Change) async throws -> CertificateAnswer {
        try await withCheckedThrowingContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                waiting.append(Waiting(change: change, answer: continuation))
                return waiting.count == 1
            }
            // Others come in the same round as the first.
            if isFirst { work.submit { self.makeAll($0 == .active) } }
        }
    }

    /// Makes all that wait; it blocks.
    private func makeAll(_ isActive: Bool) {
        let round = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        let results: [Result<CertificateAnswer, any Error>]
        do {
            guard isActive else { throw FleetError(.busy, "the manager is ending") }
            results = try registry.update { contents in
                round.map { one in Self.attempt(one.change, &contents) }
            }
        } catch {
            results = round.map { _ in .failure(error) }
        }
        for (one, result) in zip(round, results) { one.answer.resume(with: result) }
    }

    private static func attempt(
        _ change: Change,
        _ contents: inout FleetContents
    ) -> Result<CertificateAnswer, any Error> {
        do {
            var changed = contents
            let answer = try change(&changed)
            contents = changed
            return .success(answer)
        } catch {
            return .failure(error)
        }
    }
}
