// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// SHA-256 of a random secret: what is kept of it.
///
/// Secrets have 256 random bits, so that a fast hash is enough.
package struct SecretDigest: Sendable, Hashable {
    /// 64 lower-case digits.
    package let text: String

    /// The digest of a secret.
    package init(of secret: String) {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in SHA256.hash(data: [UInt8](secret.utf8)) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        self.text = String(decoding: text, as: UTF8.self)
    }

    /// A digest that was kept.
    package init(kept text: String) {
        self.text = text
    }

    package static func == (left: SecretDigest, right: SecretDigest) -> Bool {
        ConstantTime.equal([UInt8](left.text.utf8), [UInt8](right.text.utf8))
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// Comparing without telling by the time taken where the difference is.
package enum ConstantTime {
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}

/// Random texts from the system's source.
package enum Secret {
    /// 256 random bits in base64url: letters, digits, `-` and `_`.
    package static func make() -> String { make(bytes: 32) }

    /// So many random bytes in base64url.
    package static func make(bytes count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URL.encode(
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        )
    }
}

/// Source: RFC 4648 §5, without padding.
package enum Base64URL {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var held: UInt32 = 0
        var count = 0
        for byte in bytes {
            held = (held << 8 | UInt32(byte)) & 0xFFFF
            count += 8
            while count >= 6 {
                count -= 6
                text.append(digits[Int(held >> UInt32(count) & 63)])
            }
        }
        if count > 0 { text.append(digits[Int(held << UInt32(6 - count) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil when the text holds another character.
    package static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var held: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            guard let digit = digits.firstIndex(of: byte) else { return nil }
            held = (held << 6 | UInt32(digit)) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(held >> UInt32(count) & 255))
            }
        }
        return bytes
    }
}
