// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// What lets one agent in: where the manager is, how to know it, and a secret that is good
/// once.
///
/// As a text `jaga1.` and base64url of a JSON object; it fits in a line and in a shell word.
package struct EnrolmentToken: Sendable, Hashable, Codable {
    private static let prefix = "jaga1."
    private static let longest = 4_096

    /// `https://HOST:PORT`.
    package let manager: String
    /// SHA-256 of the authority's certificate, in hexadecimal.
    package let fingerprint: String
    package let id: String
    package let secret: String
    /// Milliseconds since the epoch.
    package let expires: Int64

    private enum CodingKeys: String, CodingKey {
        case manager = "m"
        case fingerprint = "f"
        case id = "i"
        case secret = "s"
        case expires = "e"
    }

    /// Makes a token with a new secret.
    package init(manager: String, fingerprint: String, expires: Int64) {
        self.manager = manager
        self.fingerprint = fingerprint
        self.expires = expires
        id = SecretText.random(bytes: 6)
        secret = SecretText.random(bytes: 24)
    }

    /// Reads a token from its text.
    ///
    /// - Throws: ``FleetError`` `notAToken`.
    package init(_ text: String) throws {
        let wrong = FleetError(
            .notAToken,
            "this is no token of jaga: copy the whole line that jaga manager token create prints"
        )
        guard text.utf8.count <= Self.longest, text.hasPrefix(Self.prefix) else { throw wrong }
        var base = text.dropFirst(Self.prefix.count)
            .replacing("-", with: "+").replacing("_", with: "/")
        base += String(repeating: "=", count: (4 - base.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: String(base)),
            // Whatever is wrong with it, it is no token.
            let token = try? JSONDecoder().decode(EnrolmentToken.self, from: data),
            token.fingerprint.utf8.count == 64
        else { throw wrong }
        self = token
    }

    /// The text.
    ///
    /// - Throws: ``FleetError`` `notAToken` when it cannot be written, as never.
    package func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let base = try encoder.encode(self).base64EncodedString()
        return Self.prefix
            + base.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// What the manager keeps of it.
    package func kept(groups: [String]) -> FleetContents.Token {
        FleetContents.Token(
            id: id,
            digest: SecretText.digest([UInt8](secret.utf8)),
            groups: groups,
            expires: expires
        )
    }
}
