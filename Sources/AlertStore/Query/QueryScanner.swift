// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The words and marks of a query, one after the other.
struct QueryScanner {
    /// A word or mark and where it begins, in characters from 1.
    struct Token {
        enum Kind: Equatable {
            case open, close, colon
            case comparison(ValueTest.Comparison)
            /// In quotes, without escapes.
            case quoted(String)
            case word(Word)
            case end
        }

        let kind: Kind
        let column: Int
    }

    /// An unquoted word.
    struct Word: Equatable {
        /// Without escapes.
        var text = ""
        /// For each scalar of ``text`` that is a star without `\` before it, its
        /// place.
        var stars: [Int] = []
        /// As written, for `and`, `or`, `not`: these only count unescaped.
        var hasEscape = false

        /// `and`, `or`, `not` in lower case; nil for other words.
        var keyword: String? {
            guard !hasEscape, stars.isEmpty, text.utf8.count <= 3 else { return nil }
            let lower = text.lowercased()
            return ["and", "or", "not"].contains(lower) ? lower : nil
        }
    }

    private let text: [Character]
    private var position = 0

    init(_ text: String) {
        self.text = Array(text)
    }

    /// The column behind the last character.
    var endColumn: Int { text.count + 1 }

    /// The next word or mark, `end` again and again at the end.
    mutating func next() throws(QueryError) -> Token {
        while position < text.count, text[position].isWhitespace { position += 1 }
        let column = position + 1
        guard position < text.count else { return Token(kind: .end, column: column) }
        switch text[position] {
        case "(": return mark(.open, column)
        case ")": return mark(.close, column)
        case ":": return mark(.colon, column)
        case "<", ">": return comparison(column)
        case "\"": return Token(kind: .quoted(try quoted()), column: column)
        case "{", "}":
            throw QueryError(
                column: column,
                message: "braces have no meaning here",
                hint: "write the field's whole name, or \\{ for the character"
            )
        default: return Token(kind: .word(word()), column: column)
        }
    }

    private mutating func mark(_ kind: Token.Kind, _ column: Int) -> Token {
        position += 1
        return Token(kind: kind, column: column)
    }

    private mutating func comparison(_ column: Int) -> Token {
        let isLess = text[position] == "<"
        position += 1
        let isInclusive = position < text.count && text[position] == "="
        if isInclusive { position += 1 }
        switch (isLess, isInclusive) {
        case (true, false): return Token(kind: .comparison(.less), column: column)
        case (true, true): return Token(kind: .comparison(.atMost), column: column)
        case (false, false): return Token(kind: .comparison(.more), column: column)
        case (false, true): return Token(kind: .comparison(.atLeast), column: column)
        }
    }

    private mutating func quoted() throws(QueryError) -> String {
        let start = position
        var result = ""
        position += 1
        while position < text.count {
            let character = text[position]
            position += 1
            if character == "\"" { return result }
            if character == "\\", position < text.count,
                text[position] == "\"" || text[position] == "\\"
            {
                result.append(text[position])
                position += 1
            } else {
                result.append(character)
            }
        }
        throw QueryError(
            column: start + 1,
            message: "the quotation has no end",
            hint: "close it with \", or write \\\" for the character"
        )
    }

    private mutating func word() -> Word {
        var word = Word()
        var length = 0
        while position < text.count, !isBoundary(text[position]) {
            var character = text[position]
            position += 1
            if character == "\\", position < text.count, isSpecial(text[position]) {
                character = text[position]
                position += 1
                word.hasEscape = true
            } else if character == "*" {
                word.stars.append(length)
            }
            word.text.append(character)
            length += 1
        }
        return word
    }

    private func isBoundary(_ character: Character) -> Bool {
        character.isWhitespace || "():<>\"{}".contains(character)
    }

    private func isSpecial(_ character: Character) -> Bool {
        "\\():<>\"*{}".contains(character)
    }
}
