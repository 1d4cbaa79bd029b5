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

    /// The byte of a set of one, or the letter, in lower case, of a set of both its
    /// cases; nil for all other sets.
    var loweredMember: UInt8? {
        var last: UInt8?
        var first: UInt8?
        for index in 0..<4 {
            var rest = words[index]
            while rest != 0 {
                let byte = UInt8(index << 6 | rest.trailingZeroBitCount)
                rest &= rest &- 1
                guard first == nil || last == first else { return nil }
                first = first ?? byte
                last = byte
            }
        }
        guard let first, let last, first.asciiLowered == last else { return nil }
        return last
    }
}
