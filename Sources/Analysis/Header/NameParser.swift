// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Host and program name behind a syslog timestamp.
///
/// Source: analysis-engine.md §3.4; the numbers in the comments are its steps.
enum NameParser {
    /// Reads on behind the timestamp, from byte `start` on.
    static func parse(_ text: Span<UInt8>, timestamp: Range<Int>, from start: Int) -> LogHeader {
        var header = LogHeader(timestamp: timestamp, log: start..<text.count)
        var position = start
        // 1: one space, no more.
        if byte(text, position) == space { position += 1 }
        // 2: the host, or a program without one.
        let host = run(text, from: position)
        header.log = position..<text.count
        switch byte(text, host.upperBound) {
        case colon where byte(text, host.upperBound + 1) == space:
            header.programName = host
            header.log = host.upperBound + 2..<text.count
        case space:
            header.hostname = host
            parseProgram(text, from: host.upperBound + 1, into: &header)
        default:
            return header
        }
        // 4: a Solaris message number.
        header.log = withoutMessageNumber(text, header.log)
        return header
    }

    /// 3.
    private static func parseProgram(
        _ text: Span<UInt8>,
        from start: Int,
        into header: inout LogHeader
    ) {
        let name = run(text, from: start)
        header.log = start..<text.count
        switch byte(text, name.upperBound) {
        case colon:
            header.programName = name
            header.log = afterOptionalSpace(text, name.upperBound + 1)..<text.count
        case UInt8(ascii: "[") where isDigit(byte(text, name.upperBound + 1)):
            let end = skipDigits(text, from: name.upperBound + 1)
            guard byte(text, end) == UInt8(ascii: "]") else { return }
            if byte(text, end + 1) == colon {
                header.programName = name
                header.log = afterOptionalSpace(text, end + 2)..<text.count
            } else if byte(text, end + 1) == space {
                header.programName = name
                header.log = end + 2..<text.count
            }
        case UInt8(ascii: "|") where isLowercase(byte(text, name.upperBound + 1)):
            parseAIX(text, from: name.upperBound + 2, into: &header)
        default:
            return
        }
    }

    /// `auth|security:info su: message`, from behind the first letter after
    /// the bar.
    private static func parseAIX(
        _ text: Span<UInt8>,
        from start: Int,
        into header: inout LogHeader
    ) {
        var position = skipAlphanumerics(text, from: start)
        guard byte(text, position) == colon else { return }
        position = skipAlphanumerics(text, from: position + 1)
        guard byte(text, position) == space else { return }
        let name = run(text, from: position + 1)
        let end = name.upperBound
        if byte(text, end) == colon, byte(text, end + 1) == space {
            header.programName = name
            header.log = end + 2..<text.count
        } else if byte(text, end) == UInt8(ascii: "["), isDigit(byte(text, end + 1)) {
            header.programName = name
            let close = skipDigits(text, from: end + 1)
            if byte(text, close) == UInt8(ascii: "]"), byte(text, close + 1) == colon,
                byte(text, close + 2) == space
            {
                header.log = close + 3..<text.count
            }
        } else {
            // As the reference does it: the whole remainder is the name.
            header.programName = name.lowerBound..<text.count
            header.log = end..<text.count
        }
    }

    private static func withoutMessageNumber(
        _ text: Span<UInt8>,
        _ log: Range<Int>
    ) -> Range<Int> {
        let start = log.lowerBound
        guard byte(text, start) == UInt8(ascii: "["), byte(text, start + 1) == UInt8(ascii: "I"),
            byte(text, start + 2) == UInt8(ascii: "D"), byte(text, start + 3) == space
        else { return log }
        var position = start + 4
        while position < log.upperBound {
            if text[position] == UInt8(ascii: "]") {
                return min(position + 2, log.upperBound)..<log.upperBound
            }
            position += 1
        }
        return log
    }

    private static let space = UInt8(ascii: " ")
    private static let colon = UInt8(ascii: ":")

    /// The byte at an offset; 0 behind the end.
    private static func byte(_ text: Span<UInt8>, _ index: Int) -> UInt8 {
        index < text.count ? text[index] : 0
    }

    private static func afterOptionalSpace(_ text: Span<UInt8>, _ position: Int) -> Int {
        byte(text, position) == space ? position + 1 : position
    }

    /// The longest run of bytes that a host name may hold.
    private static func run(_ text: Span<UInt8>, from start: Int) -> Range<Int> {
        var end = start
        while end < text.count, isHostByte(text[end]) { end += 1 }
        return start..<end
    }

    private static func skipDigits(_ text: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < text.count, isDigit(text[end]) { end += 1 }
        return end
    }

    private static func skipAlphanumerics(_ text: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < text.count, isAlphanumeric(text[end]) { end += 1 }
        return end
    }

    /// Letters, digits and `( ) - . / @ _`.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        if isAlphanumeric(byte) { return true }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: "_"):
            return true
        default:
            return false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isLowercase(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 26
    }
}
