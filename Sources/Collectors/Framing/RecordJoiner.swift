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
    private var standardOutput: RecordedOutput
    private var standardError: RecordedOutput
    private var unescaped: [UInt8] = []

    /// Lines are cut at `limit` bytes, and joined by `rule` when there is one.
    init(limit: Int = LineBuffer.lineLimit, rule: MultilineRule? = nil) {
        let output = RecordedOutput(
            limit: limit,
            traces: rule.map { MultilineAssembler(rule: $0, limit: limit) }
        )
        standardOutput = output
        standardError = output
    }

    /// Offset of the earliest record of what is not complete yet.
    var firstOffset: Int64? {
        guard let output = standardOutput.firstOffset else { return standardError.firstOffset }
        return standardError.firstOffset.map { min(output, $0) } ?? output
    }

    /// Whether whole lines wait for what may belong to them.
    var hasTraces: Bool { standardOutput.hasTraces || standardError.hasTraces }

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
        switch record.output {
        case .standardOutput:
            standardOutput.take(unescaped, at: record.nanoseconds, offset, into: &sink)
        case .standardError:
            standardError.take(unescaped, at: record.nanoseconds, offset, into: &sink)
        }
    }

    /// Makes events of what is not complete; the container wrote no more.
    mutating func finish(into sink: inout EventSink) {
        standardOutput.finish(into: &sink)
        standardError.finish(into: &sink)
    }

    mutating func releaseMemory() {
        unescaped = []
    }

    /// Makes events of whole lines that waited long enough.
    mutating func flushTraces(into sink: inout EventSink) {
        standardOutput.traces?.flush(into: &sink)
        standardError.traces?.flush(into: &sink)
    }
}

/// What is waited for on one output of a container.
private struct RecordedOutput: Sendable {
    let limit: Int
    /// Whole lines that may be a trace; nil when lines stay apart.
    var traces: MultilineAssembler?
    /// A line of which parts came.
    private var part = LineGroup()

    init(limit: Int, traces: MultilineAssembler?) {
        self.limit = limit
        self.traces = traces
    }

    var hasTraces: Bool { traces?.isEmpty == false }

    var firstOffset: Int64? {
        guard let first = part.firstOffset else { return traces?.firstOffset }
        return traces?.firstOffset.map { min(first, $0) } ?? first
    }

    mutating func take(
        _ text: [UInt8],
        at nanoseconds: Int64,
        _ offset: Int64,
        into sink: inout EventSink
    ) {
        let isComplete = text.last == UInt8(ascii: "\n")
        if part.isEmpty, isComplete {
            let line = AssembledLine(originNanoseconds: nanoseconds, offset: offset)
            emit(text, line, into: &sink)
            return
        }
        part.append(
            text.span,
            separator: nil,
            // Room for the line end, which is not of the line.
            limit: limit + 2,
            isTruncated: false,
            at: offset
        )
        part.setOrigin(nanoseconds)
        if isComplete { emitPart(into: &sink) }
    }

    mutating func finish(into sink: inout EventSink) {
        if !part.isEmpty { emitPart(into: &sink) }
        traces?.flush(into: &sink)
    }

    private mutating func emitPart(into sink: inout EventSink) {
        let whole = part
        part = LineGroup()
        let line = AssembledLine(
            isTruncated: whole.isTruncated,
            originNanoseconds: whole.originNanoseconds,
            offset: whole.firstOffset ?? 0
        )
        emit(whole.text, line, into: &sink)
    }

    private mutating func emit(
        _ text: [UInt8],
        _ line: AssembledLine,
        into sink: inout EventSink
    ) {
        if traces == nil {
            sink.addContainerLine(
                text,
                isTruncated: line.isTruncated,
                originNanoseconds: line.originNanoseconds
            )
        } else {
            let length = text.span.lengthWithoutLineEnd
            traces?.take(line, text: text.span.extracting(0..<length), into: &sink)
        }
    }
}
