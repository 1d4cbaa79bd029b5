// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Characters that stand for ASCII ones: overlong UTF-8, full-width forms,
/// typographic quotes and slashes, blanks of all widths.
///
/// Source: Unicode 15, "Halfwidth and Fullwidth Forms"; RFC 3629 §10 on overlong
/// sequences.
enum Lookalikes {
    /// Replaces them in place; the text never grows.
    ///
    /// Twice, since an overlong sequence may itself be spelled by another.
    static func fold(_ bytes: inout [UInt8]) {
        if foldOnce(&bytes) { _ = foldOnce(&bytes) }
    }

    private static func foldOnce(_ bytes: inout [UInt8]) -> Bool {
        var from = 0
        var to = 0
        let count = bytes.count
        while from < count {
            let byte = bytes[from]
            if byte >= 0xC0, let (ascii, length) = folded(bytes.span, from, count) {
                bytes[to] = ascii
                from += length
            } else {
                bytes[to] = byte
                from += 1
            }
            to += 1
        }
        bytes.removeSubrange(to..<count)
        return to < count
    }

    private static func folded(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (ascii: UInt8, length: Int)? {
        guard at + 1 < count else { return nil }
        let second = text[at + 1]
        switch text[at] {
        case 0xC0, 0xC1:
            return twoBytes(text, at, count)
        case 0xC2:
            return latin(second).map { ($0, 2) }
        case 0xCA:
            return second == 0xB9 || second == 0xBC ? (0x27, 2) : nil
        case 0xE0...0xEF:
            return threeBytes(text, at, count)
        case 0xF0...0xFD:
            return overlong(text, at, count)
        default:
            return nil
        }
    }

    /// An overlong sequence of two bytes, also with a second byte that only some
    /// servers take for one.
    private static func twoBytes(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (ascii: UInt8, length: Int)? {
        let second = text[at + 1]
        switch second {
        case 0x2E, 0x2F, 0x5C: return (second, 2)
        case 0x5E, 0x7E, 0xFE: return (0x2E, 2)
        case 0xAF: return (0x2F, 2)
        case 0x25:
            // `%c0%qf`: digits that are none.
            guard at + 3 < count, ByteClass.isWord(text[at + 2]), ByteClass.isWord(text[at + 3])
            else { return nil }
            return (0x2F, 4)
        default:
            let value = (text[at] == 0xC1 ? UInt8(0x40) : 0) | second & 0x3F
            let isStrict = second & 0xC0 == 0x80
            return isStrict || value == 0x2E || value == 0x2F || value == 0x5C ? (value, 2) : nil
        }
    }

    private static func latin(_ second: UInt8) -> UInt8? {
        switch second {
        case 0xA0: 0x20
        case 0xB4: 0x27
        case 0xAB, 0xBC: 0x3C
        case 0xBB, 0xBE: 0x3E
        default: nil
        }
    }

    private static func threeBytes(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (ascii: UInt8, length: Int)? {
        guard at + 2 < count, text[at + 1] & 0xC0 == 0x80, text[at + 2] & 0xC0 == 0x80
        else { return nil }
        let value =
            UInt32(text[at] & 0x0F) << 12 | UInt32(text[at + 1] & 0x3F) << 6
            | UInt32(text[at + 2] & 0x3F)
        let ascii: UInt8?
        switch value {
        case 0..<0x80: ascii = UInt8(value)
        case 0xFF01...0xFF5E: ascii = UInt8(value - 0xFEE0)
        case 0x2018, 0x2019, 0x201B, 0x2032: ascii = 0x27
        case 0x201C...0x201D, 0x2033: ascii = 0x22
        case 0x2000...0x200A, 0x2028, 0x2029, 0x205F, 0x3000: ascii = 0x20
        case 0x2044, 0x2215, 0xEFC8, 0xF025: ascii = 0x2F
        case 0x2216, 0xFE68: ascii = 0x5C
        case 0x2024: ascii = 0x2E
        case 0x2039, 0x3008, 0x563C: ascii = 0x3C
        case 0x203A, 0x3009, 0x563E: ascii = 0x3E
        // Servers that keep only the low byte make lines of these.
        case 0x560A: ascii = 0x0A
        case 0x560D: ascii = 0x0D
        default: ascii = nil
        }
        return ascii.map { ($0, 3) }
    }

    /// Sequences of four bytes and more whose value is one of ASCII.
    private static func overlong(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (ascii: UInt8, length: Int)? {
        let length = text[at] >= 0xFC ? 6 : text[at] >= 0xF8 ? 5 : 4
        guard at + length <= count, text[at] == 0xF0 || text[at] == 0xF8 || text[at] == 0xFC
        else { return nil }
        for index in at + 1..<at + length - 2 where text[index] != 0x80 { return nil }
        let high = text[at + length - 2]
        let low = text[at + length - 1]
        guard high == 0x80 || high == 0x81, low & 0xC0 == 0x80 else { return nil }
        return ((high & 1) << 6 | low & 0x3F, length)
    }
}
