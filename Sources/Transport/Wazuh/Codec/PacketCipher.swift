// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import FoundationEssentials
import Synchronization

/// How a packet is encrypted.
package enum CipherMethod: Sendable, Hashable, CaseIterable {
    case aes, blowfish

    /// What stands before the ciphertext.
    ///
    /// Source: around-the-engine.md §5.2.
    var token: [UInt8] {
        switch self {
        case .aes: Array("#AES:".utf8)
        case .blowfish: [UInt8(ascii: ":")]
        }
    }
}

/// The secret that an agent and its manager share, ready for use.
///
/// The vectors of initialisation are fixed and nothing authenticates a
/// packet but a digest inside: this keeps honest peers apart and hides little.
/// Source: around-the-engine.md §5.3.
package final class PacketCipher: Sendable {
    private static let aesVector = Array("FEDCBA0987654321".utf8)
    private static let blowfishVector = Blowfish.Block(left: 0xFEDC_BA98, right: 0x7654_3210)

    /// 47 hexadecimal digits as text.
    package let secret: [UInt8]
    private let aesKey: SymmetricKey
    /// Expanded when it is first asked for: 4 KiB that few agents need.
    private let blowfish = Mutex<Blowfish?>(nil)

    /// Derives the secret of an agent.
    package init(id: String, name: String, key: String) {
        let identity = HexDigest.md5(HexDigest.md5(name.utf8) + HexDigest.md5(id.utf8))
        secret = HexDigest.md5(key.utf8) + identity.prefix(15)
        aesKey = SymmetricKey(data: secret.prefix(32))
    }

    /// Encrypts bytes, whose number is a multiple of 8; nil when it is not.
    package func encrypt(_ plain: [UInt8], by method: CipherMethod) -> [UInt8]? {
        switch method {
        case .aes:
            // It fails only for a wrong size of key or vector, which are ours.
            guard let vector = try? AES._CBC.IV(ivBytes: Self.aesVector),
                let sealed = try? AES._CBC.encrypt(plain, using: aesKey, iv: vector)
            else { return nil }
            return Array(sealed)
        case .blowfish:
            return expanded().encryptChain(plain, from: Self.blowfishVector)
        }
    }

    /// Decrypts; nil for what this cipher cannot have made.
    func decrypt(_ sealed: ArraySlice<UInt8>, by method: CipherMethod) -> [UInt8]? {
        switch method {
        case .aes:
            guard !sealed.isEmpty, sealed.count % 16 == 0,
                let vector = try? AES._CBC.IV(ivBytes: Self.aesVector),
                // A wrong key gives a wrong padding, and that is all it says.
                let plain = try? AES._CBC.decrypt(sealed, using: aesKey, iv: vector)
            else { return nil }
            return Array(plain)
        case .blowfish:
            return expanded().decryptChain(sealed, from: Self.blowfishVector)
        }
    }

    private func expanded() -> Blowfish {
        blowfish.withLock { kept in
            if let kept { return kept }
            let made = Blowfish(key: secret)
            kept = made
            return made
        }
    }
}
