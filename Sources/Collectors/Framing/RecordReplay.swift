// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Unwraps Docker's `json-file` records outside of a running collector, for
/// reading old logs.
package struct RecordReplay: Sendable {
    private var joiner = RecordJoiner()
    private let source: EventSource

    /// `source` is where the records lie.
    package init(source: EventSource) {
        self.source = source
    }

    /// Takes one line; calls `body` with each of the container's lines that it
    /// completes, and with the record's time in nanoseconds since the epoch
    /// (0 when it has none).
    ///
    /// - Returns: false when the line is no record; nothing was called then.
    package mutating func take(
        _ line: Span<UInt8>,
        _ body: (Span<UInt8>, Int64) -> Void
    ) -> Bool {
        guard DockerRecord(line) != nil else { return false }
        var sink = emptySink
        joiner.take(
            line,
            line: Line(text: 0..<line.count, isTruncated: false, offsets: 0..<0),
            into: &sink
        )
        Self.give(sink.batch, to: body)
        return true
    }

    /// Gives what waits for a record that never came.
    package mutating func finish(_ body: (Span<UInt8>, Int64) -> Void) {
        var sink = emptySink
        joiner.finish(into: &sink)
        Self.give(sink.batch, to: body)
    }

    private var emptySink: EventSink {
        EventSink(
            batch: EventBatch(),
            source: source,
            time: Timestamp(nanoseconds: 0),
            counts: FramingCounts()
        )
    }

    private static func give(_ batch: EventBatch, to body: (Span<UInt8>, Int64) -> Void) {
        let bytes = batch.bytes
        for entry in batch.entries {
            body(bytes.span.extracting(entry.text), entry.originNanoseconds)
        }
    }
}
