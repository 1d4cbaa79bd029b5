// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Goes over the bytes of a file and knows the line and column.
struct XMLByteReader {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var lineStart = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var position: SourcePosition {
        SourcePosition(line: line, column: offset - lineStart + 1)
    }

    /// The next byte, or nil at the end of the file.
    var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    /// The byte after the next.
    var following: UInt8? { offset + 1 < bytes.count ? bytes[offset + 1] : nil }

    mutating func advance() {
        guard offset < bytes.count else { return }
        offset += 1
        if bytes[offset - 1] == UInt8(ascii: "\n") {
            line += 1
            lineStart = offset
        }
    }

    mutating func advance(by count: Int) {
        for _ in 0..<count { advance() }
    }

    mutating func skipSpace() {
        while let byte = current, byte.isASCIISpace { advance() }
    }

    /// Whether the next bytes are these.
    func stands(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { expected in
            expected.count <= bytes.count - offset
                && bytes[offset..<offset + expected.count].elementsEqual(expected)
        }
    }

    /// Whether a comment begins here.
    var isAtComment: Bool {
        current == UInt8(ascii: "<") && following == UInt8(ascii: "!")
    }

    /// Passes a comment, from its `<!` to behind its `-->` or `!>`.
    mutating func skipComment() throws(OSXMLError) {
        let start = position
        advance(by: 2)
        while current != nil {
            if stands("-->") {
                advance(by: 3)
                return
            }
            if stands("!>") {
                advance(by: 2)
                return
            }
            advance()
        }
        throw OSXMLError(
            .unclosedComment,
            "a comment has no end",
            at: start,
            hint: "end it with -->; everything from <! on is a comment"
        )
    }
}
