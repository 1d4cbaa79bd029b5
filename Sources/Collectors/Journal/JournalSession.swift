// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// What was read of the journal, over several runs of `journalctl`.
struct JournalSession {
    private(set) var counts = FramingCounts()
    /// When the last entry arose, nanoseconds since the epoch.
    private(set) var lastRecord: Int64?
    /// What the program last said instead of an entry; nil when it reads.
    private(set) var complaint: String?
    /// The cursor of the last entry of the last reading; nil when it brought
    /// none.
    private(set) var newCursor: [UInt8]?

    private let configuration: JournalCollector.Configuration
    private let source: EventSource
    private var cursor: [UInt8]?
    private var isCursorRefused = false
    private var buffer = LineBuffer(offset: 0, limit: JournalSession.lineLimit)
    /// Entries written before are those that were there; microseconds since
    /// the epoch.
    private let begin: Int64
    private var hasEntries = false

    /// A line holds all fields, with escapes.
    private static let lineLimit = 8 << 20
    private static let chunk = 64 << 10

    init(
        _ configuration: JournalCollector.Configuration,
        agent: AgentIdentity,
        cursor: [UInt8]?
    ) {
        self.configuration = configuration
        self.cursor = cursor
        source = EventSource(agent: agent, location: "journald")
        begin = LocalClock.nanoseconds() / 1000
    }

    /// How the program is to be called now.
    var command: JournalCommand {
        let start: JournalCommand.Start =
            switch (cursor, cursor.flatMap(JournalCommand.seconds)) {
            case (nil, _): .last
            case (_, let seconds?) where isCursorRefused: .since(seconds: seconds)
            case (let cursor?, _): .afterCursor(cursor)
            }
        return JournalCommand(
            program: configuration.program,
            start: start,
            fields: configuration.filter.fields
        )
    }

    mutating func begin(with buffer: LineBuffer = LineBuffer(offset: 0, limit: lineLimit)) {
        self.buffer = buffer
        complaint = nil
        hasEntries = false
    }

    mutating func fail(_ reason: String) {
        complaint = reason
    }

    mutating func end(_ ending: ChildProcess.Ending?) {
        // A cursor of which the journal knows nothing is of another machine, or
        // of a time that it has forgotten.
        if case .status(let number) = ending, number != 0, !hasEntries { isCursorRefused = true }
    }

    /// Takes what was written; false when nothing more will be.
    mutating func read(
        _ descriptor: Int32,
        at time: Timestamp,
        into batch: inout EventBatch
    ) -> Bool {
        newCursor = nil
        let count = buffer.fill(upTo: Self.chunk) {
            Glibc.read(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0 { return errno == EINTR || errno == EAGAIN }
        var sink = EventSink(batch: batch, source: source, time: time, counts: counts)
        batch = EventBatch()
        sink.options = configuration.options
        while let line = buffer.nextLine() {
            take(Output(line, of: buffer.bytes.span), line.isTruncated, into: &sink)
        }
        if count == 0, let line = buffer.takeRemainder() {
            take(Output(line, of: buffer.bytes.span), line.isTruncated, into: &sink)
        }
        batch = sink.batch
        counts = sink.counts
        return count > 0
    }

    /// What a line of the program is.
    private enum Output {
        case entry(JournalEntry)
        case words(String)
        case nothing

        init(_ line: Line, of bytes: Span<UInt8>) {
            let text = bytes.extracting(line.text)
            if let entry = JournalEntry(text) {
                self = .entry(entry)
            } else if text.isEmpty || text[0] == UInt8(ascii: "{") {
                self = .nothing
            } else {
                var words: [UInt8] = []
                words.append(span: text.extracting(0..<min(text.count, 200)))
                self = .words(String(decoding: words, as: UTF8.self))
            }
        }
    }

    private mutating func take(
        _ output: Output,
        _ isTruncated: Bool,
        into sink: inout EventSink
    ) {
        switch output {
        case .nothing: sink.counts.malformed += 1
        // "-- Journal begins at …" and the like are no complaints.
        case .words(let words):
            if !words.hasPrefix("-- ") || words.hasPrefix("-- No entries") { complaint = words }
        case .entry(let entry): take(entry, isTruncated, into: &sink)
        }
    }

    private static let ownProcess = Array("\(getpid())".utf8)

    private mutating func take(
        _ entry: JournalEntry,
        _ isTruncated: Bool,
        into sink: inout EventSink
    ) {
        complaint = nil
        hasEntries = true
        lastRecord = entry.originNanoseconds
        isCursorRefused = false
        // The first one only says where the journal ends.
        let isOld = cursor == nil && entry.microseconds < begin
        cursor = entry.cursor
        newCursor = entry.cursor
        // What this process says of an entry must not become another.
        guard !isOld, entry.first("_PID") != Self.ownProcess, configuration.filter.passes(entry)
        else { return }
        var written: [UInt8] = []
        entry.appendText(to: &written)
        let kept = min(written.count, configuration.options.lineLimit)
        sink.add(
            written.span.extracting(0..<kept),
            isTruncated: isTruncated || kept < written.count,
            originNanoseconds: entry.originNanoseconds
        )
    }
}
