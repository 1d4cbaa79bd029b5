// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Transport

/// The cipher against vectors that others made.
///
/// `@testable`, since a wrong box shows only in the cipher itself.
@Suite("Blowfish")
struct BlowfishTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let key: String
        let plain: String
        let sealed: String
        var testDescription: String { "\(key) \(plain)" }
    }

    /// Vectors of Eric Young, as Schneier's page on Blowfish publishes them.
    static let vectors = [
        ("0000000000000000", "0000000000000000", "4ef997456198dd78"),
        ("ffffffffffffffff", "ffffffffffffffff", "51866fd5b85ecb8a"),
        ("3000000000000000", "1000000000000001", "7d856f9a613063f2"),
        ("1111111111111111", "1111111111111111", "2466dd878b963c9d"),
        ("0123456789abcdef", "1111111111111111", "61f9c3802281b096"),
        ("1111111111111111", "0123456789abcdef", "7d0cc630afda1ec7"),
        ("fedcba9876543210", "0123456789abcdef", "0aceab0fc6a0a28d"),
        ("7ca110454a1a6e57", "01a1d6d039776742", "59c68245eb05282b"),
        ("0131d9619dc1376e", "5cd54ca83def57da", "b1b8cc0b250f09a0"),
        ("07a1133e4a0b2686", "0248d43806f67172", "1730e5778bea1da4"),
        (
            "f0e1d2c3b4a5968778695a4b3c2d1e0f0011223344556677", "fedcba9876543210",
            "05044b62fa52d080"
        ),
    ].map { Vector(key: $0.0, plain: $0.1, sealed: $0.2) }

    @Test("the published vectors encrypt and decrypt", arguments: vectors)
    func published(_ vector: Vector) {
        let cipher = Blowfish(key: [UInt8](hex: vector.key))
        let zero = Blowfish.Block(left: 0, right: 0)

        let sealed = cipher.encryptChain([UInt8](hex: vector.plain), from: zero)
        let plain = cipher.decryptChain([UInt8](hex: vector.sealed)[...], from: zero)

        #expect(sealed?.hex == vector.sealed)
        #expect(plain?.hex == vector.plain)
    }

    /// Eric Young's test of the chained mode, padded with zeros.
    @Test("a chain of blocks is as published")
    func chain() {
        let cipher = Blowfish(key: [UInt8](hex: "0123456789abcdeff0e1d2c3b4a59687"))
        let start = Blowfish.Block(left: 0xFEDC_BA98, right: 0x7654_3210)
        let plain = [UInt8](hex: "37363534333231204e6f77206973207468652074696d6520666f722000000000")

        let sealed = cipher.encryptChain(plain, from: start)

        #expect(sealed?.hex == "6b77b4d63006dee605b156e27403979358deb9e7154616d959f1652bd5ff92cc")
        #expect(sealed.flatMap { cipher.decryptChain($0[...], from: start) } == plain)
    }

    @Test("a block that is not whole is refused")
    func notWhole() {
        let cipher = Blowfish(key: [1])
        let zero = Blowfish.Block(left: 0, right: 0)

        #expect(cipher.encryptChain([1, 2, 3], from: zero) == nil)
        #expect(cipher.decryptChain([1, 2, 3], from: zero) == nil)
    }
}
