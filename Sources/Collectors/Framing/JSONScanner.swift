// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Walks over JSON text by byte positions, without building anything.
///
/// Values are skipped by their quotes and brackets, and are not checked
/// further: enough to find members of records that a machine wrote. Nothing
/// recurses, and nothing reads beyond the end.
struct JSONScanner {
    /// A value that was walked over.
    struct Value {
        /// Within the quotes for a string.
        let range: Range<Int>
        let isString: Bool
    }

    private var index = 0
    private let end: Int

    init(end: Int) {
        self.end = end
    }

    /// Whether only blanks are left.
    mutating func isAtEnd(of text: Span<UInt8>) -> Bool {
        skipBlanks(in: text)
        return index == end
    }

    /// Walks over this byte if it comes next after blanks.
    mutating func skip(_ byte: UInt8, in text: Span<UInt8>) -> Bool {
        skipBlanks(in: text)
        guard index < end, text[index] == byte else { return false }
        index += 1
        return true
    }

    /// Walks over a string; the range lies within its quotes.
    mutating func string(in text: Span<UInt8>) -> Range<Int>? {
        guard skip(UInt8(ascii: "\""), in: text) else { return nil }
        let start = index
        while index < end {
            skipPlain(in: text)
            guard index < end else { return nil }
            let byte = text[index]
            if byte == UInt8(ascii: "\"") {
                index += 1
                return start..<(index - 1)
            }
            index += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// Goes on to the next quote or backslash, or to less than eight bytes before the
    /// end; eight bytes at a time.
    private mutating func skipPlain(in text: Span<UInt8>) {
        let raw = text.bytes
        let ones: UInt64 = 0x0101_0101_0101_0101
        while index + 8 <= min(end, text.count) {
            let word = UInt64(
                littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            )
            let quote = word ^ ones &* 0x22
            let backslash = word ^ ones &* 0x5C
            let hits =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash)
                & 0x8080_8080_8080_8080
            guard hits == 0 else {
                // The lowest hit is exact: borrows only go up.
                index += hits.trailingZeroBitCount / 8
                return
            }
            index += 8
        }
    }

    /// Walks over a value of any kind.
    mutating func value(in text: Span<UInt8>) -> Value? {
        skipBlanks(in: text)
        guard index < end else { return nil }
        let start = index
        switch text[index] {
        case UInt8(ascii: "\""):
            return string(in: text).map { Value(range: $0, isString: true) }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard skipContainer(in: text) else { return nil }
        default:
            while index < end, !Self.endsScalar(text[index]) { index += 1 }
            guard index > start else { return nil }
        }
        return Value(range: start..<index, isString: false)
    }

    private mutating func skipContainer(in text: Span<UInt8>) -> Bool {
        var depth = 0
        while index < end {
            switch text[index] {
            case UInt8(ascii: "\""):
                guard string(in: text) != nil else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            index += 1
            if depth == 0 { return true }
        }
        return false
    }

    private mutating func skipBlanks(in text: Span<UInt8>) {
        while index < end, Self.isBlank(text[index]) { index += 1 }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        isBlank(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")
            || byte == UInt8(ascii: "]")
    }
}
