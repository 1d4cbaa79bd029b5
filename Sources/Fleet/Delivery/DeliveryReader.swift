// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Reads what an agent has delivered; whatever the bytes are, it gives events or nil.
///
/// One for each agent: it remembers sources, so that all events of a place share one.
package struct DeliveryReader: Sendable {
    /// Sources that are remembered.
    private static let knownLimit = 256
    /// A time further ahead than this is not believed: events count by their times, and
    /// one of tomorrow would make the engine forget today.
    private static let futureLimit: Int64 = 60_000_000_000

    /// What its events name; a new address makes new sources.
    package var agent: AgentIdentity {
        didSet { if agent != oldValue { known.removeAll() } }
    }
    private var known: [[UInt8]: EventSource] = [:]

    package init(agent: AgentIdentity) {
        self.agent = agent
    }

    /// The events from a sequence on; nil when the bytes are no delivery.
    ///
    /// Those before `received` are there already and left out; none is of a time far
    /// behind `now`.
    package mutating func read(
        _ bytes: [UInt8],
        from received: UInt64,
        now: Timestamp
    ) -> EventBatch? {
        var reader = WireReader(bytes)
        guard reader.take(4).map(Array.init) == DeliveryCoding.magic,
            let sources = sources(&reader), let runs = Self.runs(&reader),
            let count = reader.number(), count <= DeliveryCoding.eventLimit,
            count == runs.reduce(0, { $0 + $1.count }),
            let table = reader.take(count * DeliveryCoding.eventCount)
        else { return nil }
        var batch = EventBatch()
        var heads = WireReader(table)
        for run in runs {
            for offset in 0..<run.count {
                guard let event = Event(&heads), event.source < sources.count,
                    let text = reader.take(event.length)
                else { return nil }
                guard run.sequence + UInt64(offset) >= received else { continue }
                batch.append(
                    Array(text),
                    from: sources[event.source],
                    at: Self.bounded(event.time, by: now),
                    originNanoseconds: min(event.origin, now.nanoseconds),
                    isTruncated: event.isTruncated
                )
            }
        }
        return reader.isAtEnd ? batch : nil
    }

    private static func bounded(_ time: Timestamp, by now: Timestamp) -> Timestamp {
        let (limit, isOver) = now.nanoseconds.addingReportingOverflow(futureLimit)
        return time.nanoseconds < 0 || (!isOver && time.nanoseconds > limit) ? now : time
    }

    // MARK: Parts

    private struct Run {
        let sequence: UInt64
        let count: Int
    }

    private struct Event {
        let length: Int
        let source: Int
        let time: Timestamp
        let origin: Int64
        let isTruncated: Bool

        init?(_ reader: inout WireReader) {
            guard let length = reader.number(), let source = reader.number(),
                let time = reader.long(), let origin = reader.long(),
                let offset = reader.number(), let flags = reader.number()
            else { return nil }
            let zone = Int32(truncatingIfNeeded: offset)
            self.length = length
            self.source = source
            self.time = Timestamp(
                nanoseconds: Int64(bitPattern: time),
                utcOffsetSeconds: abs(Int64(zone)) <= 86_400 ? zone : 0
            )
            self.origin = Int64(bitPattern: origin)
            isTruncated = UInt32(truncatingIfNeeded: flags) & DeliveryCoding.truncatedFlag != 0
        }
    }

    private static func runs(_ reader: inout WireReader) -> [Run]? {
        guard let count = reader.number(), count <= DeliveryCoding.eventLimit else { return nil }
        var runs: [Run] = []
        var next: UInt64 = 1
        for _ in 0..<count {
            guard let sequence = reader.long(), let events = reader.number(),
                // Sequences only grow, and an agent cannot have given the last ones.
                sequence >= next, sequence < UInt64.max >> 1,
                events <= DeliveryCoding.eventLimit
            else { return nil }
            next = sequence + UInt64(events)
            runs.append(Run(sequence: sequence, count: events))
        }
        return runs
    }

    private mutating func sources(_ reader: inout WireReader) -> [EventSource]? {
        guard let count = reader.number(), count <= DeliveryCoding.sourceLimit else { return nil }
        var sources: [EventSource] = []
        for _ in 0..<count {
            guard let bytes = reader.counted(), let source = source(Array(bytes)) else {
                return nil
            }
            sources.append(source)
        }
        return sources
    }

    private mutating func source(_ bytes: [UInt8]) -> EventSource? {
        if let source = known[bytes] { return source }
        var parts = SourceParts()
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            guard let name = reader.counted(), let value = reader.counted(),
                parts.add(String(decoding: name, as: UTF8.self), Array(value))
            else { return nil }
        }
        if known.count >= Self.knownLimit { known.removeAll() }
        let source = parts.source(of: agent)
        known[bytes] = source
        return source
    }
}

/// What a delivery says of a source.
private struct SourceParts {
    private var values: [String: [UInt8]] = [:]
    private var labels: [String: String] = [:]
    private var agentLabels = AgentLabels()

    /// False when it is too much.
    mutating func add(_ name: String, _ value: [UInt8]) -> Bool {
        guard name.utf8.count <= DeliveryCoding.valueLimit + 6,
            value.count <= DeliveryCoding.valueLimit
        else { return false }
        if name.hasPrefix("label.") {
            guard labels.count < DeliveryCoding.labelLimit else { return false }
            labels[String(name.dropFirst(6))] = String(decoding: value, as: UTF8.self)
        } else if name.hasPrefix("agent.label.") {
            agentLabels.add(
                .init(
                    key: String(name.dropFirst(12)),
                    value: String(decoding: value, as: UTF8.self)
                )
            )
        } else if Self.names.contains(name) {
            values[name] = value
        }
        return true
    }

    private static let names: Set<String> = [
        "location", "program", "queue", "container.id", "container.name", "container.image",
        "container.image_id", "container.image_digest", "container.engine",
        "container.project", "container.service",
    ]

    func source(of agent: AgentIdentity) -> EventSource {
        var agent = agent
        agent.labels = agentLabels
        return EventSource(
            agent: agent,
            location: values["location"] ?? [],
            container: values["container.id"].map { _ in ContainerIdentity(facts) },
            programName: values["program"] ?? [],
            kind: values["queue"]?.first.map(EventKind.init(queue:)) ?? .log
        )
    }

    private var facts: ContainerIdentity.Facts {
        var facts = ContainerIdentity.Facts(
            id: text("container.id"),
            name: text("container.name"),
            image: text("container.image"),
            imageID: text("container.image_id"),
            labels: labels
        )
        facts.imageDigest = text("container.image_digest")
        facts.engine = text("container.engine")
        facts.composeProject = text("container.project")
        facts.composeService = text("container.service")
        return facts
    }

    private func text(_ name: String) -> String {
        String(decoding: values[name] ?? [], as: UTF8.self)
    }
}

/// A place in bytes, from which numbers and bytes are taken; nil at the end.
struct WireReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest.count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Four bytes, little-endian.
    mutating func number() -> Int? {
        take(4).map { bytes in
            bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }

    /// Eight bytes, little-endian.
    mutating func long() -> UInt64? {
        take(8).map { bytes in
            bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// A length and so many bytes.
    mutating func counted() -> ArraySlice<UInt8>? {
        guard let count = number() else { return nil }
        return take(count)
    }
}
