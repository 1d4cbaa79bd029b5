// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Writing text and numbers into a byte buffer, as alerts need them.
extension [UInt8] {
    /// Appends a number in decimal.
    package mutating func appendDecimal(_ value: Int64) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var magnitude = value.magnitude
        var start = 20
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
        } while magnitude > 0
        if value < 0 {
            start -= 1
            digits[start] = UInt8(ascii: "-")
        }
        let all = digits.span
        append(span: all.extracting(start..<20))
    }

    /// As ``appendDecimal(_:)-(Int64)``.
    package mutating func appendDecimal(_ value: Int) {
        appendDecimal(Int64(value))
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
        var start = 0
        while true {
            let stop = Self.firstEscaped(in: bytes, from: start)
            append(span: bytes.extracting(start..<stop))
            guard stop < bytes.count else { break }
            appendJSONEscape(of: bytes[stop])
            start = stop + 1
        }
        append(UInt8(ascii: "\""))
    }

    /// The first byte from an offset on that a JSON string escapes, eight bytes at
    /// a time; the count when there is none.
    fileprivate static func firstEscaped(in bytes: Span<UInt8>, from start: Int) -> Int {
        let raw = bytes.bytes
        let ones: UInt64 = 0x0101_0101_0101_0101
        var index = start
        while index + 8 <= bytes.count {
            let word = UInt64(
                littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            )
            let quote = word ^ ones &* 0x22
            let backslash = word ^ ones &* 0x5C
            let hits =
                (word &- ones &* 0x20) & ~word | (quote &- ones) & ~quote
                | (backslash &- ones) & ~backslash
            let marks = hits & 0x8080_8080_8080_8080
            // The lowest hit is exact: borrows only go up.
            if marks != 0 { return index + marks.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            index += 1
        }
        return index
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

extension Span<UInt8> {
    /// Whether a JSON string has these bytes as they are.
    package var isPlainJSON: Bool { [UInt8].firstEscaped(in: self, from: 0) == count }
}

extension OutputSpan<UInt8> {
    /// Appends all bytes of a span, for which there must be room.
    package mutating func append(span: Span<UInt8>) {
        precondition(span.count <= freeCapacity)
        withUnsafeMutableBufferPointer { buffer, initializedCount in
            let rest = buffer[initializedCount...]
            span.withUnsafeBufferPointer { bytes in
                _ = UnsafeMutableBufferPointer(rebasing: rest).initialize(fromContentsOf: bytes)
            }
            initializedCount += span.count
        }
    }
}
