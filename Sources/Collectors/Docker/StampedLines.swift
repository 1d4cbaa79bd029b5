// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// Makes events of a log that the engine sends with its time before each line.
///
/// A value, without I/O. What was seen before the log was asked for again is
/// left out: the engine repeats the lines of the last moment.
struct StampedLines: Sendable {
    private struct Begun {
        var text: [UInt8] = []
        var nanoseconds: Int64 = 0
        var isTruncated = false
    }

    /// How far the log was read; nil when it was not.
    private(set) var position: StreamPosition?
    /// Lines of the position's moment that come again.
    private var repeated: [UInt64]
    private let resumedAt: Int64
    private let isRaw: Bool
    /// How lines are joined; nil when they stay apart.
    private let rule: MultilineRule?
    /// Lines that wait for what may belong to them, for each output.
    private var traces: [LogFrame.Output: MultilineAssembler] = [:]
    /// Where reading had come before each line that waits, the earliest first.
    private var waiting: [(number: Int64, before: StreamPosition?)] = []
    private var nextNumber: Int64 = 1
    /// A line being gathered, for each output.
    private var begun: [LogFrame.Output: Begun] = [:]

    init(after position: StreamPosition?, isRaw: Bool, rule: MultilineRule?) {
        self.rule = rule
        self.position = position
        self.isRaw = isRaw
        repeated = position?.fingerprints ?? []
        resumedAt = position?.nanoseconds ?? .min
    }

    /// Whether lines wait for what may belong to them.
    var isWaiting: Bool { !waiting.isEmpty }

    /// From where a later reading must go on, lest lines that wait be lost.
    var safePosition: StreamPosition? {
        guard let first = waiting.first else { return position }
        return first.before
    }

    /// From when the log is to be asked for; nil for all of it.
    var resumeTime: Int64? { position?.nanoseconds }

    /// Takes the next piece.
    ///
    /// With frames each piece has a time of its own, also the parts of a line
    /// over 16 KiB; a raw stream has one before each line only as far as lines
    /// are told apart.
    mutating func take(_ frame: LogFrame, into sink: inout EventSink) {
        var rest = frame.bytes[...]
        var isFirst = true
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
            let piece = rest[..<end]
            append(piece, of: frame.output, hasTime: !isRaw && isFirst)
            if piece.last == UInt8(ascii: "\n") { flush(frame.output, into: &sink) }
            rest = rest[end...]
            isFirst = false
        }
    }

    /// The log has ended: what waits for its newline becomes events.
    mutating func finish(into sink: inout EventSink) {
        for output in begun.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            flush(output, into: &sink)
        }
        flushTraces(into: &sink)
    }

    /// The log broke off: what waits is asked for again.
    mutating func forgetWaiting() {
        position = safePosition
        begun = [:]
        traces = [:]
        waiting = []
    }

    /// Makes events of whole lines that waited long enough.
    mutating func flushTraces(into sink: inout EventSink) {
        for output in traces.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            traces[output]?.flush(into: &sink)
        }
        waiting.removeAll()
    }

    private mutating func append(
        _ piece: ArraySlice<UInt8>,
        of output: LogFrame.Output,
        hasTime: Bool
    ) {
        var line = begun.removeValue(forKey: output) ?? Begun()
        var piece = piece
        // The time of a later part is the line's no more; it is only cut off.
        if hasTime, !line.text.isEmpty, let (_, text) = Self.splitTime(piece) { piece = text }
        let room = max(0, LineBuffer.lineLimit + Self.timeLimit - line.text.count)
        line.isTruncated = line.isTruncated || piece.count > room
        line.text.append(contentsOf: piece.prefix(room))
        begun[output] = line
    }

    private mutating func flush(_ output: LogFrame.Output, into sink: inout EventSink) {
        guard let line = begun.removeValue(forKey: output) else { return }
        let (time, text) = Self.splitTime(line.text[...]) ?? (0, line.text[...])
        let before = position
        guard isNew(text, at: time) else { return }
        guard let rule else {
            sink.addContainerLine(
                Array(text),
                isTruncated: line.isTruncated,
                originNanoseconds: time
            )
            return
        }
        waiting.append((nextNumber, before))
        let joined = AssembledLine(
            isTruncated: line.isTruncated,
            originNanoseconds: time,
            offset: nextNumber
        )
        nextNumber += 1
        let bytes = Array(text)
        traces[output, default: MultilineAssembler(rule: rule)].take(
            joined,
            text: bytes.span.extracting(0..<bytes.span.lengthWithoutLineEnd),
            into: &sink
        )
        let earliest = traces.values.compactMap(\.firstOffset).min() ?? .max
        waiting.removeAll { $0.number < earliest }
    }

    private mutating func isNew(_ text: ArraySlice<UInt8>, at time: Int64) -> Bool {
        var fingerprint = Fingerprint()
        fingerprint.add(text)
        let mark = fingerprint.value
        if time == resumedAt, let index = repeated.firstIndex(of: mark) {
            repeated.remove(at: index)
            return false
        }
        let latest = position?.nanoseconds ?? .min
        guard time >= latest else { return true }
        let marks = time == latest ? (position?.fingerprints ?? []) + [mark] : [mark]
        position = StreamPosition(
            nanoseconds: time,
            fingerprints: Array(marks.suffix(Self.markLimit))
        )
        return true
    }

    /// Lines of one nanosecond that are remembered: more have no time at all.
    private static let markLimit = 1024

    /// Longest time with its blank: nine digits and an offset.
    private static let timeLimit = 36

    /// The time before a line, and what follows it.
    private static func splitTime(
        _ line: ArraySlice<UInt8>
    ) -> (nanoseconds: Int64, text: ArraySlice<UInt8>)? {
        guard let blank = line.prefix(timeLimit).firstIndex(of: UInt8(ascii: " ")) else {
            return nil
        }
        let time = Array(line[..<blank])
        guard let nanoseconds = RFC3339.nanoseconds(time.span) else { return nil }
        return (nanoseconds, line[(blank + 1)...])
    }
}
