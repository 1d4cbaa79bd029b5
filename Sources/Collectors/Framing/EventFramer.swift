// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Makes events of the lines of one file.
///
/// A value, without I/O: lines go in, events are added to a batch.
package struct EventFramer: Sendable {
    package private(set) var counts = FramingCounts()
    /// Everything before this offset is in an event or was dropped; what comes
    /// after must be read again after a restart.
    package private(set) var safeOffset: Int64

    private let format: LineFormat
    private let options: FramingOptions
    private var group = LineGroup()
    /// By which lines of the audit log are known to belong to `group`.
    private var auditIdentifier: [UInt8] = []
    private var records: RecordJoiner
    private var scratch: [UInt8] = []

    /// `offset` is where in the file the first line stands.
    package init(format: LineFormat, options: FramingOptions = FramingOptions(), offset: Int64) {
        self.format = format
        self.options = options
        records = RecordJoiner(limit: options.lineLimit, rule: options.multiline)
        safeOffset = offset
    }

    /// How long what is gathered waits for more lines; nil when nothing is
    /// gathered, or it waits without end.
    package var patience: Duration? {
        switch format {
        case .multiLineRegex(let rule):
            group.isEmpty ? nil : .seconds(rule.timeoutSeconds)
        case .audit: group.isEmpty ? nil : .seconds(1)
        case .dockerJSON: records.hasTraces ? MultilineRule.patience : nil
        case .lines, .json, .multiLine: nil
        }
    }

    /// Takes the next line, whose text lies in `bytes`.
    package mutating func take(
        _ line: Line,
        of bytes: Span<UInt8>,
        from source: EventSource,
        at time: Timestamp,
        into batch: inout EventBatch
    ) {
        var sink = openSink(&batch, source, time)
        take(line, of: bytes, into: &sink)
        closeSink(&sink, &batch)
    }

    /// Takes all whole lines of a buffer.
    package mutating func takeLines(
        of buffer: inout LineBuffer,
        from source: EventSource,
        at time: Timestamp,
        into batch: inout EventBatch
    ) {
        var sink = openSink(&batch, source, time)
        while let line = buffer.nextLine() { take(line, of: buffer.bytes.span, into: &sink) }
        closeSink(&sink, &batch)
    }

    /// No further line will come: what was gathered becomes an event.
    package mutating func finish(
        endOffset: Int64,
        from source: EventSource,
        at time: Timestamp,
        into batch: inout EventBatch
    ) {
        var sink = openSink(&batch, source, time)
        group.flush(into: &sink)
        records.finish(into: &sink)
        closeSink(&sink, &batch)
        safeOffset = endOffset
    }

    /// What was gathered has waited for ``patience``, and becomes an event;
    /// half a record of Docker's goes on waiting.
    ///
    /// `endOffset` is where the line begins that is to come next.
    package mutating func flush(
        endOffset: Int64,
        from source: EventSource,
        at time: Timestamp,
        into batch: inout EventBatch
    ) {
        var sink = openSink(&batch, source, time)
        group.flush(into: &sink)
        records.flushTraces(into: &sink)
        closeSink(&sink, &batch)
        safeOffset = records.firstOffset ?? endOffset
    }

    /// Gives back memory that is not needed for what was gathered.
    mutating func releaseMemory() {
        scratch = []
        records.releaseMemory()
    }

    private mutating func take(_ line: Line, of bytes: Span<UInt8>, into sink: inout EventSink) {
        var text = bytes.extracting(line.text)
        if line.offsets.lowerBound == 0, text.beginsWithByteOrderMark {
            text = text.extracting(3..<text.count)
        }
        if !line.isTruncated { text = text.extracting(0..<text.lengthWithoutLineEnd) }
        let end = line.offsets.upperBound
        switch format {
        case .lines:
            sink.add(text, isTruncated: line.isTruncated)
            safeOffset = end
        case .json:
            takeJSON(text, into: &sink)
            safeOffset = end
        case .multiLine(let count):
            gather(text, line, separator: UInt8(ascii: " "))
            guard group.count >= count else { return }
            group.flush(into: &sink)
            safeOffset = end
        case .multiLineRegex(let rule):
            take(text, line, by: rule, into: &sink)
            safeOffset = group.firstOffset ?? end
        case .audit:
            takeAudit(text, line, into: &sink)
            safeOffset = group.firstOffset ?? end
        case .dockerJSON:
            records.take(text, line: line, into: &sink)
            safeOffset = records.firstOffset ?? end
        }
    }

    private mutating func gather(_ text: Span<UInt8>, _ line: Line, separator: UInt8?) {
        group.append(
            text,
            separator: separator,
            limit: options.lineLimit,
            isTruncated: line.isTruncated,
            at: line.offsets.lowerBound
        )
    }

    private mutating func take(
        _ text: Span<UInt8>,
        _ line: Line,
        by rule: MultiLineRegex,
        into sink: inout EventSink
    ) {
        if rule.match == .start, rule.pattern.matches(text) { group.flush(into: &sink) }
        gather(text, line, separator: rule.separator)
        let isComplete =
            switch rule.match {
            case .start: false
            case .end: rule.pattern.matches(text)
            // Each line is searched with all before it: an event that became
            // long is ended, lest the work grow with its square.
            case .all:
                group.text.count >= Self.wholeMatchLimit || rule.pattern.matches(group.text.span)
            }
        if isComplete { group.flush(into: &sink) }
    }

    /// Bytes of an event by `match="all"`.
    private static let wholeMatchLimit = 65_278

    private mutating func takeAudit(
        _ text: Span<UInt8>,
        _ line: Line,
        into sink: inout EventSink
    ) {
        guard let identifier = AuditRecord.identifier(in: text) else {
            group.flush(into: &sink)
            sink.add(text, isTruncated: line.isTruncated)
            return
        }
        let name = text.extracting(identifier)
        if group.isEmpty || !auditIdentifier.span.isEqual(to: name) {
            group.flush(into: &sink)
            auditIdentifier.removeAll(keepingCapacity: true)
            auditIdentifier.append(span: name)
        }
        gather(text, line, separator: UInt8(ascii: " "))
    }

    /// Adds a line that is a JSON object; drops any other.
    private mutating func takeJSON(_ text: Span<UInt8>, into sink: inout EventSink) {
        guard JSONObjectText.compact(text, into: &scratch) else {
            sink.counts.dropped += 1
            return
        }
        if let labels = options.labels {
            scratch.removeLast()
            if scratch.count > 1 { scratch.append(UInt8(ascii: ",")) }
            scratch += labels.members
            scratch.append(UInt8(ascii: "}"))
        }
        sink.add(scratch.span, isTruncated: false)
    }

    /// The batch is moved, not copied: the sink holds it alone meanwhile.
    private mutating func openSink(
        _ batch: inout EventBatch,
        _ source: EventSource,
        _ time: Timestamp
    ) -> EventSink {
        var sink = EventSink(batch: batch, source: source, time: time, counts: counts)
        batch = EventBatch()
        sink.options = options
        return sink
    }

    private mutating func closeSink(_ sink: inout EventSink, _ batch: inout EventBatch) {
        swap(&batch, &sink.batch)
        counts = sink.counts
    }
}

extension Span<UInt8> {
    /// Whether the three bytes come first by which a file says that it is UTF-8.
    fileprivate var beginsWithByteOrderMark: Bool {
        count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
    }

    fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
