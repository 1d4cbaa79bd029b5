// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What every subject that a pattern matches has; a cheap test that tells, for
/// most subjects, that they cannot match.
///
/// Each claim is exact in one direction: a subject without it never matches.
package struct PatternNecessity: Sendable, Hashable {
    /// The subject is not empty and begins with one of these bytes; nil when it
    /// may begin with any.
    package let firstBytes: Set<UInt8>?
    /// The subject contains, ignoring ASCII case, all texts of one of these lists;
    /// nil when nothing is known.
    ///
    /// Texts are in lower case and not empty; no list is empty.
    package let texts: [[[UInt8]]]?
    /// What the subject begins with, ignoring ASCII case; nil when that differs.
    package let start: Start?

    /// The front of every subject.
    package struct Start: Sendable, Hashable {
        /// In lower case, not empty.
        package let text: [UInt8]
        /// Whether there is nothing behind it.
        package let isWhole: Bool
    }

    /// Nothing is known.
    static let none = PatternNecessity(firstBytes: nil, texts: nil, start: nil)
}

extension PatternNecessity.Start {
    /// What subjects of two patterns have in common; nil for nothing.
    init?(_ first: Self?, _ second: Self?) {
        guard let first, let second else { return nil }
        if first == second {
            self = first
            return
        }
        let common = zip(first.text, second.text).prefix { $0 == $1 }
        guard !common.isEmpty else { return nil }
        self.init(text: common.map(\.0), isWhole: false)
    }
}

extension Pattern {
    /// Whether a match costs no more than a look at its first bytes.
    package var isWord: Bool {
        if case .osregex(let regex) = self { return regex.word != nil }
        return false
    }

    /// What the subjects of this pattern have in common.
    package var necessity: PatternNecessity {
        switch self {
        case .osregex(let regex): regex.necessity
        case .osmatch(let match): match.necessity
        case .pcre2(let expression): PCRE2Necessity.read(expression.source)
        }
    }
}

extension PatternNecessity {
    /// What an os_regex needs of its subjects, from that of each alternative.
    init(_ alternatives: some Collection<OSRegexNecessity>) {
        var bytes: Set<UInt8>? = []
        var texts: [[[UInt8]]]? = []
        var start = alternatives.first?.start
        for alternative in alternatives {
            start = Start(start, alternative.start)
            bytes = bytes.flatMap { all in alternative.firstBytes.map { all.union($0) } }
            texts = alternative.texts.isEmpty ? nil : texts.map { $0 + [alternative.texts] }
        }
        self.init(firstBytes: bytes, texts: texts, start: start)
    }
}

/// What one alternative of an os_regex needs of its subjects.
///
/// A scan passes a literal only at its byte, and literals in a row at bytes in a
/// row: behind a literal the next byte either fits or sends the scan back to a
/// class in front of them. One literal can go unseen: the last token, alone
/// behind an unquantified class (§2.2.3, B 1).
struct OSRegexNecessity {
    let firstBytes: Set<UInt8>?
    /// All rows of literals, in lower case.
    let texts: [[UInt8]]
    let start: PatternNecessity.Start?

    init(_ tokens: ArraySlice<OSRegexToken>, _ alternative: OSRegex.Alternative) {
        let anchorsBegin = alternative.anchorsBegin
        start = anchorsBegin ? Self.start(tokens, anchorsEnd: alternative.anchorsEnd) : nil
        firstBytes = anchorsBegin ? Self.firstBytes(tokens) : nil
        var rows: [[UInt8]] = []
        var row: [UInt8] = []
        for token in tokens {
            if token.kind == .literal, let byte = token.bytes.loweredMember {
                row.append(byte)
            } else {
                if !row.isEmpty { rows.append(row) }
                row = []
            }
        }
        let mayGoUnseen = row.count == 1 && tokens.dropLast().last?.kind == .one
        if !row.isEmpty, !mayGoUnseen { rows.append(row) }
        texts = rows
    }

    /// An anchored scan fails at the first literal that the byte is not, for there
    /// is no class in front of it that could take more or less.
    private static func start(
        _ tokens: ArraySlice<OSRegexToken>,
        anchorsEnd: Bool
    ) -> PatternNecessity.Start? {
        let front = tokens.prefix { $0.kind == .literal && $0.bytes.loweredMember != nil }
        guard !front.isEmpty else { return nil }
        return PatternNecessity.Start(
            text: front.compactMap(\.bytes.loweredMember),
            isWhole: anchorsEnd && front.count == tokens.count
        )
    }

    /// An anchored scan fails at once when its first token refuses the first byte,
    /// unless that is a star.
    ///
    /// One parenthesis is passed before.
    private static func firstBytes(_ tokens: ArraySlice<OSRegexToken>) -> Set<UInt8>? {
        let rest = tokens.first?.kind == .group ? tokens.dropFirst() : tokens
        switch rest.first?.kind {
        case .literal, .one, .plus:
            return rest.first.map { token in
                Set((UInt8.min...UInt8.max).filter { token.bytes.contains($0) })
            }
        case .group, .star, nil: return nil
        }
    }
}
