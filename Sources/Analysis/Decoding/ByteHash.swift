// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A hash of byte strings, eight bytes a step.
///
/// Letters of either case hash alike, so that it serves exact and
/// case-ignoring tables. The seed keeps hostile texts from colliding on
/// purpose.
struct ByteHash: Sendable {
    private(set) var value: UInt64

    init(seed: UInt64) {
        value = seed
    }

    /// Takes a number in.
    mutating func combine(_ number: Int) {
        value = Self.mix(value ^ UInt64(bitPattern: Int64(number)))
    }

    /// Takes a string in, with its length.
    mutating func combine(_ string: Span<UInt8>) {
        let raw = string.bytes
        combine(string.count)
        var offset = 0
        while offset + 8 <= string.count {
            let word = raw.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            value = Self.mix(value ^ (word | 0x2020_2020_2020_2020))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < string.count {
            rest = rest << 8 | UInt64(string[offset] | 0x20)
            offset += 1
        }
        value = Self.mix(value ^ rest)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0x2545_F491_4F6C_DD1D)
            .multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }
}
