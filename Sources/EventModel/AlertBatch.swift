// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Alerts that travel together: their JSON lines in one buffer, and of each
/// what a terminal, a counter or an output needs without reading JSON again.
package struct AlertBatch: Sendable {
    /// One alert of a batch.
    ///
    /// Ranges are into ``AlertBatch/bytes`` unless they say otherwise.
    package struct Entry: Sendable {
        /// The alert as one JSON object, without a line end.
        package let json: Range<Int>
        /// The rule's description, expanded, as plain text inside
        /// ``AlertBatch/text``.
        package let description: Range<Int>
        /// The source address, inside ``AlertBatch/text``; empty when none.
        package let sourceAddress: Range<Int>
        package let ruleID: Int
        /// From 1 to 16.
        package let level: Int
        package let time: Timestamp
        /// See ``EventBatch/Entry/originNanoseconds``.
        package let originNanoseconds: Int64
        /// Where the event came from.
        package let source: EventSource
        /// Which event of its ``EventBatch`` it is, from 0.
        package let event: Int

        package init(
            json: Range<Int>,
            description: Range<Int>,
            sourceAddress: Range<Int>,
            ruleID: Int,
            level: Int,
            time: Timestamp,
            originNanoseconds: Int64,
            source: EventSource,
            event: Int = 0
        ) {
            self.json = json
            self.description = description
            self.sourceAddress = sourceAddress
            self.ruleID = ruleID
            self.level = level
            self.time = time
            self.originNanoseconds = originNanoseconds
            self.source = source
            self.event = event
        }
    }

    /// JSON lines, each followed by a line end: what is appended to
    /// `alerts.json`.
    package var bytes: [UInt8] = []
    /// Plain texts that entries point into; not for output without escaping.
    package var text: [UInt8] = []
    /// In the order of the events.
    package var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// Adds the alerts of another batch but for its first ones.
    package mutating func append(_ other: AlertBatch, dropping count: Int) {
        let rest = other.entries.dropFirst(count)
        guard let first = rest.first else { return }
        let shift = bytes.count - first.json.lowerBound
        let textShift = text.count
        bytes += other.bytes[first.json.lowerBound...]
        text += other.text
        for entry in rest {
            entries.append(
                Entry(
                    json: Self.range(entry.json, movedBy: shift),
                    description: Self.range(entry.description, movedBy: textShift),
                    sourceAddress: Self.range(entry.sourceAddress, movedBy: textShift),
                    ruleID: entry.ruleID,
                    level: entry.level,
                    time: entry.time,
                    originNanoseconds: entry.originNanoseconds,
                    source: entry.source,
                    event: entry.event
                )
            )
        }
    }

    private static func range(_ range: Range<Int>, movedBy distance: Int) -> Range<Int> {
        range.lowerBound + distance..<range.upperBound + distance
    }

    /// Forgets all alerts and keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }
}
