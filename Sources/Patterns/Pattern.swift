// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A compiled pattern of any kind, as rules and decoders use it.
package enum Pattern: Sendable {
    case osregex(OSRegex)
    case osmatch(OSMatch)
    case pcre2(PCRE2Expression)

    /// Compiles a pattern.
    ///
    /// `capturing` says that groups are kept, as for the `<regex>` of a decoder; it
    /// matters to os_regex only.
    ///
    /// - Throws: what is wrong with the pattern.
    package init(
        _ bytes: some Collection<UInt8>,
        kind: PatternKind,
        capturing: Bool
    ) throws(PatternError) {
        guard bytes.count <= OSRegex.maximumPatternCount else {
            throw .tooLong(bytes.count)
        }
        switch kind {
        case .osregex: self = .osregex(try OSRegex(bytes, capturing: capturing))
        case .osmatch: self = .osmatch(OSMatch(bytes))
        case .pcre2: self = .pcre2(try PCRE2Expression(bytes))
        }
    }

    /// Whether the subject matches.
    package func matches(_ subject: Span<UInt8>) -> Bool {
        switch self {
        case .osregex(let regex): regex.firstMatch(in: subject) != nil
        case .osmatch(let match): match.matches(subject)
        case .pcre2(let expression): expression.matches(subject)
        }
    }

    /// The result offset of the first match with its captures, or nil.
    ///
    /// It can be -1. The text after the match starts at `nextText(after:in:)`. Of
    /// os_match it is 0 and there are no captures.
    package func firstMatch(in subject: Span<UInt8>, captures: inout Captures) -> Int? {
        switch self {
        case .osregex(let regex):
            return regex.firstMatch(in: subject, captures: &captures)
        case .osmatch(let match):
            captures.removeAll()
            return match.matches(subject) ? 0 : nil
        case .pcre2(let expression):
            return expression.firstMatch(in: subject, captures: &captures)
        }
    }

    /// Where the text after a match starts: one byte after its result offset,
    /// unless the subject ends there.
    ///
    /// After the result -1 nothing follows: Wazuh reads the byte before the
    /// subject there, in practice a NUL, and takes that for the end.
    ///
    /// Source: analysis-engine.md §2.2.4.
    package static func nextText(after result: Int, in subject: Span<UInt8>) -> Int {
        result < 0 ? subject.count : min(result + 1, subject.count)
    }

    /// The engine of this pattern.
    package var kind: PatternKind {
        switch self {
        case .osregex: .osregex
        case .osmatch: .osmatch
        case .pcre2: .pcre2
        }
    }

    /// The pattern as it was written.
    package var source: [UInt8] {
        switch self {
        case .osregex(let regex): regex.source
        case .osmatch(let match): match.source
        case .pcre2(let expression): expression.source
        }
    }

    /// How many matches a limit ended since the pattern was compiled.
    package var limitHits: Int {
        switch self {
        case .osregex(let regex): regex.limitHits
        case .osmatch: 0
        case .pcre2(let expression): expression.limitHits
        }
    }
}
