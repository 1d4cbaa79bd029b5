// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A set of pairs of bytes, told apart by five bits of each, in which the
/// letters of both cases are alike.
///
/// It may claim pairs that were never put in, and never denies one that was.
struct PairSet: Sendable {
    private var words = [16 of UInt64](repeating: 0)

    /// Whether the set may have the pair.
    @inline(__always)
    func mayContain(_ first: UInt8, _ second: UInt8) -> Bool {
        words[Int(first & 15)] & Self.bit(first, second) != 0
    }

    mutating func insert(_ first: UInt8, _ second: UInt8) {
        words[Int(first & 15)] |= Self.bit(first, second)
    }

    /// The fifth bit of the first byte and five of the second choose one of 64.
    @inline(__always)
    private static func bit(_ first: UInt8, _ second: UInt8) -> UInt64 {
        1 &<< UInt64((first & 16) << 1 | second & 31)
    }
}
