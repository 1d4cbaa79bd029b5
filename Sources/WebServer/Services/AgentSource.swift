// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The agents of a manager, for the server.
package struct AgentSource: Sendable {
    /// An agent as it stands now.
    package struct Agent: Sendable, Hashable {
        package let id: String
        package let name: String
        /// `jaga` or `wazuh`: what it speaks.
        package let kind: String
        /// `active`, `disconnected`, `never_connected` or `pending`.
        package let state: String
        package var address = ""
        package var groups: [String] = []
        package var version = ""
        package var system = ""
        /// Milliseconds since the epoch; nil when not known.
        package var registered: Int64?
        package var lastSeen: Int64?
        /// Of agents that tell: events that wait there, for how long, and of what.
        package var waitingEvents: Int?
        package var lagSeconds: Double?
        package var sources: Int?
        package var containers: Int?

        package init(id: String, name: String, kind: String, state: String) {
            self.id = id
            self.name = name
            self.kind = kind
            self.state = state
        }
    }

    /// What is done to an agent.
    package enum Change: Sendable, Hashable {
        case remove
        case restart
        case groups([String])
    }

    /// Why a change was not made, in words for the caller.
    package struct Refusal: Error, Sendable {
        package let detail: String

        package init(_ detail: String) {
            self.detail = detail
        }
    }

    /// What a token is made for.
    package struct TokenRequest: Sendable, Hashable {
        package let groups: [String]
        package let expiresSeconds: Int64
        /// HOST or HOST:PORT; nil for the manager's own name.
        package let host: String?
    }

    /// Every agent, ordered by id; must not block.
    package let list: @Sendable () -> [Agent]
    /// Changes an agent; throws ``Refusal``.
    package let change: @Sendable (_ id: String, Change) async throws -> Void
    /// Makes a token and gives the line that enrols an agent; nil when no port is open for
    /// own agents.
    package let token: (@Sendable (TokenRequest) async throws -> String)?

    package init(
        list: @escaping @Sendable () -> [Agent],
        change: @escaping @Sendable (String, Change) async throws -> Void,
        token: (@Sendable (TokenRequest) async throws -> String)?
    ) {
        self.list = list
        self.change = change
        self.token = token
    }
}
