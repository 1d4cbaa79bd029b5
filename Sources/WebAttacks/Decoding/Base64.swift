// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Text within a value of base64.
enum Base64 {
    /// Decodes a value into the decoder if it is base64 of printable text.
    static func decode(_ raw: Span<UInt8>, into decoder: inout ValueDecoder) -> Bool {
        guard raw.count >= 8, raw.count <= 1500 else { return false }
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var bits: UInt32 = 0
        var count = 0
        var at = 0
        while at < raw.count {
            let byte = raw[at]
            if byte == UInt8(ascii: "=") { break }
            if byte == UInt8(ascii: "%"), at + 2 < raw.count, raw[at + 1] == UInt8(ascii: "3"),
                raw[at + 2] | 0x20 == UInt8(ascii: "d")
            {
                break
            }
            guard let value = value(byte) else { return false }
            bits = bits << 6 | UInt32(value)
            count += 1
            if count == 4 {
                text.append(UInt8(truncatingIfNeeded: bits >> 16))
                text.append(UInt8(truncatingIfNeeded: bits >> 8))
                text.append(UInt8(truncatingIfNeeded: bits))
                bits = 0
                count = 0
                if text.suffix(3).contains(where: {
                    $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 && $0 != 0 || $0 >= 0x7F
                }) {
                    return false
                }
            }
            at += 1
        }
        if count >= 2 { text.append(UInt8(truncatingIfNeeded: bits >> UInt32(6 * count - 8))) }
        if count == 3 { text.append(UInt8(truncatingIfNeeded: bits >> 2)) }
        guard text.count >= 5 else { return false }
        decoder.start(decoded: text)
        return true
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
