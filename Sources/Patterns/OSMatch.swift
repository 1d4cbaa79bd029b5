// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A compiled os_match: alternatives of plain text, each at the start, at the
/// end, or anywhere in the subject, without regard to ASCII case.
///
/// Nothing but `|`, an alternative's first `^` and last `$`, and a `!` in front
/// of everything is special; there are no escapes.
///
/// Source: analysis-engine.md §2.3.
package struct OSMatch: Sendable {
    private enum Shape {
        case everything
        case whole
        case prefix
        case suffix
        case substring
    }

    private struct Alternative {
        let shape: Shape
        let text: Range<Int>
    }

    private let texts: [UInt8]
    private let alternatives: [Alternative]
    private let isNegated: Bool

    /// The pattern as it was written.
    package let source: [UInt8]

    /// Compiles a pattern; every text is one.
    package init(_ pattern: some Collection<UInt8>) {
        source = Array(pattern)
        var lowered = source.map(\.asciiLowered)
        isNegated = lowered.first == UInt8(ascii: "!")
        if isNegated { lowered.removeFirst() }
        texts = lowered
        alternatives =
            lowered.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
            .map(Self.alternative)
    }

    private static func alternative(_ text: ArraySlice<UInt8>) -> Alternative {
        var rest = text
        let anchorsBegin = rest.first == UInt8(ascii: "^")
        if anchorsBegin { rest.removeFirst() }
        let anchorsEnd = rest.last == UInt8(ascii: "$")
        if anchorsEnd { rest.removeLast() }
        let shape: Shape =
            switch (anchorsBegin, anchorsEnd) {
            case (true, true): .whole
            case _ where rest.isEmpty: .everything
            case (true, false): .prefix
            case (false, true): .suffix
            case (false, false): .substring
            }
        return Alternative(shape: shape, text: rest.startIndex..<rest.endIndex)
    }

    /// What every matching subject has.
    package var necessity: PatternNecessity {
        if isNegated { return .none }
        var firstBytes: Set<UInt8>? = []
        var needed: [[[UInt8]]]? = []
        for alternative in alternatives {
            let text = Array(texts[alternative.text])
            needed = text.isEmpty ? nil : needed.map { $0 + [[text]] }
            switch (alternative.shape, text.first) {
            case (.whole, let first?), (.prefix, let first?):
                firstBytes?.formUnion([first, first.asciiUppered])
            case (.everything, _), (.suffix, _), (.substring, _), (_, nil):
                firstBytes = nil
            }
        }
        return PatternNecessity(firstBytes: firstBytes, texts: needed)
    }

    /// Whether an alternative holds for the subject, or, after a leading `!`,
    /// none does.
    package func matches(_ subject: Span<UInt8>) -> Bool {
        let all = texts.span
        for alternative in alternatives {
            let text = all.extracting(alternative.text)
            if Self.matches(subject, alternative.shape, text) { return !isNegated }
        }
        return isNegated
    }

    private static func matches(
        _ subject: Span<UInt8>,
        _ shape: Shape,
        _ text: Span<UInt8>
    ) -> Bool {
        switch shape {
        case .everything: true
        case .whole:
            subject.count == text.count && ByteSearch.isPresent(text, in: subject, at: 0)
        case .prefix: ByteSearch.isPresent(text, in: subject, at: 0)
        case .suffix: ByteSearch.isPresent(text, in: subject, at: subject.count - text.count)
        case .substring: ByteSearch.contains(subject, text)
        }
    }
}
