// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The contexts of the sources met, found by identity.
struct SourceContexts: Sendable {
    /// More are forgotten all at once.
    private static let capacity = 4096

    private let managerName: String
    private let names: FieldNameIndex
    private var contexts: [ObjectIdentifier: SourceContext] = [:]
    /// Numbers of agents by id; each number once, from 0 on.
    private(set) var agents: [String: Int] = [:]

    init(managerName: String, names: FieldNameIndex) {
        self.managerName = managerName
        self.names = names
    }

    /// The context of a source.
    mutating func context(of source: EventSource) -> SourceContext {
        let identity = ObjectIdentifier(source)
        if let known = contexts[identity] { return known }
        if contexts.count >= Self.capacity { contexts.removeAll() }
        let context = SourceContext(
            source,
            agent: number(of: source.agent.id),
            managerName: managerName,
            names: names
        )
        contexts[identity] = context
        return context
    }

    /// The number of an agent, which lasts as long as the engine.
    mutating func number(of agent: String) -> Int {
        if let known = agents[agent] { return known }
        agents[agent] = agents.count
        return agents.count - 1
    }
}
