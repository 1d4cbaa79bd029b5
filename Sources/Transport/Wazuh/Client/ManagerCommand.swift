// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a manager wants of an agent.
package enum ManagerCommand: Sendable, Hashable {
    /// An active response: one JSON object.
    case respond([UInt8])
    /// The files of the agent's groups have changed, and are in place.
    case configuration([SharedBundle.File])
    /// For a module, such as `#!-syscheck restart`.
    case module([UInt8])
}

/// How an agent is connected, for whoever asks.
package struct ClientStatus: Sendable, Hashable {
    /// Nil while it is not.
    package var server: ClientConfiguration.Server?
    /// Connections that were acknowledged.
    package var connections = 0
    package var acknowledgements = 0
    package var sentEvents = 0
    /// Events that were cut to what a message may hold.
    package var cutEvents = 0
    /// What went wrong last; nil when nothing did since the connection.
    package var problem: String?
}
