// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What happened, counted since the start.
package final class Tally: Sendable {
    /// What is counted.
    package enum Item: Int, Sendable, Hashable, CaseIterable {
        case connections, events, keepAlives, pings
        /// Packets of an id or address that is not registered.
        case unknownAgents
        /// Packets of an agent from where it may not come.
        case foreignAddresses
        case undecryptable, inflateBombs, malformed
        /// Frames that say they are longer than any may be.
        case oversizedFrames
        /// Numbers that were there before.
        case repeated
        /// Connections that said nothing valid in time.
        case handshakesMissed
        case idleConnections
        /// Connections over a limit.
        case refusedConnections
        /// Second connections of an agent that has one.
        case agentsInUse
        /// Agents that spoke for another on their connection.
        case impersonations
        /// Agents newer than the manager.
        case refusedVersions
        /// State for modules that are not here: inventory, integrity and others.
        case moduleMessages
        case unknownMessages
        /// Messages to agents that took nothing.
        case unsent
        /// Datagrams that came while too much waited.
        case lostDatagrams
        case filesSent
        case enrolled, enrolmentsRefused, enrolmentsBroken
    }

    private let counts = Mutex([Int](repeating: 0, count: Item.allCases.count))

    package init() {}

    package subscript(item: Item) -> Int { counts.withLock { $0[item.rawValue] } }

    func add(_ item: Item, _ number: Int = 1) {
        counts.withLock { $0[item.rawValue] &+= number }
    }
}
