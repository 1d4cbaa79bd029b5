// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Writing text and numbers into a byte buffer, as alerts need them.
extension [UInt8] {
    /// Appends a number in decimal.
    package mutating func appendDecimal(_ value: some BinaryInteger) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var magnitude = UInt64(clamping: value.magnitude)
        var count = 0
        repeat {
            digits[count] = UInt8(ascii: "0") + UInt8(magnitude % 10)
            magnitude /= 10
            count += 1
        } while magnitude > 0
        if value < 0 { append(UInt8(ascii: "-")) }
        while count > 0 {
            count -= 1
            append(digits[count])
        }
    }

    /// Appends a number that is not negative with zeros in front up to `width`.
    package mutating func appendPadded(_ value: Int, width: Int) {
        var limit = 1
        for _ in 1..<Swift.max(width, 2) { limit *= 10 }
        while limit > 1, value < limit {
            append(UInt8(ascii: "0"))
            limit /= 10
        }
        appendDecimal(value)
    }

    /// Appends the bytes of a string.
    package mutating func append(text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends the bytes of a string known at compile time.
    package mutating func append(literal: StaticString) {
        literal.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends a JSON string with its quotes.
    ///
    /// Only `"`, `\` and bytes below 0x20 are escaped, in lower-case hex;
    /// everything else, also invalid UTF-8, passes as it is.
    /// Source: analysis-engine.md §7.2.
    package mutating func appendJSONString(_ bytes: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        var runStart = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            append(span: bytes.extracting(runStart..<index))
            appendJSONEscape(of: byte)
            runStart = index + 1
        }
        append(span: bytes.extracting(runStart..<bytes.count))
        append(UInt8(ascii: "\""))
    }

    /// Appends a JSON string with its quotes; see ``appendJSONString(_:)-(Span<UInt8>)``.
    package mutating func appendJSONString(_ text: String) {
        let bytes = [UInt8](text.utf8)
        appendJSONString(bytes.span)
    }

    /// Appends all bytes of a span.
    package mutating func append(span: Span<UInt8>) {
        span.withUnsafeBufferPointer { append(contentsOf: $0) }
    }

    private mutating func appendJSONEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            append(literal: "u00")
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 15))
        default: append(byte)
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
