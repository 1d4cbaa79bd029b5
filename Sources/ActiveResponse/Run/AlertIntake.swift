// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Synchronization

/// Alerts on their way from the pipeline to the responses.
///
/// The pipeline's thread puts in what may concern a response and never waits;
/// what there is no room for is counted.
package final class AlertIntake: Sendable {
    /// An alert that was not read yet.
    struct Candidate: Sendable {
        let json: [UInt8]
        let container: ContainerIdentity?
    }

    /// Bytes of alerts that may wait, after those alike were left out.
    private static let byteLimit = 16 << 20
    private static let deliveryLimit = 256

    let batches: AsyncStream<[Candidate]>
    private let continuation: AsyncStream<[Candidate]>.Continuation
    private let choice: Mutex<Choice>
    private let waiting = Mutex(Waiting())

    /// Which alerts may concern a response.
    private struct Choice: Sendable {
        let responses: [Response]
        /// Whether alerts of one rule, source and address may still differ for some response.
        let looksDeeper: Bool

        init(_ settings: ResponseSettings) {
            responses = settings.isEnabled ? settings.responses : []
            looksDeeper = responses.contains {
                $0.command.kind.takesAlert || $0.command.kind == .disableAccount
            }
        }

        /// What responses say of themselves leads to none.
        func concerns(_ entry: AlertBatch.Entry) -> Bool {
            guard !entry.source.location.elementsEqual(AuditRecord.location.utf8) else {
                return false
            }
            return responses.contains {
                $0.mayConcern(ruleID: entry.ruleID, level: entry.level)
            }
        }
    }

    private struct Waiting {
        var bytes = 0
        var lost = 0
    }

    init(_ settings: ResponseSettings) {
        choice = Mutex(Choice(settings))
        (batches, continuation) = AsyncStream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.deliveryLimit)
        )
    }

    /// From now on other settings say what concerns a response.
    func replace(_ settings: ResponseSettings) {
        let new = Choice(settings)
        choice.withLock { $0 = new }
    }

    /// Takes from a batch what may concern a response.
    package func take(_ batch: borrowing AlertBatch) {
        let choice = choice.withLock { $0 }
        guard !choice.responses.isEmpty else { return }
        var seen: Set<Sign> = []
        var candidates: [Candidate] = []
        for entry in batch.entries where choice.concerns(entry) {
            let sign = Sign(
                rule: entry.ruleID,
                level: entry.level,
                address: Array(batch.text[entry.sourceAddress]),
                source: ObjectIdentifier(entry.source)
            )
            guard seen.insert(sign).inserted || choice.looksDeeper else { continue }
            guard isTaken(entry.json.count) else { continue }
            candidates.append(
                Candidate(
                    json: Array(batch.bytes[entry.json]),
                    container: entry.source.container
                )
            )
        }
        guard !candidates.isEmpty else { return }
        guard case .dropped(let batch) = continuation.yield(candidates) else { return }
        done(with: batch)
        waiting.withLock { $0.lost += batch.count }
    }

    /// Whether there is room for an alert, which then takes it.
    private func isTaken(_ bytes: Int) -> Bool {
        waiting.withLock { waiting in
            guard waiting.bytes + bytes <= Self.byteLimit else {
                waiting.lost += 1
                return false
            }
            waiting.bytes += bytes
            return true
        }
    }

    /// The room of a delivery is free again.
    func done(with batch: [Candidate]) {
        waiting.withLock { $0.bytes -= batch.reduce(0) { $0 + $1.json.count } }
    }

    /// No more come.
    func finish() { continuation.finish() }

    /// How many were left out since the last call.
    func takeLost() -> Int {
        waiting.withLock { waiting in
            defer { waiting.lost = 0 }
            return waiting.lost
        }
    }

    private struct Sign: Hashable {
        let rule: Int
        let level: Int
        let address: [UInt8]
        let source: ObjectIdentifier
    }
}
