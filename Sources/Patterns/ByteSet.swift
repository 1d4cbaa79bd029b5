// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A set of byte values, tested in a few instructions.
struct ByteSet: Sendable {
    private var words: InlineArray<4, UInt64> = [0, 0, 0, 0]

    init() {}

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    /// The set of an ASCII letter in both cases, or of any other byte alone.
    init(ignoringCaseOf byte: UInt8) {
        insert(byte.asciiLowered)
        insert(byte.asciiUppered)
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] & (1 &<< UInt64(byte & 63)) != 0
    }

    mutating func insert(_ byte: UInt8) {
        words[Int(byte >> 6)] |= 1 &<< UInt64(byte & 63)
    }

    /// Every byte that is not in this set.
    var complement: ByteSet {
        var result = self
        for index in 0..<4 { result.words[index] = ~words[index] }
        return result
    }

    /// The bytes of this set that are not in `other`.
    func subtracting(_ other: ByteSet) -> ByteSet {
        var result = self
        for index in 0..<4 { result.words[index] &= ~other.words[index] }
        return result
    }
}
