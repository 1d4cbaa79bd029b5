// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Versions of Alpine's packages:
/// `digits{.digits}[letter]{_suffix[digits]}[~commit][-rN]`.
///
/// Source: apk-package(5) of apk-tools 2.14 and 3.0.
enum AlpineVersion {
    /// Nil when one of them is no such version.
    static func compare(_ left: String, _ right: String) -> Int? {
        guard let left = tokens(of: left), let right = tokens(of: right) else { return nil }
        for (mine, other) in zip(left, right) {
            if mine.kind == other.kind {
                let order = compareValues(mine, other)
                if order != 0 { return order }
                continue
            }
            // What goes on is newer, unless it goes on to a pre-release.
            if mine.isPreRelease { return -1 }
            if other.isPreRelease { return 1 }
            return mine.kind.rawValue > other.kind.rawValue ? -1 : 1
        }
        return 0
    }

    private enum Kind: Int {
        case first, digits, letter, suffix, suffixNumber, commit, revision, end
    }

    private struct Token {
        let kind: Kind
        var text: ArraySlice<UInt8> = []
        /// Place of a suffix; below zero for those of pre-releases.
        var rank = 0

        var isPreRelease: Bool { kind == .suffix && rank < 0 }
    }

    private static let preReleases = ["alpha", "beta", "pre", "rc"]
    private static let postReleases = ["cvs", "svn", "git", "hg", "p"]

    /// Parts after the first compare as fractions when one begins with a zero.
    private static func compareValues(_ left: Token, _ right: Token) -> Int {
        let zero = UInt8(ascii: "0")
        switch left.kind {
        case .digits where left.text.first == zero || right.text.first == zero:
            return VersionDigits.compareText(left.text, right.text)
        case .first, .digits, .suffixNumber, .revision:
            return VersionDigits.compare(left.text, right.text)
        case .suffix: return left.rank - right.rank
        case .letter, .commit: return VersionDigits.compareText(left.text, right.text)
        case .end: return 0
        }
    }

    private static func tokens(of text: String) -> [Token]? {
        var cursor = VersionBytes(text.utf8)
        var tokens = [Token(kind: .first, text: cursor.take(while: \.isDigit))]
        guard tokens[0].text.isEmpty == false else { return nil }
        while cursor.byte == UInt8(ascii: ".") {
            cursor.index += 1
            let digits = cursor.take(while: \.isDigit)
            guard !digits.isEmpty else { return nil }
            tokens.append(Token(kind: .digits, text: digits))
        }
        if cursor.byte.isLowerCase {
            let start = cursor.index
            cursor.index += 1
            tokens.append(Token(kind: .letter, text: cursor.bytes[start..<cursor.index]))
        }
        guard appendSuffixes(&cursor, to: &tokens) else { return nil }
        if cursor.byte == UInt8(ascii: "~") {
            cursor.index += 1
            tokens.append(Token(kind: .commit, text: cursor.take { $0.isDigit || $0.isLowerCase }))
        }
        if cursor.byte == UInt8(ascii: "-") {
            cursor.index += 1
            guard cursor.byte == UInt8(ascii: "r") else { return nil }
            cursor.index += 1
            let digits = cursor.take(while: \.isDigit)
            guard !digits.isEmpty else { return nil }
            tokens.append(Token(kind: .revision, text: digits))
        }
        tokens.append(Token(kind: .end))
        return cursor.isAtEnd ? tokens : nil
    }

    /// False when there is a suffix that apk does not know.
    private static func appendSuffixes(_ cursor: inout VersionBytes, to tokens: inout [Token])
        -> Bool
    {
        while cursor.byte == UInt8(ascii: "_") {
            cursor.index += 1
            let name = String(decoding: cursor.take(while: \.isLowerCase), as: UTF8.self)
            if let place = preReleases.firstIndex(of: name) {
                tokens.append(Token(kind: .suffix, rank: place - preReleases.count))
            } else if let place = postReleases.firstIndex(of: name) {
                tokens.append(Token(kind: .suffix, rank: place))
            } else {
                return false
            }
            let digits = cursor.take(while: \.isDigit)
            if !digits.isEmpty { tokens.append(Token(kind: .suffixNumber, text: digits)) }
        }
        return true
    }
}
