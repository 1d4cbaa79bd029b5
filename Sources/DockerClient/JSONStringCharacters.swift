// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The characters that the inside of a JSON string stands for, one by one.
///
/// Each element is a code point, or a lone surrogate that stood there as an
/// escape. Each maximal sequence that is not UTF-8 gives one U+FFFD, as
/// Unicode recommends (Unicode 15, §3.9 "U+FFFD Substitution of Maximal
/// Subparts") and as Python and Swift do.
///
/// The escapes must have been checked by ``JSONTokenReader``; one that is
/// broken nevertheless gives U+FFFD.
struct JSONStringCharacters: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var index: Int
    private let end: Int

    private static let replacement: UInt32 = 0xFFFD

    init(of bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
    }

    mutating func next() -> UInt32? {
        guard index < end else { return nil }
        let byte = bytes[index]
        if byte == UInt8(ascii: "\\") { return escape() }
        guard byte >= 0x80 else {
            index += 1
            return UInt32(byte)
        }
        return multibyte(lead: byte)
    }

    private mutating func escape() -> UInt32 {
        index += 1
        guard index < end else { return Self.replacement }
        let kind = bytes[index]
        index += 1
        switch kind {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "u"): break
        default: return UInt32(kind)
        }
        guard let unit = hexUnit(at: index) else { return Self.replacement }
        index += 4
        guard (0xD800...0xDBFF).contains(unit), index + 1 < end,
            bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
            let low = hexUnit(at: index + 2), (0xDC00...0xDFFF).contains(low)
        else { return unit }
        index += 6
        return 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
    }

    private func hexUnit(at start: Int) -> UInt32? {
        guard start + 4 <= end else { return nil }
        var value: UInt32 = 0
        for byte in bytes[start..<(start + 4)] {
            guard let digit = byte.hexValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// Source: Unicode 15, table 3-7 "Well-Formed UTF-8 Byte Sequences".
    private mutating func multibyte(lead: UInt8) -> UInt32 {
        index += 1
        let (count, second): (Int, ClosedRange<UInt8>)
        switch lead {
        case 0xC2...0xDF: (count, second) = (1, 0x80...0xBF)
        case 0xE0: (count, second) = (2, 0xA0...0xBF)
        case 0xED: (count, second) = (2, 0x80...0x9F)
        case 0xE1...0xEF: (count, second) = (2, 0x80...0xBF)
        case 0xF0: (count, second) = (3, 0x90...0xBF)
        case 0xF4: (count, second) = (3, 0x80...0x8F)
        case 0xF1...0xF3: (count, second) = (3, 0x80...0xBF)
        default: return Self.replacement
        }
        var value = UInt32(lead) & (0x3F >> UInt32(count))
        for position in 0..<count {
            let allowed = position == 0 ? second : 0x80...0xBF
            guard index < end, allowed.contains(bytes[index]) else { return Self.replacement }
            value = value << 6 | UInt32(bytes[index] & 0x3F)
            index += 1
        }
        return value
    }
}

extension JSONTokenReader {
    /// The text of a string or key token; what is not Unicode becomes U+FFFD.
    package func text(_ range: Range<Int>) -> String {
        var scalars = String.UnicodeScalarView()
        for character in JSONStringCharacters(of: bytes, in: range) {
            scalars.append(Unicode.Scalar(character) ?? "\u{FFFD}")
        }
        return String(scalars)
    }

    /// A number token as an integer; nil with a fraction, an exponent or
    /// beyond Int64.
    package func integer(_ range: Range<Int>) -> Int64? {
        Int64(String(decoding: bytes[range], as: UTF8.self))
    }
}
