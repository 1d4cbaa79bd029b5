// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Events of one agent on their way into a batch.
struct AgentEvents {
    /// Locations of an agent that are remembered.
    private static let sourceLimit = 256

    /// Who the agent is; a new address makes new sources.
    var identity: AgentIdentity {
        didSet { if identity != oldValue { sources.removeAll() } }
    }
    private var sources: [[UInt8]: EventSource] = [:]

    init(identity: AgentIdentity) {
        self.identity = identity
    }

    /// Adds an event; false when it is no log but state for a module.
    ///
    /// Queues `1` and `2` are logs. Source: around-the-engine.md §5.11, §5.13.
    mutating func add(_ event: WireEvent, to batch: inout EventBatch, at time: Timestamp) -> Bool {
        guard event.queue == WireEvent.log || event.queue == UInt8(ascii: "2") else {
            return false
        }
        batch.append(Array(event.message), from: source(event.location), at: time)
        return true
    }

    private mutating func source(_ location: [UInt8]) -> EventSource {
        if let source = sources[location] { return source }
        if sources.count >= Self.sourceLimit { sources.removeAll() }
        let source = EventSource(agent: identity, location: location)
        sources[location] = source
        return source
    }
}
