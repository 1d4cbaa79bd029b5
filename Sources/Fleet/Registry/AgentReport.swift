// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Whether an agent is there.
///
/// The words are Wazuh's. Source: around-the-engine.md §5.8.
package enum AgentPresence: String, Sendable, Hashable, CaseIterable, Codable {
    /// Registered, and never seen since.
    case neverConnected = "never_connected"
    /// It has started, and not yet told of itself.
    case pending
    case active
    case disconnected
}

/// What is known of an agent at a moment, whichever protocol it speaks: for
/// lists, pages and the API.
package struct AgentReport: Sendable, Hashable, Codable {
    /// What an agent speaks.
    package enum Kind: String, Sendable, Hashable, Codable {
        case jaga, wazuh
    }

    /// At least three digits; unique in a manager.
    package var id: String
    package var name: String
    package var kind: Kind
    package var presence: AgentPresence
    /// Where it was last connected from; empty when not known.
    package var address = ""
    package var groups: [String] = []
    /// As the agent calls itself: `0.1.0`, `v4.14.7`; empty until it has told.
    package var version = ""
    /// `Debian GNU/Linux 13 (trixie)`; empty until it has told.
    package var system = ""
    /// Milliseconds since the epoch; 0 for long ago.
    package var registered: Int64 = 0
    /// Milliseconds since the epoch; nil until it was seen.
    package var lastSeen: Int64?
    /// Events that wait on the agent; nil when it does not tell.
    package var waitingEvents: Int?
    /// How long the oldest of them waits, in seconds; nil when it does not tell.
    package var lagSeconds: Double?
    /// What it reads from; nil when it does not tell.
    package var sources: Int?
    /// Containers on its host; nil when it does not tell.
    package var containers: Int?
    /// SHA-256 of the central configuration that it uses; empty for none, nil when it takes
    /// or tells none.
    package var configuration: String?
    /// The central configuration that it refused last.
    package var refusal: AgentRegistry.Refusal?

    package init(id: String, name: String, kind: Kind, presence: AgentPresence) {
        self.id = id
        self.name = name
        self.kind = kind
        self.presence = presence
    }
}
