// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import HostFiles

/// Keeps what a container is and has done: an image of it, and in
/// `DATA/evidence/ACT` what the engine says.
struct EvidenceKeeper: Sendable {
    static let repository = "jaga-evidence"
    private static let commitLimit = Duration.seconds(600)

    let folder: String
    let now: @Sendable () -> Int64
    private let work = BlockingWork.serial("evidence")

    init(folder: String, now: @escaping @Sendable () -> Int64) {
        self.folder = folder
        self.now = now
    }

    /// - Returns: Where it lies, for people.
    func keep(
        _ target: ContainerTarget,
        _ act: PlannedAct,
        _ client: DockerClient
    ) async throws -> String {
        let place = "\(folder)/\(act.id)-\(target.id.prefix(12))"
        for kind in DockerClient.Evidence.allCases {
            let bytes = try await client.evidence(kind, of: target.id)
            try await work.run { try Self.write(bytes, place, kind.fileName) }
        }
        let tag = "\(target.id.prefix(12))-\(now() / 1_000_000_000)"
        var configuration = client.configuration
        configuration.requestTimeout = Self.commitLimit
        let patient = try DockerClient(endpoint: client.endpoint, configuration: configuration)
        do {
            try await patient.commit(target.id, repository: Self.repository, tag: tag)
        } catch {
            await patient.shutdown()
            throw error
        }
        await patient.shutdown()
        return "image \(Self.repository):\(tag), files in \(place)"
    }

    private static func write(_ bytes: [UInt8], _ folder: String, _ name: String) throws {
        do {
            try Folder.make(folder, mode: 0o700)
            try WholeFile.replace(
                folder + "/" + name,
                with: bytes,
                WholeFile.Manner(mode: 0o600)
            )
        } catch {
            throw ResponseError(.journal, "evidence is not kept: \(error.message)")
        }
    }
}

extension DockerClient.Evidence {
    fileprivate var fileName: String {
        switch self {
        case .inspection: "inspect.json"
        case .changes: "changes.json"
        case .log: "log.raw"
        }
    }
}
