// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Many patterns in flat tables, by number; what a match costs is a meter's.
///
/// It gives the answers of the single ``Pattern``s. Matching one of the set
/// touches no reference count and allocates nothing, which is most of what a
/// short match costs otherwise.
///
/// Unsafe to send for the compiler only: the tables are written in `init`, freed in
/// `deinit` and only read between them. They are raw buffers, and not arrays,
/// since a span of an object's array retains it.
package final class PatternSet: @unchecked Sendable {
    /// One pattern, without references.
    private enum Program: Sendable {
        /// Ranges of ``regexAlternatives`` and ``tokens``.
        case osregex(alternatives: Range<Int>, tokens: Range<Int>, isCapturing: Bool)
        /// Ranges of ``matchAlternatives`` and ``texts``; `heads` is an index into
        /// ``PatternSet/heads``, or -1.
        case osmatch(
            alternatives: Range<Int>,
            texts: Range<Int>,
            heads: Int,
            isNegated: Bool
        )
        /// Index into ``expressions``.
        case pcre2(Int)
    }

    /// What an os_regex of literals at the beginning asks; see ``OSRegex/word``.
    private struct Word: Sendable {
        /// A range of ``texts``; empty for all other patterns.
        var text = 0..<0
        var isWhole = false
    }

    private let programs: [Program]
    /// By pattern.
    private let words: [Word]
    private let regexAlternatives: UnsafeBufferPointer<OSRegex.Alternative>
    private let tokens: UnsafeBufferPointer<OSRegexToken>
    private let matchAlternatives: UnsafeBufferPointer<OSMatch.Alternative>
    private let texts: UnsafeBufferPointer<UInt8>
    private let heads: [PairSet]
    private let expressions: [PCRE2Expression]
    /// Takes patterns; their numbers are their indices.
    package init(_ patterns: [Pattern]) {
        var tables = Tables(for: patterns)
        for pattern in patterns { tables.add(pattern) }
        programs = tables.programs
        words = tables.words
        regexAlternatives = Self.buffer(of: tables.regexAlternatives)
        tokens = UnsafeBufferPointer(tables.tokens)
        matchAlternatives = Self.buffer(of: tables.matchAlternatives)
        texts = Self.buffer(of: tables.texts)
        heads = tables.heads
        expressions = tables.expressions
    }

    deinit {
        regexAlternatives.deallocate()
        tokens.deallocate()
        matchAlternatives.deallocate()
        texts.deallocate()
    }

    /// `elements` hold no references, so that nothing needs an end.
    private static func buffer<Element>(
        of elements: [Element]
    ) -> UnsafeBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = buffer.initialize(from: elements)
        return UnsafeBufferPointer(buffer)
    }

    /// The tables while they are filled.
    private struct Tables {
        var programs: [Program] = []
        var words: [Word] = []
        var regexAlternatives: [OSRegex.Alternative] = []
        /// Tokens are large and many: each is written once, where it stays.
        let tokens: UnsafeMutableBufferPointer<OSRegexToken>
        var tokenCount = 0
        var matchAlternatives: [OSMatch.Alternative] = []
        var texts: [UInt8] = []
        var heads: [PairSet] = []
        var expressions: [PCRE2Expression] = []

        /// Makes room for the tokens of these patterns, which are to be added.
        init(for patterns: [Pattern]) {
            var count = 0
            for case .osregex(let regex) in patterns { count += regex.tokens.count }
            tokens = .allocate(capacity: count)
            programs.reserveCapacity(patterns.count)
            words.reserveCapacity(patterns.count)
        }

        mutating func add(_ pattern: Pattern) {
            var word = Word()
            defer { words.append(word) }
            switch pattern {
            case .osregex(let regex):
                if let bytes = regex.word {
                    word.text = texts.count..<texts.count + bytes.count
                    word.isWhole = regex.alternatives.contains { $0.anchorsEnd }
                    texts += bytes
                }
                let firstAlternative = regexAlternatives.count
                let firstToken = tokenCount
                tokenCount += regex.tokens.count
                regexAlternatives += regex.alternatives
                let room = tokens[firstToken..<tokenCount]
                _ = UnsafeMutableBufferPointer(rebasing: room).initialize(from: regex.tokens)
                programs.append(
                    .osregex(
                        alternatives: firstAlternative..<regexAlternatives.count,
                        tokens: firstToken..<tokenCount,
                        isCapturing: regex.isCapturing
                    )
                )
            case .osmatch(let match):
                let firstAlternative = matchAlternatives.count
                let firstText = texts.count
                matchAlternatives += match.alternatives
                texts += match.texts
                if let own = match.heads { heads.append(own) }
                programs.append(
                    .osmatch(
                        alternatives: firstAlternative..<matchAlternatives.count,
                        texts: firstText..<texts.count,
                        heads: match.heads == nil ? -1 : heads.count - 1,
                        isNegated: match.isNegated
                    )
                )
            case .pcre2(let expression):
                expressions.append(expression)
                programs.append(.pcre2(expressions.count - 1))
            }
        }
    }

    /// Whether a pattern matches; see ``Pattern/matches(_:)``.
    package func matches(
        _ pattern: Int,
        _ subject: Span<UInt8>,
        scratch: inout Captures,
        meter: inout MatchMeter
    ) -> Bool {
        if !words[pattern].text.isEmpty {
            meter.charge(Self.wordSteps)
            return begins(subject, with: words[pattern])
        }
        switch programs[pattern] {
        case .osregex(let alternatives, let tokens, let isCapturing):
            let mode = OSRegexProgram.Mode(isCapturing: isCapturing, keepsCaptures: false)
            return run(pattern, alternatives, tokens, mode, subject, &scratch, &meter) != nil
        case .osmatch(let alternatives, let texts, let heads, let isNegated):
            let matchAlternatives = matchAlternatives
            let allTexts = self.texts
            let all = matchAlternatives.span
            let bytes = allTexts.span
            meter.charge(OSMatch.steps(subject.count, alternatives.count, hasHeads: heads >= 0))
            return OSMatch.matches(
                subject,
                all.extracting(alternatives),
                texts: bytes.extracting(texts),
                heads: heads < 0 ? nil : self.heads[heads]
            ) != isNegated
        case .pcre2(let index):
            return expressions[index].matches(subject, meter: &meter)
        }
    }

    /// What it costs to compare with a word, as a ``MatchMeter`` counts.
    private static let wordSteps = 24

    @inline(__always)
    private func begins(_ subject: Span<UInt8>, with word: Word) -> Bool {
        let count = word.text.count
        guard word.isWhole ? subject.count == count : subject.count >= count else { return false }
        let texts = texts
        let bytes = texts.span.extracting(word.text)
        for index in bytes.indices where subject[index].asciiLowered != bytes[index] {
            return false
        }
        return true
    }

    /// The result offset of the first match with its captures, or nil; see
    /// ``Pattern/firstMatch(in:captures:)``.
    package func firstMatch(
        _ pattern: Int,
        in subject: Span<UInt8>,
        captures: inout Captures,
        meter: inout MatchMeter
    ) -> Int? {
        captures.removeAll()
        switch programs[pattern] {
        case .osregex(let alternatives, let tokens, let isCapturing):
            let mode = OSRegexProgram.Mode(isCapturing: isCapturing, keepsCaptures: isCapturing)
            return run(pattern, alternatives, tokens, mode, subject, &captures, &meter)
        case .osmatch:
            return matches(pattern, subject, scratch: &captures, meter: &meter) ? 0 : nil
        case .pcre2(let index):
            return expressions[index].firstMatch(in: subject, captures: &captures, meter: &meter)
        }
    }

    private func run(
        _ pattern: Int,
        _ alternatives: Range<Int>,
        _ tokens: Range<Int>,
        _ mode: OSRegexProgram.Mode,
        _ subject: Span<UInt8>,
        _ captures: inout Captures,
        _ meter: inout MatchMeter
    ) -> Int? {
        let alternativeTable = regexAlternatives
        let tokenTable = self.tokens
        let allAlternatives = alternativeTable.span
        let allTokens = tokenTable.span
        return OSRegexProgram.firstMatch(
            allAlternatives.extracting(alternatives),
            tokens: allTokens.extracting(tokens),
            mode: mode,
            in: subject,
            captures: &captures,
            meter: &meter
        )
    }
}
