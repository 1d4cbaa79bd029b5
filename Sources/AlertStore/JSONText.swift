// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What the inside of a JSON string stands for.
extension [UInt8] {
    /// Appends the unescaped text, at most `limit` bytes of it.
    ///
    /// An escape that is none stands for its character; a `\u` that is none, and
    /// half a surrogate pair, become U+FFFD.
    mutating func appendUnescaped(_ text: Span<UInt8>, limit: Int) {
        let end = count + limit
        var index = 0
        var runStart = 0
        while index < text.count, count + index - runStart < end {
            guard text[index] == UInt8(ascii: "\\"), index + 1 < text.count else {
                index += 1
                continue
            }
            append(span: text.extracting(runStart..<index))
            let mark = text[index + 1]
            index += 2
            if mark == UInt8(ascii: "u") {
                append(contentsOf: String(JSONEscape.unicode(text, &index)).utf8)
            } else {
                append(JSONEscape.plain(mark))
            }
            runStart = index
        }
        append(span: text.extracting(runStart..<index))
        if count > end { removeLast(count - end) }
    }
}

/// Single escapes of JSON strings.
enum JSONEscape {
    /// The byte that `\mark` stands for, `\u` aside.
    static func plain(_ mark: UInt8) -> UInt8 {
        switch mark {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        default: mark
        }
    }

    /// The character of a `\u` whose digits begin at `index`, of two when they
    /// are a surrogate pair; the index moves behind what was read.
    static func unicode(_ text: Span<UInt8>, _ index: inout Int) -> Character {
        guard let first = hexadecimal(text, at: index) else { return "\u{FFFD}" }
        index += 4
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard first < 0xDC00, index + 2 <= text.count, text[index] == UInt8(ascii: "\\"),
            text[index + 1] == UInt8(ascii: "u"),
            let second = hexadecimal(text, at: index + 2), (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { return "\u{FFFD}" }
        index += 6
        return Character(scalar)
    }

    private static func hexadecimal(_ text: Span<UInt8>, at index: Int) -> UInt32? {
        guard index + 4 <= text.count else { return nil }
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = Character(Unicode.Scalar(text[index + offset])).hexDigitValue else {
                return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
