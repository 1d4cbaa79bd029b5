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
    /// By the byte of the queue and the location.
    private var sources: [[UInt8]: EventSource] = [:]

    init(identity: AgentIdentity) {
        self.identity = identity
    }

    /// Adds an event; false when no alert can come of it: rounds of comparing databases,
    /// progress of upgrades.
    ///
    /// Source: around-the-engine.md §5.11, §5.13.
    mutating func add(_ event: WireEvent, to batch: inout EventBatch, at time: Timestamp) -> Bool {
        let kind = EventKind(queue: event.queue)
        guard kind.isAnalysed else { return false }
        batch.append(Array(event.message), from: source(event.location, kind), at: time)
        return true
    }

    private mutating func source(_ location: [UInt8], _ kind: EventKind) -> EventSource {
        let key = [kind.queue] + location
        if let source = sources[key] { return source }
        if sources.count >= Self.sourceLimit { sources.removeAll() }
        let source = EventSource(agent: identity, location: location, kind: kind)
        sources[key] = source
        return source
    }
}
