// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Text within a value of base64.
enum Base64 {
    /// Whether the first eight characters are base64 of printable text.
    static func begins(_ raw: Span<UInt8>) -> Bool {
        guard raw.count >= 8 else { return false }
        var bits: UInt64 = 0
        for at in 0..<8 {
            guard let value = value(raw[at]) else { return false }
            bits = bits << 6 | UInt64(value)
        }
        for shift in stride(from: 40, through: 0, by: -8) {
            let byte = UInt8(truncatingIfNeeded: bits >> UInt64(shift))
            guard isText(byte) else { return false }
        }
        return true
    }

    private static func isText(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x0D || byte == 0x09 || byte == 0
    }

    /// Bytes of the filling: twice `=`, as an entity within an entity, its marks as percent.
    private static let fillingLimit = 36

    /// Decodes a value into the decoder if it is base64 of printable text.
    ///
    /// The filling at its end may be encoded, in whichever way.
    static func decode(_ raw: Span<UInt8>, into decoder: inout ValueDecoder) -> Bool {
        guard raw.count <= 1500, begins(raw) else { return false }
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var bits: UInt32 = 0
        var count = 0
        var at = 0
        while at < raw.count {
            let byte = raw[at]
            if byte == UInt8(ascii: "=") || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "&"),
                raw.count - at <= fillingLimit
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
                guard text.suffix(3).allSatisfy(isText) else { return false }
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
