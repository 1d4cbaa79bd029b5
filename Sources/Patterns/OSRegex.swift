// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A compiled os_regex: Wazuh's own expression of decoders and rules.
///
/// Not a backtracking engine: one scan from left to right with at most four
/// choices remembered, and results that no other engine gives. The algorithm is
/// normative, since rule sets rely on it.
///
/// - Compatibility: it gives up when it has cost what a ``MatchMeter`` allows, where
///   Wazuh goes on for minutes on hostile lines. That is then no match, and counted
///   in ``limitHits``.
///
/// Source: analysis-engine.md §2.2.
package struct OSRegex: Sendable {
    /// The longest pattern, in bytes.
    package static let maximumPatternCount = 20_480

    /// One of the patterns between bars.
    struct Alternative: Sendable {
        let tokens: Range<Int>
        let anchorsBegin: Bool
        let anchorsEnd: Bool
        let markCount: Int
    }

    let tokens: [OSRegexToken]
    let alternatives: [Alternative]
    /// Whether groups are kept, which also lets stars end a pattern at the end of
    /// the subject.
    let isCapturing: Bool
    let limitCounter = EventCounter()

    /// The pattern as it was written.
    package let source: [UInt8]
    /// How many groups the alternative with the most of them has.
    package let groupCount: Int

    /// Compiles a pattern.
    ///
    /// `capturing` says that groups are kept, as for the `<regex>` of a decoder.
    /// It also changes which subjects match (§2.2.3).
    /// - Throws: the first mistake of the pattern.
    package init(_ pattern: some Collection<UInt8>, capturing: Bool) throws(PatternError) {
        guard pattern.count <= Self.maximumPatternCount else {
            throw .tooLong(pattern.count)
        }
        source = Array(pattern)
        var parser = OSRegexParser(source)
        try parser.parse()
        tokens = parser.tokens
        alternatives = parser.alternatives
        groupCount = parser.alternatives.reduce(0) { max($0, $1.markCount / 2) }
        isCapturing = capturing && groupCount > 0
    }

    /// The result offset of the first alternative that matches, or nil.
    ///
    /// It can be -1. The following text starts one byte after it, unless the
    /// subject ends there.
    package func firstMatch(in subject: Span<UInt8>) -> Int? {
        var ignored = Captures()
        return firstMatch(in: subject, keepsCaptures: false, captures: &ignored)
    }

    /// As ``firstMatch(in:)``, at the cost of a meter.
    package func matches(_ subject: Span<UInt8>, meter: inout MatchMeter) -> Bool {
        var ignored = Captures()
        let result = firstMatch(
            in: subject,
            keepsCaptures: false,
            captures: &ignored,
            meter: &meter
        )
        return result != nil
    }

    /// The result offset of the first alternative that matches, with its
    /// captures, numbered from the alternative's first group.
    ///
    /// No match, or a pattern compiled without captures, leaves them empty.
    package func firstMatch(in subject: Span<UInt8>, captures: inout Captures) -> Int? {
        captures.removeAll()
        return firstMatch(in: subject, keepsCaptures: isCapturing, captures: &captures)
    }

    /// The bytes, letters in lower case, that a subject must begin with — or be,
    /// with `anchorsEnd` — and that are all the pattern asks; nil for another pattern.
    ///
    /// An anchored scan of literals has no choice to go back to.
    var word: [UInt8]? {
        guard alternatives.count == 1, let only = alternatives.first, only.anchorsBegin else {
            return nil
        }
        let own = tokens[only.tokens]
        let bytes = own.compactMap { $0.kind == .literal ? $0.bytes.loweredMember : nil }
        return bytes.count == own.count && !bytes.isEmpty ? bytes : nil
    }

    /// What every matching subject has.
    package var necessity: PatternNecessity {
        PatternNecessity(
            alternatives.map { alternative in
                OSRegexNecessity(tokens[alternative.tokens], alternative)
            }
        )
    }

    /// How many matches a limit ended since the pattern was compiled.
    package var limitHits: Int { limitCounter.value }

    private func firstMatch(
        in subject: Span<UInt8>,
        keepsCaptures: Bool,
        captures: inout Captures
    ) -> Int? {
        var meter = MatchMeter()
        return firstMatch(
            in: subject,
            keepsCaptures: keepsCaptures,
            captures: &captures,
            meter: &meter
        )
    }

    private func firstMatch(
        in subject: Span<UInt8>,
        keepsCaptures: Bool,
        captures: inout Captures,
        meter: inout MatchMeter
    ) -> Int? {
        let result = OSRegexProgram.firstMatch(
            alternatives.span,
            tokens: tokens.span,
            mode: OSRegexProgram.Mode(isCapturing: isCapturing, keepsCaptures: keepsCaptures),
            in: subject,
            captures: &captures,
            meter: &meter
        )
        if meter.hasCut { limitCounter.increment() }
        return result
    }
}

extension PatternError {
    /// A pattern of so many bytes.
    static func tooLong(_ count: Int) -> PatternError {
        PatternError(
            .tooLong,
            message: "the pattern has \(count) bytes, \(OSRegex.maximumPatternCount) are the most: "
                + "split it into several",
            offset: OSRegex.maximumPatternCount
        )
    }
}
