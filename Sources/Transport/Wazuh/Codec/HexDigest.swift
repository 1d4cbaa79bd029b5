// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Digests as lower-case hexadecimal text, as the protocol writes them.
enum HexDigest {
    /// MD5: 32 digits.
    static func md5(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        hex(Insecure.MD5.hash(data: Array(bytes)))
    }

    /// SHA-1: 40 digits.
    static func sha1(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        hex(Insecure.SHA1.hash(data: Array(bytes)))
    }

    private static func hex(_ digest: some Sequence<UInt8>) -> [UInt8] {
        var digits: [UInt8] = []
        for byte in digest {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return digits
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// Comparing what must not be guessed byte by byte.
enum ConstantTime {
    /// Whether two texts are equal, in a time that only their lengths decide.
    static func equal(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (one, other) in zip(left, right) { difference |= one ^ other }
        return difference == 0
    }
}
