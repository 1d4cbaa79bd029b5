// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A server's reply: `250-first line`, `250 last line`.
///
/// Source: RFC 5321 §4.2.
struct SMTPReply: Sendable, Hashable {
    let code: Int
    /// Texts of its lines.
    let lines: [String]

    var isPositive: Bool { (200..<400).contains(code) }
    /// Whether it may be taken later.
    var isTransient: Bool { (400..<500).contains(code) }

    /// `550 no such user`, as one line of visible characters.
    var words: String {
        PlainText.line("\(code) \(lines.joined(separator: " "))", limit: 200)
    }
}

/// Puts replies together from bytes; bounded.
struct SMTPReplyReader: Sendable {
    enum Outcome: Sendable, Hashable {
        case reply(SMTPReply)
        case more
        /// What the server sends is no SMTP.
        case broken
    }

    private static let lineLimit = 4_096
    private static let linesLimit = 128

    private var buffer: [UInt8] = []
    private var lines: [String] = []
    private var code: Int?

    /// Whether bytes came behind the last reply.
    var hasMore: Bool { !buffer.isEmpty }

    mutating func append(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// The next reply of what was appended.
    mutating func next() -> Outcome {
        while let end = buffer.firstIndex(of: 0x0A) {
            let line = buffer[..<end].last == 0x0D ? buffer[..<end].dropLast() : buffer[..<end]
            let text = Array(line)
            buffer.removeSubrange(...end)
            guard text.count <= Self.lineLimit, lines.count < Self.linesLimit, text.count >= 3,
                let number = Int(String(decoding: text[..<3], as: UTF8.self)),
                (200..<600).contains(number), code ?? number == number
            else { return .broken }
            code = number
            lines.append(String(decoding: text.dropFirst(4), as: UTF8.self))
            if text.count > 3, text[3] == UInt8(ascii: "-") { continue }
            defer { (lines, code) = ([], nil) }
            return .reply(SMTPReply(code: number, lines: lines))
        }
        return buffer.count > Self.lineLimit ? .broken : .more
    }
}
