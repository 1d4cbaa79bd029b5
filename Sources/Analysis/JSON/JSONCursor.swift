// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads the tokens of JSON text in bytes, with what the cJSON library accepts:
/// numbers as `strtod` does, control bytes inside strings, anything behind the
/// value.
///
/// It holds a position only; every call gets the text.
struct JSONCursor {
    /// What a value begins with.
    enum Kind {
        case object, array, string, number, yes, no, null
    }

    /// The content of a string, without its quotes.
    struct StringToken {
        let content: Range<Int>
        let hasEscapes: Bool
    }

    /// Nesting beyond this is an error.
    ///
    /// Source: analysis-engine.md §4.5.
    static let depthLimit = 1000
    /// A longer number is an error: cJSON copies so many bytes of it.
    static let numberLimit = 63

    var position: Int
    let end: Int

    /// Whether the cursor stands at a byte; spaces are not skipped.
    func isAt(_ byte: UInt8, in text: Span<UInt8>) -> Bool {
        position < end && text[position] == byte
    }

    /// Passes all bytes up to and with the space, as cJSON does.
    mutating func skipSpace(in text: Span<UInt8>) {
        while position < end, text[position] <= 0x20 { position += 1 }
    }

    /// Passes a byte, with spaces before it; false when another stands there.
    mutating func pass(_ byte: UInt8, in text: Span<UInt8>) -> Bool {
        skipSpace(in: text)
        guard isAt(byte, in: text) else { return false }
        position += 1
        return true
    }

    /// Skips spaces and says what value begins there; nil when none does.
    ///
    /// Literals are passed, everything else is not.
    mutating func nextKind(in text: Span<UInt8>) -> Kind? {
        skipSpace(in: text)
        guard position < end else { return nil }
        switch text[position] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t"): return passLiteral("true", in: text) ? .yes : nil
        case UInt8(ascii: "f"): return passLiteral("false", in: text) ? .no : nil
        case UInt8(ascii: "n"): return passLiteral("null", in: text) ? .null : nil
        default: return nil
        }
    }

    private mutating func passLiteral(_ word: StaticString, in text: Span<UInt8>) -> Bool {
        guard position + word.utf8CodeUnitCount <= end,
            ByteCompare.starts(text, at: position, word)
        else { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    /// Passes a string that begins at the cursor; nil when it does not end.
    mutating func string(in text: Span<UInt8>) -> StringToken? {
        position += 1
        let start = position
        var hasEscapes = false
        while position < end {
            position = Self.firstSpecial(in: text, from: position, to: end)
            guard position < end else { break }
            if text[position] == UInt8(ascii: "\"") {
                position += 1
                return StringToken(content: start..<position - 1, hasEscapes: hasEscapes)
            }
            hasEscapes = true
            position += 2
        }
        return nil
    }

    /// The first quote or backslash, or `end`.
    private static func firstSpecial(in text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        let raw = text.bytes
        var position = start
        while position + 8 <= end {
            let word = UInt64(
                littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            )
            let hits =
                marks(word, 0x2222_2222_2222_2222) | marks(word, 0x5C5C_5C5C_5C5C_5C5C)
            // The lowest hit is exact: borrows only go up.
            if hits != 0 { return position + hits.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < end, text[position] != UInt8(ascii: "\""),
            text[position] != UInt8(ascii: "\\")
        {
            position += 1
        }
        return position
    }

    /// The top bits of the bytes that are the one repeated in the pattern, exact
    /// up to the first.
    private static func marks(_ word: UInt64, _ pattern: UInt64) -> UInt64 {
        let zeros = word ^ pattern
        return (zeros &- 0x0101_0101_0101_0101) & ~zeros & 0x8080_8080_8080_8080
    }

    /// Passes a number that begins at the cursor; nil when it is none.
    mutating func number(in text: Span<UInt8>) -> Range<Int>? {
        let start = position
        let limit = min(end, start + Self.numberLimit)
        var cursor = position
        if cursor < limit, text[cursor] == UInt8(ascii: "-") { cursor += 1 }
        let whole = Self.digits(text, from: cursor, to: limit)
        var digitCount = whole - cursor
        cursor = whole
        if cursor < limit, text[cursor] == UInt8(ascii: ".") {
            let fraction = Self.digits(text, from: cursor + 1, to: limit)
            digitCount += fraction - cursor - 1
            if digitCount > 0 { cursor = fraction }
        }
        guard digitCount > 0 else { return nil }
        position = Self.exponentEnd(text, from: cursor, to: limit)
        return start..<position
    }

    private static func digits(_ text: Span<UInt8>, from start: Int, to limit: Int) -> Int {
        var cursor = start
        while cursor < limit, text[cursor] &- 0x30 < 10 { cursor += 1 }
        return cursor
    }

    /// The end of an exponent at `start`, or `start` when there is none.
    private static func exponentEnd(_ text: Span<UInt8>, from start: Int, to limit: Int) -> Int {
        guard start < limit, text[start] | 0x20 == UInt8(ascii: "e") else { return start }
        var cursor = start + 1
        if cursor < limit, text[cursor] == UInt8(ascii: "-") || text[cursor] == UInt8(ascii: "+") {
            cursor += 1
        }
        let stop = digits(text, from: cursor, to: limit)
        return stop > cursor ? stop : start
    }
}
