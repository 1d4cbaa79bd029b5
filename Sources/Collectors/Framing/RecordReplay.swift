// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Unwraps Docker's `json-file` records outside of a running collector, for
/// reading old logs.
package struct RecordReplay: Sendable {
    private var joiner = RecordJoiner()
    private var sink: EventSink

    /// `source` is where the records lie.
    package init(source: EventSource) {
        sink = EventSink(
            batch: EventBatch(),
            source: source,
            time: Timestamp(nanoseconds: 0),
            counts: FramingCounts()
        )
    }

    /// The container's lines that the last call completed, each with its record's
    /// time in nanoseconds since the epoch (0 when it has none).
    package var lines: EventBatch { sink.batch }

    /// Takes one line.
    ///
    /// - Returns: false when the line is no record.
    package mutating func take(_ line: Span<UInt8>) -> Bool {
        sink.batch.removeAll()
        guard DockerRecord.mayBe(line), let record = DockerRecord(line) else { return false }
        joiner.take(record, of: line, at: 0, into: &sink)
        return true
    }

    /// Completes what waits for a record that never came.
    package mutating func finish() {
        sink.batch.removeAll()
        joiner.flush(into: &sink)
    }
}
