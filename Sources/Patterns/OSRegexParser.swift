// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads the text of an os_regex into tokens.
///
/// Source: analysis-engine.md §2.2.1 and §2.2.2.
struct OSRegexParser {
    private let pattern: [UInt8]
    private var offset = 0
    private(set) var tokens: [OSRegexToken] = []
    private(set) var alternatives: [OSRegex.Alternative] = []

    private var alternativeStart = 0
    private var anchorsBegin = false
    private var anchorsEnd = false
    private var groupTokens = 0
    private var openGroup: Int?

    init(_ pattern: [UInt8]) {
        self.pattern = pattern
    }

    /// Reads all alternatives.
    ///
    /// - Throws: what the pattern does wrong, at its byte.
    mutating func parse() throws(PatternError) {
        while offset < pattern.count {
            try parseItem(pattern[offset])
        }
        try finishAlternative()
    }

    private mutating func parseItem(_ byte: UInt8) throws(PatternError) {
        switch byte {
        case UInt8(ascii: "\\"):
            try parseEscape()
            return
        case UInt8(ascii: "("):
            try openParenthesis()
        case UInt8(ascii: ")"):
            try closeParenthesis()
        case UInt8(ascii: "|"):
            try finishAlternative()
        case UInt8(ascii: "^") where isAtAlternativeStart:
            anchorsBegin = true
        case UInt8(ascii: "$") where isAtAlternativeEnd:
            anchorsEnd = true
        default:
            append(.literal, ByteSet(ignoringCaseOf: byte))
        }
        offset += 1
    }

    private var isAtAlternativeStart: Bool {
        tokens.count == alternativeStart && !anchorsBegin
    }

    private var isAtAlternativeEnd: Bool {
        offset + 1 == pattern.count || pattern[offset + 1] == UInt8(ascii: "|")
    }

    private mutating func parseEscape() throws(PatternError) {
        guard offset + 1 < pattern.count else {
            throw PatternError(
                .trailingBackslash,
                message: "the pattern ends in a backslash: write \\\\ for a literal one",
                offset: offset
            )
        }
        guard let set = OSRegexClass.bytes(escapedBy: pattern[offset + 1]) else {
            throw PatternError(
                .unknownEscape,
                message: "unknown escape \\\(describe(pattern[offset + 1])): os_regex knows "
                    + "\\d \\w \\s \\t \\p \\D \\W \\S \\. and \\ before ( ) \\ $ < |",
                offset: offset
            )
        }
        offset += 2
        append(parseQuantifier(), set)
    }

    private mutating func parseQuantifier() -> OSRegexToken.Kind {
        guard offset < pattern.count else { return .one }
        switch pattern[offset] {
        case UInt8(ascii: "+"):
            offset += 1
            return .plus
        case UInt8(ascii: "*"):
            offset += 1
            return .star
        default:
            return .one
        }
    }

    private mutating func openParenthesis() throws(PatternError) {
        guard openGroup == nil else {
            throw PatternError(
                .nestedGroup,
                message: "a group inside a group: os_regex has one level, "
                    + "write \\( for a literal parenthesis",
                offset: offset
            )
        }
        openGroup = offset
        appendGroup()
    }

    private mutating func closeParenthesis() throws(PatternError) {
        guard openGroup != nil else {
            throw PatternError(
                .unbalancedGroup,
                message: "a ) without its (: write \\) for a literal parenthesis",
                offset: offset
            )
        }
        openGroup = nil
        appendGroup()
    }

    private mutating func append(_ kind: OSRegexToken.Kind, _ bytes: ByteSet) {
        tokens.append(OSRegexToken(bytes: bytes, mark: 0, kind: kind))
    }

    private mutating func appendGroup() {
        let bytes = ByteSet([UInt8(ascii: "(")])
        // No pattern is long enough for more.
        let mark = Int32(clamping: groupTokens)
        tokens.append(OSRegexToken(bytes: bytes, mark: mark, kind: .group))
        groupTokens += 1
    }

    private mutating func finishAlternative() throws(PatternError) {
        if let openGroup {
            throw unfinishedGroup(at: openGroup)
        }
        linkTokens()
        alternatives.append(
            OSRegex.Alternative(
                tokens: alternativeStart..<tokens.count,
                anchorsBegin: anchorsBegin,
                anchorsEnd: anchorsEnd,
                markCount: groupTokens
            )
        )
        alternativeStart = tokens.count
        anchorsBegin = false
        anchorsEnd = false
        groupTokens = 0
    }

    private func unfinishedGroup(at start: Int) -> PatternError {
        guard offset < pattern.count else {
            return PatternError(
                .unbalancedGroup,
                message: "a ( without its ): write \\( for a literal parenthesis",
                offset: start
            )
        }
        return PatternError(
            .alternationInGroup,
            message: "a | inside a group: repeat the whole pattern on both sides of |, "
                + "or write \\| for a literal one",
            offset: offset
        )
    }

    /// Tells each class of the alternative what follows it.
    private mutating func linkTokens() {
        let end = tokens.count
        var widthBehind = 0
        for index in stride(from: end - 1, through: alternativeStart, by: -1) {
            let isRun = tokens[index].kind == .plus || tokens[index].kind == .star
            tokens[index].endsMatch = widthBehind + (isRun ? 1 : 0) <= 1
            widthBehind += tokens[index].width
            if isRun { linkRun(index, end: end) }
        }
    }

    private mutating func linkRun(_ index: Int, end: Int) {
        var follower = index + 1
        if follower < end, tokens[follower].kind == .group {
            tokens[index].passesGroup = true
            follower += 1
        }
        if follower < end {
            tokens[index].next =
                switch tokens[follower].kind {
                case .one: .one
                case .plus, .star: .run
                case .literal, .group: .literal
                }
        }
    }

    private func describe(_ byte: UInt8) -> String {
        (0x21...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "and byte \(byte)"
    }
}
