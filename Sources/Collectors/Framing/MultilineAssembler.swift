// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What is known of a line besides its text.
package struct AssembledLine: Sendable, Equatable {
    /// It is only the beginning of a longer one.
    package var isTruncated: Bool
    /// When it was written, since the epoch; 0 when that is not known.
    package var originNanoseconds: Int64
    /// Where it begins in its file; 0 for streams.
    package var offset: Int64

    package init(isTruncated: Bool = false, originNanoseconds: Int64, offset: Int64 = 0) {
        self.isTruncated = isTruncated
        self.originNanoseconds = originNanoseconds
        self.offset = offset
    }
}

/// Joins the lines of a trace to one event, with LF between them.
///
/// Each line waits until the next shows that it does not belong to it, or until
/// ``MultilineRule/patience`` has passed since it came, which the owner watches. One for each
/// stream of lines: standard output and error have their own.
package struct MultilineAssembler: Sendable {
    /// Lines of the longest event; the next begins another.
    package static let lineCountLimit = 1000

    private let rule: MultilineRule
    private let limit: Int
    private var group = LineGroup()
    private var recognizer = TraceRecognizer()

    /// An event is cut at `limit` bytes.
    package init(rule: MultilineRule, limit: Int = LineBuffer.lineLimit) {
        self.rule = rule
        self.limit = limit
    }

    /// Whether no line waits.
    package var isEmpty: Bool { group.isEmpty }

    /// Where the earliest line begins that waits; nil when none does.
    package var firstOffset: Int64? { group.firstOffset }

    /// Takes a line without its line end; adds the event to the sink that it
    /// shows to be complete.
    mutating func take(_ line: AssembledLine, text: Span<UInt8>, into sink: inout EventSink) {
        if !continues(text) || group.count >= Self.lineCountLimit { flush(into: &sink) }
        group.append(
            text,
            separator: UInt8(ascii: "\n"),
            limit: limit,
            isTruncated: line.isTruncated,
            at: line.offset
        )
        group.setOrigin(line.originNanoseconds)
    }

    /// Makes an event of what waits.
    mutating func flush(into sink: inout EventSink) {
        group.flush(into: &sink)
    }

    private mutating func continues(_ text: Span<UInt8>) -> Bool {
        switch rule.kind {
        case .start(let pattern): !pattern.matches(text)
        case .languages(let languages): recognizer.continues(text, of: languages)
        }
    }
}
