// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which pairs of neighbouring bytes occur in a text, ignoring the case of
/// letters: 4096 bits.
///
/// A text can only occur where all its pairs do.
enum SigmaSignature {
    /// How many words a signature has.
    static let wordCount = 64

    /// The number of a pair.
    @inline(__always)
    static func pair(_ first: UInt8, _ second: UInt8) -> UInt16 {
        UInt16(ByteCompare.lowered(first) & 63) << 6 | UInt16(ByteCompare.lowered(second) & 63)
    }

    /// Whether a pair occurs.
    @inline(__always)
    static func contains(_ pair: UInt16, _ words: Span<UInt64>) -> Bool {
        words[Int(pair >> 6)] >> UInt64(pair & 63) & 1 == 1
    }

    /// Replaces the words from `start` on by the signature of a text.
    static func write(_ text: Span<UInt8>, to words: inout MutableSpan<UInt64>, at start: Int) {
        for index in start..<start + wordCount { words[index] = 0 }
        guard text.count > 1 else { return }
        var before = ByteCompare.lowered(text[0]) & 63
        for index in 1..<text.count {
            let byte = ByteCompare.lowered(text[index]) & 63
            words[start + Int(before)] |= 1 &<< UInt64(byte)
            before = byte
        }
    }
}
