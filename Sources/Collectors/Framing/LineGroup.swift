// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Lines that become one event; what exceeds the limit is cut.
struct LineGroup: Sendable {
    private(set) var count = 0
    private(set) var text: [UInt8] = []
    private(set) var isTruncated = false
    /// Where the first of the lines begins; nil when there are none.
    private(set) var firstOffset: Int64?
    private(set) var originNanoseconds: Int64 = 0

    var isEmpty: Bool { count == 0 }

    /// Adds a line behind `separator`, keeping `limit` bytes in all.
    mutating func append(
        _ line: Span<UInt8>,
        separator: UInt8?,
        limit: Int,
        isTruncated lineIsTruncated: Bool,
        at offset: Int64
    ) {
        if count == 0 {
            firstOffset = offset
        } else if let separator, text.count < limit {
            text.append(separator)
        }
        count += 1
        let kept = min(line.count, max(0, limit - text.count))
        text.append(span: line.extracting(0..<kept))
        isTruncated = isTruncated || lineIsTruncated || kept < line.count
    }

    /// Says when the event arose; the first line's time counts.
    mutating func setOrigin(_ nanoseconds: Int64) {
        if count == 1 { originNanoseconds = nanoseconds }
    }

    /// Makes an event of the lines, if there are any.
    mutating func flush(into sink: inout EventSink) {
        guard count > 0 else { return }
        sink.add(text.span, isTruncated: isTruncated, originNanoseconds: originNanoseconds)
        clear()
    }

    mutating func clear() {
        // A large event does not hold on to its memory.
        text.removeAll(keepingCapacity: text.capacity <= 4096)
        count = 0
        isTruncated = false
        firstOffset = nil
        originNanoseconds = 0
    }
}
