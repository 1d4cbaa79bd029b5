// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The encodings that values can be looked for in.
///
/// Source: Sigma modifiers appendix 2.1, "Encoding"; RFC 4648 §4.
enum SigmaEncoding: String, CaseIterable {
    case base64
    case base64offset
    case wide
    case utf16le
    case utf16be
    case utf16

    /// What the bytes of a UTF-8 text become; `base64offset` gives three.
    func encoded(_ bytes: [UInt8]) -> [[UInt8]] {
        switch self {
        case .base64: [Self.base64(bytes)]
        case .base64offset: (0..<3).map { Self.base64(bytes, offset: $0) }
        case .wide, .utf16le: [Self.utf16(bytes, isBigEndian: false)]
        case .utf16be: [Self.utf16(bytes, isBigEndian: true)]
        case .utf16: [[0xFF, 0xFE] + Self.utf16(bytes, isBigEndian: false)]
        }
    }

    private static func utf16(_ bytes: [UInt8], isBigEndian: Bool) -> [UInt8] {
        String(decoding: bytes, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
            let high = UInt8(unit >> 8)
            let low = UInt8(unit & 0xFF)
            return isBigEndian ? [high, low] : [low, high]
        }
    }

    /// What of the text's encoding stays the same when so many bytes precede it
    /// and any follow.
    private static func base64(_ bytes: [UInt8], offset: Int) -> [UInt8] {
        let text = base64(Array(repeating: 0x20, count: offset) + bytes)
        // Digits that depend on the bytes before, and, with the padding, behind.
        let before = [0, 2, 3][offset]
        let behind = [0, 3, 2][(bytes.count + offset) % 3]
        return Array(text.dropFirst(before).dropLast(behind))
    }

    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for digit in 0..<4 {
                let isPadding = digit > group.count
                let value = Int(bits >> UInt32(18 - 6 * digit) & 63)
                output.append(isPadding ? UInt8(ascii: "=") : digits[value])
            }
        }
        return output
    }
}
