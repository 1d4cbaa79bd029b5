// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The inside of JSON strings, as bytes.
enum JSONText {
    /// Appends what the inside of a string stands for.
    ///
    /// Bytes that are no escapes pass as they are, also invalid UTF-8. A lone
    /// surrogate becomes U+FFFD, a broken escape stands for itself.
    static func appendUnescaped(_ text: Span<UInt8>, to output: inout [UInt8]) {
        var runStart = 0
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            output.append(span: text.extracting(runStart..<index))
            index = appendEscape(at: index, of: text, to: &output)
            runStart = index
        }
        output.append(span: text.extracting(runStart..<text.count))
    }

    /// Appends the escape that begins at `index`; the index behind it.
    private static func appendEscape(
        at index: Int,
        of text: Span<UInt8>,
        to output: inout [UInt8]
    ) -> Int {
        guard index + 1 < text.count else {
            output.append(UInt8(ascii: "\\"))
            return index + 1
        }
        switch text[index + 1] {
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            output.append(text[index + 1])
        case UInt8(ascii: "u"): return appendUnit(at: index, of: text, to: &output)
        default:
            output.append(UInt8(ascii: "\\"))
            return index + 1
        }
        return index + 2
    }

    private static func appendUnit(
        at index: Int,
        of text: Span<UInt8>,
        to output: inout [UInt8]
    ) -> Int {
        guard let unit = hexadecimal(at: index + 2, of: text) else {
            output.append(UInt8(ascii: "\\"))
            return index + 1
        }
        if (0xD800...0xDBFF).contains(unit), index + 7 < text.count,
            text[index + 6] == UInt8(ascii: "\\"), text[index + 7] == UInt8(ascii: "u"),
            let low = hexadecimal(at: index + 8, of: text), (0xDC00...0xDFFF).contains(low)
        {
            append(scalar: 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &output)
            return index + 12
        }
        append(scalar: unit, to: &output)
        return index + 6
    }

    private static func append(scalar: UInt32, to output: inout [UInt8]) {
        let character = Unicode.Scalar(scalar) ?? "\u{FFFD}"
        output.append(contentsOf: UTF8.encode(character) ?? UTF8.encodedReplacementCharacter)
    }

    private static func hexadecimal(at start: Int, of text: Span<UInt8>) -> UInt32? {
        guard start + 4 <= text.count else { return nil }
        var value: UInt32 = 0
        for offset in 0..<4 {
            guard let digit = hexDigit(text[start + offset]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        default: nil
        }
    }
}
