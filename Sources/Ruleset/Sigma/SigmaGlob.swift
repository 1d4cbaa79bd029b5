// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A text with wildcards, matched against a whole value.
package struct SigmaGlob: Sendable, Hashable {
    /// A part of the text.
    package enum Piece: Sendable, Hashable {
        /// Not empty; in lower case unless the glob is cased.
        case bytes([UInt8])
        /// `?`: one character.
        case anyCharacter
        /// `*`: any number of bytes.
        case anything
        /// What `windash` makes of a dash: `-`, `/` or one of the long dashes.
        case dash
    }

    /// No two `.anything` and no two `.bytes` in a row.
    package let pieces: [Piece]
    /// Whether A–Z and a–z differ.
    package let isCased: Bool

    init(_ pieces: [Piece], isCased: Bool) {
        var result: [Piece] = []
        for piece in pieces {
            switch (result.last, piece) {
            case (.anything, .anything): continue
            case (.bytes(let before), .bytes(let bytes)):
                result[result.count - 1] = .bytes(before + Self.folded(bytes, isCased))
            case (_, .bytes(let bytes)):
                if !bytes.isEmpty { result.append(.bytes(Self.folded(bytes, isCased))) }
            default: result.append(piece)
            }
        }
        self.pieces = result
        self.isCased = isCased
    }

    private static func folded(_ bytes: [UInt8], _ isCased: Bool) -> [UInt8] {
        isCased ? bytes : bytes.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }

    /// The pieces with `*` before or behind them, as the placement says.
    static func placed(_ pieces: [Piece], _ placement: SigmaTest.Placement) -> [Piece] {
        switch placement {
        case .whole: pieces
        case .anywhere: [.anything] + pieces + [.anything]
        case .beginning: pieces + [.anything]
        case .end: [.anything] + pieces
        }
    }
}

/// Reads the values of Sigma rules.
///
/// Source: Sigma rules specification 2.0, "String Wildcard", "Escaping".
enum SigmaText {
    /// The pieces of a value: a backslash takes the meaning of a `*`, `?` or
    /// backslash behind it, and is itself before anything else.
    static func pieces(_ text: String) -> [SigmaGlob.Piece] {
        var pieces: [SigmaGlob.Piece] = []
        var literal: [UInt8] = []
        var isEscaped = false
        for byte in text.utf8 {
            let isSpecial = byte == star || byte == questionMark || byte == backslash
            if isEscaped {
                if !isSpecial { literal.append(backslash) }
                literal.append(byte)
                isEscaped = false
            } else if byte == backslash {
                isEscaped = true
            } else if isSpecial {
                if !literal.isEmpty { pieces.append(.bytes(literal)) }
                literal = []
                pieces.append(byte == star ? .anything : .anyCharacter)
            } else {
                literal.append(byte)
            }
        }
        if isEscaped { literal.append(backslash) }
        if !literal.isEmpty { pieces.append(.bytes(literal)) }
        return pieces
    }

    /// The value's bytes when it has no wildcards; nil when it has.
    static func literal(_ text: String) -> [UInt8]? {
        let pieces = pieces(text)
        switch pieces.count {
        case 0: return []
        case 1:
            guard case .bytes(let bytes) = pieces[0] else { return nil }
            return bytes
        default: return nil
        }
    }

    private static let star = UInt8(ascii: "*")
    private static let questionMark = UInt8(ascii: "?")
    private static let backslash = UInt8(ascii: "\\")
}

/// What `windash` does: dashes and slashes that begin a word stand for each
/// other.
///
/// Source: Sigma modifiers appendix 2.1, `windash`.
enum SigmaDash {
    /// The characters that stand for each other: `-`, `/`, en dash, em dash,
    /// horizontal bar.
    static let spellings: [[UInt8]] = ["-", "/", "–", "—", "―"].map { Array($0.utf8) }

    /// The pieces with `.dash` where a flag may begin.
    static func widened(_ pieces: [SigmaGlob.Piece]) -> [SigmaGlob.Piece] {
        pieces.flatMap { piece -> [SigmaGlob.Piece] in
            guard case .bytes(let bytes) = piece else { return [piece] }
            return widened(bytes)
        }
    }

    private static func widened(_ bytes: [UInt8]) -> [SigmaGlob.Piece] {
        var pieces: [SigmaGlob.Piece] = []
        var literal: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let spelling = spellings.first { bytes[index...].starts(with: $0) }
            let isFlag = index == 0 || !isWord(bytes[index - 1])
            if let spelling, isFlag, index + spelling.count < bytes.count,
                isWord(bytes[index + spelling.count])
            {
                if !literal.isEmpty { pieces.append(.bytes(literal)) }
                literal = []
                pieces.append(.dash)
                index += spelling.count
            } else {
                literal.append(bytes[index])
                index += 1
            }
        }
        return literal.isEmpty ? pieces : pieces + [.bytes(literal)]
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
