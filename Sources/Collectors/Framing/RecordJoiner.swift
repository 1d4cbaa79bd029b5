// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Joins Docker records to the lines that the container wrote.
///
/// Docker cuts a line at 16 KiB into several records, of which only the last
/// one's `log` ends in a newline. Standard output and error take turns, so
/// each has its own.
/// Source: around-the-engine.md §2.7.
struct RecordJoiner: Sendable {
    private struct Begun {
        var text: [UInt8] = []
        var firstOffset: Int64
        var originNanoseconds: Int64
        var isTruncated = false
    }

    private var begun: [DockerRecord.Output: Begun] = [:]
    private var unescaped: [UInt8] = []

    /// Offset of the earliest record of a line that is not complete yet.
    var firstOffset: Int64? { begun.values.map(\.firstOffset).min() }

    /// Takes the next record; a line that is none becomes an event as it
    /// stands.
    mutating func take(_ text: Span<UInt8>, line: Line, into sink: inout EventSink) {
        guard !line.isTruncated, let record = DockerRecord(text) else {
            sink.counts.malformed += 1
            sink.add(text, isTruncated: line.isTruncated)
            return
        }
        take(record, of: text, at: line.offsets.lowerBound, into: &sink)
    }

    /// Takes the next record, which begins at `offset` of its file.
    mutating func take(
        _ record: DockerRecord,
        of text: Span<UInt8>,
        at offset: Int64,
        into sink: inout EventSink
    ) {
        unescaped.removeAll(keepingCapacity: true)
        JSONText.appendUnescaped(text.extracting(record.log), to: &unescaped)
        let isComplete = unescaped.last == UInt8(ascii: "\n")
        if isComplete, begun[record.output] == nil {
            sink.addContainerLine(
                unescaped,
                isTruncated: false,
                originNanoseconds: record.nanoseconds
            )
            return
        }
        append(record, at: offset)
        if isComplete { flush(record.output, into: &sink) }
    }

    /// Makes events of what is not complete; the container wrote no more.
    mutating func flush(into sink: inout EventSink) {
        for output in DockerRecord.Output.allCases { flush(output, into: &sink) }
    }

    private mutating func append(_ record: DockerRecord, at offset: Int64) {
        var line =
            begun.removeValue(forKey: record.output)
            ?? Begun(firstOffset: offset, originNanoseconds: record.nanoseconds)
        let room = LineBuffer.lineLimit - line.text.count
        line.text.append(contentsOf: unescaped.prefix(max(0, room)))
        line.isTruncated = line.isTruncated || unescaped.count > room
        begun[record.output] = line
    }

    private mutating func flush(_ output: DockerRecord.Output, into sink: inout EventSink) {
        guard let line = begun.removeValue(forKey: output) else { return }
        sink.addContainerLine(
            line.text,
            isTruncated: line.isTruncated,
            originNanoseconds: line.originNanoseconds
        )
    }
}

extension EventSink {
    /// Adds what a container wrote, without its newline and the carriage
    /// return that a terminal puts before it.
    mutating func addContainerLine(
        _ text: [UInt8],
        isTruncated: Bool,
        originNanoseconds: Int64
    ) {
        var end = text.count
        if end > 0, text[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        if end > 0, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        let kept = min(end, LineBuffer.lineLimit - 1)
        add(
            text.span.extracting(0..<kept),
            isTruncated: isTruncated || kept < end,
            originNanoseconds: originNanoseconds
        )
    }
}
