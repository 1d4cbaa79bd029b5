// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HostFiles

/// `wazuh.json`: Wazuh's agents as the running manager saw them a moment ago, for the
/// command line.
///
/// Everything here blocks.
package struct WazuhReportFile: Sendable {
    private static let sizeLimit = 64 << 20
    /// Without news for so long an agent is away, in milliseconds: the manager that would
    /// have noted it has ended.
    private static let silenceLimit: Int64 = 900_000

    private let path: String

    /// - Parameter folder: `DATA/state/fleet`, which exists.
    package init(folder: String) {
        path = folder + "/wazuh.json"
    }

    /// What was kept, as it is at a moment; nobody when nothing was.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func read(at now: Int64) throws -> [AgentReport] {
        guard let bytes = try StateFile.read(path, limit: Self.sizeLimit) else { return [] }
        do {
            return try JSONDecoder().decode([AgentReport].self, from: Data(bytes)).map { report in
                var report = report
                if report.presence == .active, now - (report.lastSeen ?? 0) > Self.silenceLimit {
                    report.presence = .disconnected
                }
                return report
            }
        } catch {
            throw FleetError(
                .file,
                "\(path) is damaged: remove it, the manager writes it anew",
                cause: error
            )
        }
    }

    /// Keeps how they stand.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func write(_ reports: [AgentReport]) throws {
        try StateFile.replace(path, with: [UInt8](try JSONEncoder().encode(reports)))
    }
}

/// What the command line wants of a Wazuh agent.
package struct AgentRequest: Sendable, Hashable, Codable {
    package enum Act: String, Sendable, Hashable, Codable {
        case remove, restart, group
    }

    package let agent: String
    package let act: Act
    /// For ``Act/group``: these and no others.
    package let groups: [String]

    package init(agent: String, act: Act, groups: [String]) {
        self.agent = agent
        self.act = act
        self.groups = groups
    }
}

/// `wazuh-requests.json`: requests that the manager has not taken yet.
///
/// Everything here blocks.
package struct AgentRequestFile: Sendable {
    private static let sizeLimit = 4 << 20
    private static let limit = 10_000

    private let path: String

    /// - Parameter folder: `DATA/state/fleet`, which exists.
    package init(folder: String) {
        path = folder + "/wazuh-requests.json"
    }

    /// Adds one.
    ///
    /// - Throws: ``FleetError`` `file`, `busy` when too many wait.
    package func add(_ request: AgentRequest) throws {
        try StateFile.locked(path) {
            var requests = try read()
            guard requests.count < Self.limit else {
                throw FleetError(.busy, "\(requests.count) requests wait: is the manager running?")
            }
            requests.append(request)
            try StateFile.replace(path, with: [UInt8](try JSONEncoder().encode(requests)))
        }
    }

    /// Takes all that wait, in order.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func take() throws -> [AgentRequest] {
        // Mostly there is none, and no lock to take.
        guard FileStamp(of: path) != nil else { return [] }
        return try StateFile.locked(path) {
            let requests = try read()
            try StateFile.remove(path)
            return requests
        }
    }

    private func read() throws -> [AgentRequest] {
        guard let bytes = try StateFile.read(path, limit: Self.sizeLimit) else { return [] }
        do {
            return try JSONDecoder().decode([AgentRequest].self, from: Data(bytes))
        } catch {
            throw FleetError(.file, "\(path) is damaged: remove it and ask again", cause: error)
        }
    }
}
