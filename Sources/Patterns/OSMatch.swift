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
    enum Shape: Sendable {
        case everything
        case whole
        case prefix
        case suffix
        case substring
    }

    struct Alternative: Sendable {
        let shape: Shape
        let text: Range<Int>
    }

    let texts: [UInt8]
    let alternatives: [Alternative]
    let isNegated: Bool
    /// The first two bytes of many alternatives that all may stand anywhere; nil
    /// for others.
    let heads: PairSet?

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
        heads = Self.heads(of: alternatives, texts)
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
        var starts: [PatternNecessity.Start?] = []
        for alternative in alternatives {
            let text = Array(texts[alternative.text])
            starts.append(Self.start(alternative.shape, text))
            needed = text.isEmpty ? nil : needed.map { $0 + [[text]] }
            switch (alternative.shape, text.first) {
            case (.whole, let first?), (.prefix, let first?):
                firstBytes?.formUnion([first, first.asciiUppered])
            case (.everything, _), (.suffix, _), (.substring, _), (_, nil):
                firstBytes = nil
            }
        }
        return PatternNecessity(
            firstBytes: firstBytes,
            texts: needed,
            start: starts.reduce(starts[0], PatternNecessity.Start.init)
        )
    }

    private static func start(_ shape: Shape, _ text: [UInt8]) -> PatternNecessity.Start? {
        guard !text.isEmpty else { return nil }
        switch shape {
        case .whole: return PatternNecessity.Start(text: text, isWhole: true)
        case .prefix: return PatternNecessity.Start(text: text, isWhole: false)
        case .everything, .suffix, .substring: return nil
        }
    }

    /// Whether an alternative holds for the subject, or, after a leading `!`,
    /// none does.
    package func matches(_ subject: Span<UInt8>) -> Bool {
        Self.matches(subject, alternatives.span, texts: texts.span, heads: heads) != isNegated
    }

    /// Whether one of the alternatives holds; their ranges are into `texts`.
    ///
    /// `heads` are theirs, see ``heads``.
    static func matches(
        _ subject: Span<UInt8>,
        _ alternatives: Span<Alternative>,
        texts: Span<UInt8>,
        heads: PairSet?
    ) -> Bool {
        if let heads { return hasAny(alternatives, of: subject, texts, heads) }
        for index in alternatives.indices {
            let alternative = alternatives[index]
            let text = texts.extracting(alternative.text)
            if matches(subject, alternative.shape, text) { return true }
        }
        return false
    }

    /// What a match costs at most, as a ``MatchMeter`` counts.
    @inline(__always)
    static func steps(_ subjectCount: Int, _ alternativeCount: Int, hasHeads: Bool) -> Int {
        (subjectCount &>> 2) &* (hasHeads ? 8 : alternativeCount)
    }

    /// So many texts are found faster by going over the subject once.
    private static let manyAlternatives = 4

    private static func heads(of alternatives: [Alternative], _ texts: [UInt8]) -> PairSet? {
        guard alternatives.count >= manyAlternatives else { return nil }
        var heads = PairSet()
        for alternative in alternatives {
            let text = texts[alternative.text]
            guard alternative.shape == .substring, text.count >= 2 else { return nil }
            heads.insert(text[text.startIndex], text[text.startIndex + 1])
        }
        return heads
    }

    private static func hasAny(
        _ alternatives: Span<Alternative>,
        of subject: Span<UInt8>,
        _ texts: Span<UInt8>,
        _ heads: PairSet
    ) -> Bool {
        guard subject.count >= 2 else { return false }
        for start in 0..<subject.count - 1
        where heads.mayContain(subject[start], subject[start + 1]) {
            let head = subject[start].asciiLowered
            for index in alternatives.indices {
                let text = alternatives[index].text
                guard texts[text.lowerBound] == head else { continue }
                if ByteSearch.isPresent(texts.extracting(text), in: subject, at: start) {
                    return true
                }
            }
        }
        return false
    }

    @inline(__always)
    static func matches(
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
