// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Character references of HTML, with or without their semicolon.
///
/// Source: HTML Living Standard, "Named character references", those of ASCII.
enum Entities {
    private static let named: [(StaticString, UInt8)] = [
        ("lt", 0x3C), ("gt", 0x3E), ("amp", 0x26), ("quot", 0x22), ("apos", 0x27), ("nbsp", 0x20),
        ("colon", 0x3A), ("lpar", 0x28), ("rpar", 0x29), ("tab", 0x09), ("newline", 0x0A),
        ("sol", 0x2F), ("bsol", 0x5C), ("equals", 0x3D), ("semi", 0x3B), ("comma", 0x2C),
        ("period", 0x2E), ("num", 0x23), ("dollar", 0x24), ("percnt", 0x25), ("excl", 0x21),
        ("quest", 0x3F), ("grave", 0x60), ("lbrace", 0x7B), ("rbrace", 0x7D), ("lcub", 0x7B),
        ("rcub", 0x7D), ("lsqb", 0x5B), ("rsqb", 0x5D), ("lbrack", 0x5B), ("rbrack", 0x5D),
        ("plus", 0x2B), ("ast", 0x2A), ("lowbar", 0x5F), ("vert", 0x7C), ("verbar", 0x7C),
        ("commat", 0x40), ("hat", 0x5E),
    ]

    static func decode(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (value: UInt32, length: Int)? {
        guard at + 2 < count else { return nil }
        if text[at + 1] == UInt8(ascii: "#") { return numeric(text, at, count) }
        var end = at + 1
        while end < count, end < at + 9, ByteClass.isLetter(text[end]) { end += 1 }
        let length = end - at - 1
        guard length >= 2 else { return nil }
        let isClosed = end < count && text[end] == UInt8(ascii: ";")
        for (name, byte) in named where name.utf8CodeUnitCount == length {
            let matches = name.withUTF8Buffer { expected in
                for index in 0..<length where expected[index] != text[at + 1 + index] | 0x20 {
                    return false
                }
                return true
            }
            if matches {
                guard isClosed || length == 2 || byte == 0x22 else { return nil }
                return (UInt32(byte), length + 1 + (isClosed ? 1 : 0))
            }
        }
        return nil
    }

    private static func numeric(
        _ text: Span<UInt8>,
        _ at: Int,
        _ count: Int
    ) -> (value: UInt32, length: Int)? {
        var end = at + 2
        let isHex = text[end] | 0x20 == UInt8(ascii: "x")
        if isHex { end += 1 }
        let start = end
        var value: UInt32 = 0
        while end < count, end < start + 12 {
            guard let digit = ByteClass.hexValue(text[end]), isHex || digit < 10 else { break }
            value = value &* (isHex ? 16 : 10) &+ UInt32(digit)
            guard value < 0x11_0000 else { return nil }
            end += 1
        }
        guard end > start else { return nil }
        if end < count, text[end] == UInt8(ascii: ";") { end += 1 }
        return (value, end - at)
    }
}
