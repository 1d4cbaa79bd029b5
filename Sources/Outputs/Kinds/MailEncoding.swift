// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How text becomes the seven-bit lines of a mail.
enum MailEncoding {
    private static let headerLimit = 120
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Lines of quoted-printable, each of at most 76 characters.
    ///
    /// Source: RFC 2045 §6.7.
    static func quotedPrintable(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            folded([UInt8](line.utf8))
        }
    }

    private static func folded(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        var line: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            let isBlank = byte == 0x20 || byte == 0x09
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
            let piece = isPlain || isBlank && !isLast ? [byte] : escape(byte)
            if line.count + piece.count > 75 {
                lines.append(String(decoding: line + [UInt8(ascii: "=")], as: UTF8.self))
                line = []
            }
            line += piece
        }
        lines.append(String(decoding: line, as: UTF8.self))
        return lines
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    /// A header's text: printable ASCII as it is, all else in encoded words; never a line end.
    ///
    /// Source: RFC 2047, encoding Q.
    static func header(_ text: String) -> String {
        let plain = PlainText.line(text, limit: headerLimit)
        let isPlain = plain.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard !isPlain || plain.contains("=?") else { return plain }
        var words: [String] = []
        var word = ""
        for character in plain {
            let piece = character.utf8.map { byte in
                isWordByte(byte)
                    ? String(Unicode.Scalar(byte)) : String(decoding: escape(byte), as: UTF8.self)
            }.joined()
            if word.utf8.count + piece.utf8.count > 60, !word.isEmpty {
                words.append(word)
                word = ""
            }
            // One character of many accents is too long for any word: it is left out.
            if piece.utf8.count <= 60 { word += piece }
        }
        words.append(word)
        return words.map { "=?utf-8?Q?\($0)?=" }.joined(separator: "\r\n ")
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }

    /// A name of a host for a header or a greeting: letters, digits, dots and hyphens.
    static func name(_ text: String) -> String {
        let bytes = text.utf8.filter {
            isWordByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
        return bytes.isEmpty ? "localhost" : String(decoding: bytes.prefix(253), as: UTF8.self)
    }
}
