// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Turns the escapes of a JSON string into bytes.
enum JSONUnescaping {
    /// Appends the decoded content of a string; false when an escape is none.
    ///
    /// A surrogate pair becomes one scalar; a lone surrogate is an error.
    static func append(
        _ content: Range<Int>,
        of text: Span<UInt8>,
        to output: inout [UInt8]
    ) -> Bool {
        var position = content.lowerBound
        while position < content.upperBound {
            let start = position
            while position < content.upperBound, text[position] != UInt8(ascii: "\\") {
                position += 1
            }
            output.append(span: text.extracting(start..<position))
            guard position < content.upperBound else { return true }
            guard position + 1 < content.upperBound,
                let next = appendEscape(position + 1, content.upperBound, text, &output)
            else { return false }
            position = next
        }
        return true
    }

    /// Reads the escape whose letter is at `position`; returns where the text
    /// goes on.
    private static func appendEscape(
        _ position: Int,
        _ end: Int,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Int? {
        switch text[position] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            output.append(text[position])
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): return appendScalar(position + 1, end, text, &output)
        default: return nil
        }
        return position + 1
    }

    private static func appendScalar(
        _ position: Int,
        _ end: Int,
        _ text: Span<UInt8>,
        _ output: inout [UInt8]
    ) -> Int? {
        guard let first = hexadecimal(position, end, text) else { return nil }
        var next = position + 4
        var value = first
        switch first {
        case 0xD800..<0xDC00:
            guard next + 1 < end, text[next] == UInt8(ascii: "\\"),
                text[next + 1] == UInt8(ascii: "u"),
                let second = hexadecimal(next + 2, end, text), (0xDC00..<0xE000).contains(second)
            else { return nil }
            value = 0x10000 + ((first & 0x3FF) << 10 | second & 0x3FF)
            next += 6
        case 0xDC00..<0xE000: return nil
        default: break
        }
        appendUTF8(value, &output)
        return next
    }

    private static func hexadecimal(_ start: Int, _ end: Int, _ text: Span<UInt8>) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for index in start..<start + 4 {
            let byte = text[index]
            let lowered = byte | 0x20
            if byte &- 0x30 < 10 {
                value = value << 4 | UInt32(byte &- 0x30)
            } else if lowered &- 0x61 < 6 {
                value = value << 4 | UInt32(lowered &- 0x57)
            } else {
                return nil
            }
        }
        return value
    }

    private static func appendUTF8(_ value: UInt32, _ output: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(value) else { return }
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { output.append(byte) }
    }
}
