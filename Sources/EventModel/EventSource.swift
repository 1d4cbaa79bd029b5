// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where events come from: one object for a file, a container's log or an
/// engine's event stream, shared by all its events.
package final class EventSource: Sendable {
    /// The agent whose host the event arose on.
    package let agent: AgentIdentity
    /// Path, or a word such as `Wazuh-Docker`; bytes, since a file's name may
    /// hold any.
    package let location: [UInt8]
    /// The container the events belong to, when that is known.
    package let container: ContainerIdentity?
    /// The program that a container's lines count as written by when they do
    /// not say; empty for none.
    package let programName: [UInt8]
    /// What its texts are.
    package let kind: EventKind

    package init(
        agent: AgentIdentity,
        location: [UInt8],
        container: ContainerIdentity? = nil,
        programName: [UInt8] = [],
        kind: EventKind = .log
    ) {
        self.kind = kind
        self.programName = programName
        self.agent = agent
        self.location = location
        self.container = container
    }

    /// As ``init(agent:location:container:)``, with the location as text.
    package convenience init(
        agent: AgentIdentity,
        location: String,
        container: ContainerIdentity? = nil,
        programName: [UInt8] = [],
        kind: EventKind = .log
    ) {
        self.init(
            agent: agent,
            location: [UInt8](location.utf8),
            container: container,
            programName: programName,
            kind: kind
        )
    }
}

/// An agent, as its alerts name it.
package struct AgentIdentity: Sendable, Hashable {
    /// At least three digits; `000` is the manager itself.
    package let id: String
    /// Empty when not known.
    package let name: String
    /// Empty when not known, as for the manager.
    package let address: String
    /// What its operators say of it, for alerts.
    package var labels = AgentLabels()
    /// The groups that it is in, for alerts; empty for none.
    package var groups: [String] = []

    package init(id: String, name: String, address: String = "") {
        self.id = id
        self.name = name
        self.address = address
    }

    /// Whether this is the manager's own host (`000`).
    package var isManager: Bool { id == "000" }
}
