// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The classes that os_regex writes with a backslash.
///
/// Source: analysis-engine.md §2.2.1.
enum OSRegexClass {
    /// The bytes that a backslash and this byte stand for; nil when os_regex has
    /// no such escape.
    static func bytes(escapedBy byte: UInt8) -> ByteSet? {
        switch byte {
        case UInt8(ascii: "d"): digits
        case UInt8(ascii: "w"): wordBytes
        case UInt8(ascii: "s"): ByteSet([UInt8(ascii: " ")])
        case UInt8(ascii: "t"): ByteSet([UInt8(ascii: "\t")])
        case UInt8(ascii: "p"): punctuation
        case UInt8(ascii: "D"): digits.complement
        case UInt8(ascii: "W"): wordBytes.complement
        case UInt8(ascii: "S"): ByteSet([UInt8(ascii: " ")]).complement
        case UInt8(ascii: "."): ByteSet().complement
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\"), UInt8(ascii: "$"),
            UInt8(ascii: "<"), UInt8(ascii: "|"):
            ByteSet([byte])
        default: nil
        }
    }

    private static var digits: ByteSet { ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9")) }

    /// Letters, digits, hyphen, at-sign and underscore.
    private static var wordBytes: ByteSet {
        var set = digits
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            set.insert(letter)
            set.insert(letter.asciiUppered)
        }
        for byte in "-@_".utf8 { set.insert(byte) }
        return set
    }

    /// Every ASCII punctuation mark but slash, backslash, caret, underscore,
    /// backtick, tilde and at-sign.
    private static var punctuation: ByteSet {
        ByteSet("!\"#$%&'()*+,-.:;<=>?[]{|}".utf8)
    }
}
