// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Events on their way from an agent to its manager, as bytes.
///
/// ```
/// "JFD1"
/// u32  sources, then each: u32 length and pairs of counted name, counted value
/// u32  runs, then each: u64 sequence of its first event, u32 events
/// u32  events, then 32 bytes for each: u32 length, u32 source, i64 time, i64 origin's
///      time, i32 offset of local time, u32 flags (1: the text was cut)
/// the texts
/// ```
/// Numbers are little-endian. Who the agent is does not stand in it: that is what its
/// certificate says.
package enum DeliveryCoding {
    static let magic = Array("JFD1".utf8)
    static let eventCount = 32
    static let truncatedFlag: UInt32 = 1
    /// What a delivery may hold.
    static let sourceLimit = 4_096
    static let eventLimit = 65_536
    static let locationLimit = 4_096
    static let labelLimit = 256
    static let valueLimit = 8_192

    /// Writes batches, each with its ``EventBatch/firstSequence``.
    package static func encode(_ batches: [EventBatch]) -> [UInt8] {
        var output = magic
        var sources: [ObjectIdentifier: UInt32] = [:]
        var list: [EventSource] = []
        for source in batches.flatMap(\.sources) {
            let key = ObjectIdentifier(source)
            guard sources[key] == nil else { continue }
            sources[key] = UInt32(truncatingIfNeeded: list.count)
            list.append(source)
        }
        output.append(number: UInt32(truncatingIfNeeded: list.count))
        for source in list { output.append(counted: encode(source)) }
        output.append(number: UInt32(truncatingIfNeeded: batches.count))
        for batch in batches {
            output.append(long: batch.firstSequence)
            output.append(number: UInt32(truncatingIfNeeded: batch.entries.count))
        }
        let count = batches.reduce(0) { $0 + $1.entries.count }
        output.append(number: UInt32(truncatingIfNeeded: count))
        for batch in batches {
            for entry in batch.entries {
                let source = sources[ObjectIdentifier(batch.sources[entry.source])] ?? 0
                output.append(number: UInt32(truncatingIfNeeded: entry.text.count))
                output.append(number: source)
                output.append(long: UInt64(bitPattern: entry.time.nanoseconds))
                output.append(long: UInt64(bitPattern: entry.originNanoseconds))
                output.append(number: UInt32(bitPattern: entry.time.utcOffsetSeconds))
                output.append(number: entry.isTruncated ? truncatedFlag : 0)
            }
        }
        for batch in batches { output.append(contentsOf: batch.bytes) }
        return output
    }

    private static func encode(_ source: EventSource) -> [UInt8] {
        var output: [UInt8] = []
        func add(_ name: String, _ value: some Collection<UInt8>) {
            guard !value.isEmpty else { return }
            output.append(counted: name.utf8)
            output.append(counted: value.prefix(valueLimit))
        }
        add("location", source.location.prefix(locationLimit))
        add("program", source.programName)
        if source.kind != .log { add("queue", [source.kind.queue]) }
        for label in source.agent.labels.labels {
            output.append(counted: "agent.label.\(label.key)".utf8)
            output.append(counted: label.value.utf8)
        }
        guard let container = source.container else { return output }
        output.append(counted: "container.id".utf8)
        output.append(counted: container.id.utf8)
        add("container.name", container.name.utf8)
        add("container.image", container.image.utf8)
        add("container.image_id", container.imageID.utf8)
        add("container.image_digest", container.imageDigest.utf8)
        add("container.engine", container.engine.utf8)
        add("container.project", container.facts.composeProject.utf8)
        add("container.service", container.facts.composeService.utf8)
        for label in container.labels.prefix(labelLimit) {
            output.append(counted: "label.\(label.key.prefix(valueLimit))".utf8)
            output.append(counted: label.value.utf8.prefix(valueLimit))
        }
        return output
    }
}

extension [UInt8] {
    /// Appends a length in four bytes and the bytes.
    mutating func append(counted bytes: some Collection<UInt8>) {
        append(number: UInt32(truncatingIfNeeded: bytes.count))
        append(contentsOf: bytes)
    }

    /// Appends a number, little-endian.
    mutating func append(number: UInt32) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    /// Appends a number in eight bytes, little-endian.
    mutating func append(long: UInt64) {
        Swift.withUnsafeBytes(of: long.littleEndian) { append(contentsOf: $0) }
    }
}
