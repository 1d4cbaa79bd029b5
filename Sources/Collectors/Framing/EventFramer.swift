// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc

/// Makes events of the lines of one file.
///
/// A value, without I/O: lines go in, events are added to a batch.
package struct EventFramer: Sendable {
    package private(set) var counts = FramingCounts()
    /// Everything before this offset is in an event or was dropped; what comes
    /// after must be read again after a restart.
    package private(set) var safeOffset: Int64

    private let format: LineFormat
    private var lines = LineJoiner()
    private var records = RecordJoiner()

    /// `offset` is where in the file the first line stands.
    package init(format: LineFormat, offset: Int64) {
        self.format = format
        safeOffset = offset
    }

    /// Takes the next line, whose text lies in `bytes`.
    package mutating func take(
        _ line: Line,
        of bytes: Span<UInt8>,
        from source: EventSource,
        at time: Timestamp,
        into batch: inout EventBatch
    ) {
        var sink = EventSink(batch: batch, source: source, time: time, counts: counts)
        // The batch is moved, not copied: the sink holds it alone meanwhile.
        batch = EventBatch()
        defer {
            batch = sink.batch
            counts = sink.counts
        }
        let text = bytes.extracting(line.text)
        switch format {
        case .lines:
            sink.add(text, isTruncated: line.isTruncated)
            safeOffset = line.offsets.upperBound
        case .json:
            sink.addJSON(text)
            safeOffset = line.offsets.upperBound
        case .multiLine(let count):
            lines.take(text, isTruncated: line.isTruncated)
            guard lines.count >= count else { return }
            lines.flush(into: &sink)
            safeOffset = line.offsets.upperBound
        case .dockerJSON:
            records.take(text, line: line, into: &sink)
            safeOffset = records.firstOffset ?? line.offsets.upperBound
        }
    }

    /// No further line will come: what was gathered becomes an event.
    package mutating func finish(
        endOffset: Int64,
        from source: EventSource,
        at time: Timestamp,
        into batch: inout EventBatch
    ) {
        var sink = EventSink(batch: batch, source: source, time: time, counts: counts)
        lines.flush(into: &sink)
        records.flush(into: &sink)
        batch = sink.batch
        counts = sink.counts
        safeOffset = endOffset
    }
}

/// Where made events go, with what is counted on the way.
struct EventSink: Sendable {
    var batch: EventBatch
    let source: EventSource
    let time: Timestamp
    var counts: FramingCounts

    /// Adds an event, unless it holds a NUL.
    ///
    /// Wazuh drops those lines as well, without a word; here they are counted.
    mutating func add(
        _ text: Span<UInt8>,
        isTruncated: Bool,
        originNanoseconds: Int64 = 0
    ) {
        guard !text.containsNUL else {
            counts.dropped += 1
            return
        }
        batch.append(text, from: source, at: time, originNanoseconds: originNanoseconds)
        counts.events += 1
        counts.bytes += Int64(text.count)
        if isTruncated { counts.truncated += 1 }
    }

    /// Adds a line that is a JSON object; drops any other.
    mutating func addJSON(_ text: Span<UInt8>) {
        guard let compact = JSONObjectText.compacted(text) else {
            counts.dropped += 1
            return
        }
        add(compact.span, isTruncated: false)
    }
}

/// Joins lines with a blank; what exceeds the limit of a line is cut.
struct LineJoiner: Sendable {
    private(set) var count = 0
    private var text: [UInt8] = []
    private var isTruncated = false

    mutating func take(_ line: Span<UInt8>, isTruncated: Bool) {
        if count > 0 { text.append(UInt8(ascii: " ")) }
        count += 1
        text.append(span: line)
        self.isTruncated = self.isTruncated || isTruncated
        let excess = text.count - (LineBuffer.lineLimit - 1)
        guard excess > 0 else { return }
        text.removeLast(excess)
        self.isTruncated = true
    }

    mutating func flush(into sink: inout EventSink) {
        guard count > 0 else { return }
        sink.add(text.span, isTruncated: isTruncated)
        text.removeAll(keepingCapacity: true)
        count = 0
        isTruncated = false
    }
}

extension Span<UInt8> {
    var containsNUL: Bool {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return memchr(base, 0, bytes.count) != nil
        }
    }
}
