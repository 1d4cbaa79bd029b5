// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The texts within a value that is JSON, as whoever reads it will have them.
///
/// Source: RFC 8259, §7. Names of members aren't texts; what is cut off ends a text.
enum JSONTexts {
    /// Texts that are taken from one value.
    static let limit = 16

    static func begins(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return false }
        return (first == UInt8(ascii: "{") || first == UInt8(ascii: "["))
            && bytes.contains(UInt8(ascii: "\""))
    }

    /// The texts in their order, empty ones left out.
    static func of(_ bytes: [UInt8]) -> [[UInt8]] {
        var texts: [[UInt8]] = []
        var at = 0
        while at < bytes.count, texts.count < limit {
            guard bytes[at] == UInt8(ascii: "\"") else {
                at += 1
                continue
            }
            let (text, end) = read(bytes, at + 1)
            at = end
            var next = end
            while next < bytes.count, ByteClass.isBlank(bytes[next]) { next += 1 }
            let isName = next < bytes.count && bytes[next] == UInt8(ascii: ":")
            if !isName, text.count > 1 { texts.append(text) }
        }
        return texts
    }

    /// A text from behind its quote on, and where the next character stands.
    private static func read(_ bytes: [UInt8], _ from: Int) -> (text: [UInt8], end: Int) {
        var text: [UInt8] = []
        var at = from
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
                text.append(bytes[at])
                at += 1
                continue
            }
            switch bytes[at + 1] {
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"):
                // A later round of decoding takes it.
                text += [0x5C, UInt8(ascii: "u")]
            default: text.append(bytes[at + 1])
            }
            at += 2
        }
        return (text, at + 1)
    }
}
