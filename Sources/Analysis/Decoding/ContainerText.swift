// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A container's line as decoders and rules see it: without colours, and with
/// the program that the container's label names.
///
/// Files of the user's are never changed. Taken out are colours (`ESC [ 1;31 m`,
/// with `ESC [ K` and `ESC ( B` that come with them) and every other escape
/// byte. The text of other sequences stays: who could have it taken out could
/// hide a word from rules in it, as `u` of `ESC [ union`.
/// Source: ECMA-48, §8.3.41 (EL), §8.3.117 (SGR); terminfo, `sgr0`.
struct ContainerText {
    let bytes: [UInt8]
    let header: LogHeader
    /// Bytes of ``bytes`` that are the line.
    let lineCount: Int

    /// Longest control sequence that is recognised, behind its `ESC [`.
    private static let sequenceLimit = 64
    private static let escape: UInt8 = 0x1B

    /// Nil when the line is decoded as it stands.
    init?(_ text: Span<UInt8>, program: [UInt8]) {
        let hasEscape = Self.hasEscape(text)
        guard hasEscape || !program.isEmpty else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count + program.count)
        if hasEscape { Self.append(text, to: &bytes) } else { bytes.append(span: text) }
        lineCount = bytes.count
        var header = HeaderParser.parse(bytes.span)
        if header.programName == nil, !program.isEmpty {
            // Behind the line, where neither header nor log reaches.
            header.programName = bytes.count..<bytes.count + program.count
            bytes += program
        } else if !hasEscape {
            return nil
        }
        self.bytes = bytes
        self.header = header
    }

    /// Eight bytes at a time: nearly all lines have none.
    ///
    /// Source: S. E. Anderson, "Bit Twiddling Hacks", a zero byte in a word.
    private static func hasEscape(_ text: Span<UInt8>) -> Bool {
        text.withUnsafeBytes { buffer in
            let ones: UInt64 = 0x0101_0101_0101_0101
            var position = 0
            while position + 8 <= buffer.count {
                let word = buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let zero = word ^ (ones &* UInt64(escape))
                if (zero &- ones) & ~zero & (ones << 7) != 0 { return true }
                position += 8
            }
            return buffer[position...].contains(escape)
        }
    }

    private static func append(_ text: Span<UInt8>, to output: inout [UInt8]) {
        var position = 0
        while position < text.count {
            guard text[position] == escape else {
                output.append(text[position])
                position += 1
                continue
            }
            position = end(ofSequenceAt: position, text)
        }
    }

    /// Behind the sequence that begins with the escape at `start`; behind the
    /// escape alone when it is none.
    private static func end(ofSequenceAt start: Int, _ text: Span<UInt8>) -> Int {
        let next = start + 1
        guard next < text.count else { return next }
        if text[next] == UInt8(ascii: "[") {
            var position = next + 1
            let limit = min(text.count, position + sequenceLimit)
            // Digits, colon and semicolon.
            while position < limit, (0x30...0x3B).contains(text[position]) { position += 1 }
            guard position < limit, [UInt8(ascii: "m"), UInt8(ascii: "K")].contains(text[position])
            else { return next }
            return position + 1
        }
        let isReset =
            next + 2 < text.count && text[next] == UInt8(ascii: "(")
            && text[next + 1] == UInt8(ascii: "B") && text[next + 2] == escape
        return isReset ? next + 2 : next
    }
}
