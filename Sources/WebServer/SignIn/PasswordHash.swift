// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Crypto
import CryptoExtras
import FoundationEssentials

/// A password as it is kept: scrypt, with its parameters beside it.
///
/// Source: RFC 7914; OWASP Password Storage Cheat Sheet (N=2^14, r=8, p=5: 16 MiB
/// while it runs, about a fifth of a second).
package struct PasswordHash: Sendable, Codable, Hashable {
    /// The shortest password that is taken, in characters.
    package static let minimumLength = 10
    /// The longest, in bytes of UTF-8.
    package static let maximumLength = 1024

    package let algorithm: String
    package let rounds: Int
    package let blockSize: Int
    package let parallelism: Int
    /// Base64url.
    package let salt: String
    package let hash: String

    /// Hashes a new password; it takes long and blocks.
    ///
    /// - Throws: ``WebServerError`` `accounts` when there is no memory for it.
    package init(of password: String) throws {
        try self.init(
            of: password,
            salt: Secret.make(bytes: 16),
            Cost(rounds: 1 << 14, blockSize: 8, parallelism: 5)
        )
    }

    private init(of password: String, salt: String, _ cost: Cost) throws {
        algorithm = "scrypt"
        rounds = cost.rounds
        blockSize = cost.blockSize
        parallelism = cost.parallelism
        self.salt = salt
        hash = Base64URL.encode(try Self.derive(password, salt, cost))
    }

    /// A hash that no password has, to spend as much time on users that do
    /// not exist.
    package static let none = PasswordHash(unknowable: ())

    private init(unknowable: Void) {
        algorithm = "scrypt"
        rounds = 1 << 14
        blockSize = 8
        parallelism = 5
        salt = Secret.make(bytes: 16)
        hash = Secret.make(bytes: 32)
    }

    /// Whether this is the password; it takes long and blocks.
    ///
    /// An empty password never is, nor any when the parameters are none that
    /// this version writes.
    package func matches(_ password: String) -> Bool {
        let cost = Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        guard algorithm == "scrypt", !password.isEmpty, cost.isAcceptable,
            password.utf8.count <= Self.maximumLength,
            // A hash that cannot be computed is not equal.
            let derived = try? Self.derive(password, salt, cost),
            let kept = Base64URL.decode(hash), !kept.isEmpty
        else { return false }
        return ConstantTime.equal(derived, kept)
    }

    /// Why a new password is not taken; nil when it is.
    package static func objection(to password: String) -> String? {
        if password.count < minimumLength {
            return "a password has at least \(minimumLength) characters"
        }
        if password.utf8.count > maximumLength {
            return "a password has at most \(maximumLength) bytes"
        }
        if password.allSatisfy(\.isWhitespace) { return "a password is not only blanks" }
        return nil
    }

    private struct Cost {
        let rounds: Int
        let blockSize: Int
        let parallelism: Int

        /// At most 64 MiB, so that a file cannot make the server use more.
        var isAcceptable: Bool {
            rounds > 1 && rounds <= 1 << 16 && rounds & (rounds - 1) == 0
                && (1...8).contains(blockSize) && (1...16).contains(parallelism)
        }
    }

    private static func derive(_ password: String, _ salt: String, _ cost: Cost) throws -> [UInt8] {
        let key = try KDF.Scrypt.deriveKey(
            from: [UInt8](password.utf8),
            salt: [UInt8](salt.utf8),
            outputByteCount: 32,
            rounds: cost.rounds,
            blockSize: cost.blockSize,
            parallelism: cost.parallelism
        )
        return key.withUnsafeBytes { [UInt8]($0) }
    }
}
