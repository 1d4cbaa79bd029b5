// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The cheap look at a text's bytes that lets ordinary ones through.
struct ByteBits: OptionSet, Sendable {
    let rawValue: UInt8

    /// Letters and digits encoded, or marks that names don't have.
    static let special = ByteBits(rawValue: 1)
    /// A percent sign or backslash.
    static let coded = ByteBits(rawValue: 2)
    /// Dots, slashes, colons.
    static let dotted = ByteBits(rawValue: 4)
    /// Underscores.
    static let underscores = ByteBits(rawValue: 8)

    static func of(_ text: Span<UInt8>) -> ByteBits {
        var bits: UInt8 = 0
        for at in 0..<text.count {
            let byte = text[at]
            bits |= bit(byte)
            if byte == UInt8(ascii: "_") { bits |= underscores.rawValue }
        }
        return ByteBits(rawValue: bits)
    }

    private static func bit(_ byte: UInt8) -> UInt8 {
        if ByteClass.isLetter(byte) || ByteClass.isDigit(byte) { return 0 }
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ","): return 0
        case UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "~"):
            return dotted.rawValue
        case UInt8(ascii: "%"), UInt8(ascii: "\\"): return special.rawValue | coded.rawValue
        default: return special.rawValue
        }
    }

    /// Characters that the names of files and folders don't have.
    static func isMark(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x22, 0x27, 0x28, 0x3B, 0x3C, 0x60, 0x7B, 0x7C, 0x24, 0x3D, 0x3E, 0x5C: true
        default: false
        }
    }

    /// Characters that no address has as they are.
    static func holdsSyntax(_ text: Span<UInt8>) -> Bool {
        for at in 0..<text.count {
            switch text[at] {
            case UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "<"), UInt8(ascii: "\""),
                UInt8(ascii: "'"), UInt8(ascii: "`"), UInt8(ascii: "\\"), UInt8(ascii: " "),
                UInt8(ascii: ";"):
                return true
            default: break
            }
        }
        return false
    }

    /// Long enough, and of nothing but base64's letters.
    static func mayBeBase64(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 6, text.count < 1500 else { return false }
        return text[0] == 0x4C || text[0] == 0x50 || text[0] == 0x4A || text[0] == 0x72
            || text[0] == 0x4B
            || text[0] == 0x43 || text[0] == 0x68 || text[0] == 0x77
    }

    static func pluses(_ text: Span<UInt8>) -> Int {
        var count = 0
        for at in 0..<text.count where text[at] == UInt8(ascii: "+") { count += 1 }
        return count
    }

    /// `Mozilla/5.0 (` and a platform.
    static func isBrowser(_ agent: Span<UInt8>) -> Bool {
        guard agent.count > 14, agent[0] == UInt8(ascii: "M"), agent[7] == UInt8(ascii: "/"),
            agent[12] == UInt8(ascii: "(")
        else { return false }
        return switch agent[13] {
        case UInt8(ascii: "W"), UInt8(ascii: "M"), UInt8(ascii: "X"), UInt8(ascii: "L"),
            UInt8(ascii: "i"), UInt8(ascii: "A"):
            true
        default: false
        }
    }

    /// A user agent of letters, digits and a few marks, whose first word is a product.
    static func isOrdinaryAgent(_ text: Span<UInt8>) -> Bool {
        var hasVersion = false
        var hasBlank = false
        for at in 0..<text.count {
            let byte = text[at]
            if ByteClass.isLetter(byte) || ByteClass.isDigit(byte) { continue }
            switch byte {
            case 0x20: hasBlank = true
            case UInt8(ascii: "/"): if !hasBlank { hasVersion = true }
            case UInt8(ascii: "."), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: ","),
                UInt8(ascii: "+"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["),
                UInt8(ascii: "]"), UInt8(ascii: "!"), UInt8(ascii: "~"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "&"), UInt8(ascii: "@"), UInt8(ascii: "?"),
                UInt8(ascii: "="):
                break
            default: return false
            }
        }
        return hasVersion || !hasBlank
    }
}
