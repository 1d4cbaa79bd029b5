// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Text from outside, made safe to write to a terminal.
package enum TerminalText {
    /// Appends text so that no byte of it can act on a terminal or turn the
    /// reading direction.
    ///
    /// Escaped visibly are: control characters (`\x1b`, `\n`, `\u{85}`), format
    /// characters such as the bidirectional overrides (`\u{202e}`), line and
    /// paragraph separators, characters not assigned or of private use, and bytes
    /// that are not UTF-8 (`\xff`). A backslash stays as it is, so the result
    /// is for reading, not for turning back.
    ///
    /// The result is valid UTF-8 on one line.
    ///
    /// - Parameters:
    ///   - text: Any bytes.
    ///   - limit: How many columns to write at most, each character and each byte of
    ///     an escape counted as one; what is cut off becomes `…`.
    ///   - output: What to append to.
    /// - Returns: How many columns were written.
    @discardableResult
    package static func escape(
        _ text: Span<UInt8>,
        limit: Int,
        to output: inout [UInt8]
    ) -> Int {
        var columns = 0
        var index = 0
        var piece: [UInt8] = []
        while index < text.count {
            piece.removeAll(keepingCapacity: true)
            let end = index + append(at: index, text, to: &piece)
            let isPlain = piece.first.map { $0 >= 0x80 } ?? false
            let width = isPlain ? 1 : piece.count
            let room = limit - (end < text.count ? 1 : 0)
            guard columns + width <= room else {
                output.append(contentsOf: "…".utf8)
                return columns + 1
            }
            output += piece
            columns += width
            index = end
        }
        return columns
    }

    /// As ``escape(_:limit:to:)``, all of a string.
    package static func escape(_ text: String) -> String {
        let bytes = [UInt8](text.utf8)
        var output: [UInt8] = []
        escape(bytes.span, limit: .max, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the character that begins at `index`, or its escape.
    ///
    /// - Returns: How many bytes of the text that was.
    private static func append(at index: Int, _ text: Span<UInt8>, to output: inout [UInt8]) -> Int
    {
        let first = text[index]
        if first < 0x80 {
            appendASCII(first, to: &output)
            return 1
        }
        guard let (scalar, length) = decode(text, at: index) else {
            appendHex(first, to: &output)
            return 1
        }
        if isActive(scalar) {
            output.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".utf8)
        } else {
            output.append(contentsOf: String(scalar).utf8)
        }
        return length
    }

    private static func appendASCII(_ byte: UInt8, to output: inout [UInt8]) {
        switch byte {
        case 0x09: output.append(literal: "\\t")
        case 0x0A: output.append(literal: "\\n")
        case 0x0D: output.append(literal: "\\r")
        case 0x00..<0x20, 0x7F: appendHex(byte, to: &output)
        default: output.append(byte)
        }
    }

    private static func appendHex(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(literal: "\\x")
        let digits = [UInt8](String(byte, radix: 16).utf8)
        if digits.count < 2 { output.append(literal: "0") }
        output += digits
    }

    private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            true
        default: false
        }
    }

    /// The scalar whose valid UTF-8, of two to four bytes, begins at `index`.
    private static func decode(
        _ text: Span<UInt8>,
        at index: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        let first = UInt32(text[index])
        let length: Int
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF: length = 3
        case 0xF0...0xF4: length = 4
        default: return nil
        }
        guard index + length <= text.count else { return nil }
        var value = first & (0x7F >> UInt32(length))
        for offset in 1..<length {
            let byte = UInt32(text[index + offset])
            guard byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | byte & 0x3F
        }
        let least: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, length)
    }
}
