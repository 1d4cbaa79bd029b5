// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Unwraps Docker's `json-file` records outside of a running collector, for
/// reading old logs.
package struct RecordReplay: Sendable {
    private var joiner = RecordJoiner()
    private let source: EventSource
    /// The container's lines that the last call completed, each with its record's
    /// time in nanoseconds since the epoch (0 when it has none).
    package private(set) var lines = EventBatch()

    /// `source` is where the records lie.
    package init(source: EventSource) {
        self.source = source
    }

    /// Takes one line.
    ///
    /// - Returns: false when the line is no record.
    package mutating func take(_ line: Span<UInt8>) -> Bool {
        lines.removeAll()
        guard DockerRecord.mayBe(line), let record = DockerRecord(line) else { return false }
        var sink = openSink()
        joiner.take(record, of: line, at: 0, into: &sink)
        lines = sink.batch
        return true
    }

    /// Completes what waits for a record that never came.
    package mutating func finish() {
        lines.removeAll()
        var sink = openSink()
        joiner.finish(into: &sink)
        lines = sink.batch
    }

    /// Lends its batch to a sink, so that the memory is used again.
    private mutating func openSink() -> EventSink {
        var batch = EventBatch()
        swap(&batch, &lines)
        return EventSink(
            batch: batch,
            source: source,
            time: Timestamp(nanoseconds: 0),
            counts: FramingCounts()
        )
    }
}
