// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// How an agent stands.
package struct PresenceRecord: Sendable, Hashable, Codable {
    package var presence = AgentPresence.neverConnected
    package var address = ""
    /// Milliseconds since the epoch; nil until it was seen.
    package var lastSeen: Int64?
    package var telling = AgentRegistry.Telling()

    package init() {}
}

/// `presence.json`: how agents stood a moment ago, for the command line and the next start.
///
/// Losing it costs nothing but what is shown until they call again.
package struct PresenceFile: Sendable {
    private static let sizeLimit = 64 << 20

    package let path: String

    /// - Parameter folder: `DATA/state/fleet`, which exists.
    package init(folder: String) {
        path = folder + "/presence.json"
    }

    /// What was kept, by the agents' ids; it blocks.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func read() throws -> [String: PresenceRecord] {
        guard let bytes = try StateFile.read(path, limit: Self.sizeLimit) else { return [:] }
        do {
            return try JSONDecoder().decode([String: PresenceRecord].self, from: Data(bytes))
        } catch {
            throw FleetError(.file, "\(path) is damaged, and begun anew", cause: error)
        }
    }

    /// Keeps how agents stand; it blocks.
    ///
    /// - Throws: ``FleetError`` `file`.
    package func write(_ presences: [String: PresenceRecord]) throws {
        try StateFile.replace(path, with: [UInt8](try JSONEncoder().encode(presences)))
    }
}
