// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Events that travel together: one buffer of text, and where each lies in it.
///
/// Handing over events by the batch is what keeps the path fast; see the
/// numbers in docs/ARCHITECTURE.md.
package struct EventBatch: Sendable {
    /// One event of a batch.
    package struct Entry: Sendable {
        /// Where the event's text lies in ``EventBatch/bytes``.
        package let text: Range<Int>
        /// Index into ``EventBatch/sources``.
        package let source: Int
        /// When the event was received; correlation counts by it.
        package let time: Timestamp
        /// When it arose, by its origin's own clock in nanoseconds since the
        /// epoch; 0 when the origin does not say.
        package let originNanoseconds: Int64
        /// Whether the text is only the beginning of what the source wrote.
        package let isTruncated: Bool
    }

    /// The texts, one after the other.
    package private(set) var bytes: [UInt8] = []
    /// In the order of arrival.
    package private(set) var entries: [Entry] = []
    /// Each source once, in the order of first use.
    package private(set) var sources: [EventSource] = []
    /// The number of the first event in its agent's spool, of which each event has
    /// the next; 0 for events that never were in one.
    package var firstSequence: UInt64 = 0

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// The number of an event, by its index; 0 for none.
    package func sequence(of index: Int) -> UInt64 {
        firstSequence == 0 ? 0 : firstSequence &+ UInt64(clamping: index)
    }

    /// A copy with some of the events, which keep their numbers.
    package func events(_ range: Range<Int>) -> EventBatch {
        var part = EventBatch()
        part.firstSequence = sequence(of: range.lowerBound)
        for entry in entries[range] {
            part.append(
                bytes.span.extracting(entry.text),
                from: sources[entry.source],
                at: entry.time,
                originNanoseconds: entry.originNanoseconds,
                isTruncated: entry.isTruncated
            )
        }
        return part
    }

    /// Adds an event.
    ///
    /// A source is recognised by identity, and only against the last one used:
    /// cheap, and exact where it matters, since sources deliver in runs.
    package mutating func append(
        _ text: Span<UInt8>,
        from source: EventSource,
        at time: Timestamp,
        originNanoseconds: Int64 = 0,
        isTruncated: Bool = false
    ) {
        let start = bytes.count
        bytes.append(span: text)
        if sources.last !== source { sources.append(source) }
        entries.append(
            Entry(
                text: start..<bytes.count,
                source: sources.count - 1,
                time: time,
                originNanoseconds: originNanoseconds,
                isTruncated: isTruncated
            )
        )
    }

    /// As the span variant, for text that is an array.
    package mutating func append(
        _ text: [UInt8],
        from source: EventSource,
        at time: Timestamp,
        originNanoseconds: Int64 = 0,
        isTruncated: Bool = false
    ) {
        append(
            text.span,
            from: source,
            at: time,
            originNanoseconds: originNanoseconds,
            isTruncated: isTruncated
        )
    }

    /// Forgets all events and keeps the memory.
    package mutating func removeAll() {
        firstSequence = 0
        guard !entries.isEmpty else { return }
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        sources.removeAll(keepingCapacity: true)
    }
}
