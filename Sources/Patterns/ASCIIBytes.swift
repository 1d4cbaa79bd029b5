// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// ASCII letters in bytes; every other byte is left alone.
extension UInt8 {
    /// The byte with A–Z made a–z.
    @inline(__always)
    var asciiLowered: UInt8 {
        self &- 0x41 < 26 ? self | 0x20 : self
    }

    /// The byte with a–z made A–Z.
    @inline(__always)
    var asciiUppered: UInt8 {
        self &- 0x61 < 26 ? self & 0xDF : self
    }
}
