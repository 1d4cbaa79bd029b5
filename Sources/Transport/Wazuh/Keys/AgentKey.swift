// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// An agent as `client.keys` has it: `ID NAME ADDRESS KEY`.
///
/// Source: around-the-engine.md §4.5.
package struct AgentKey: Sendable, Hashable {
    /// Decimal digits, three at least.
    package let id: String
    package let name: String
    package let address: RegisteredAddress
    /// 64 hexadecimal digits when we made it.
    package let key: String

    package init(id: String, name: String, address: RegisteredAddress, key: String) {
        self.id = id
        self.name = name
        self.address = address
        self.key = key
    }

    /// Reads a line; nil for what is none.
    package init?(line: some StringProtocol) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, Self.isID(words[0]), AgentName.isValid(words[1]),
            let address = RegisteredAddress(String(words[2])), Self.isKey(words[3])
        else { return nil }
        self.init(
            id: String(words[0]),
            name: String(words[1]),
            address: address,
            key: String(words[3])
        )
    }

    /// Reads what `manage_agents` prints for an agent: the line in base64.
    ///
    /// Source: around-the-engine.md §4.5.
    package init?(exported text: String) {
        guard text.utf8.count <= 1_024, let data = Data(base64Encoded: text) else { return nil }
        self.init(line: String(decoding: data, as: UTF8.self))
    }

    /// `ID NAME ADDRESS KEY`, without a line's end.
    package var line: String { "\(id) \(name) \(address.text) \(key)" }

    /// The line in base64.
    package var exported: String { Data(line.utf8).base64EncodedString() }

    /// SHA-1 of id, name and key, by which an agent shows that it has a key.
    ///
    /// Source: around-the-engine.md §4.2.
    package var hash: String {
        String(decoding: HexDigest.sha1((id + name + key).utf8), as: UTF8.self)
    }

    /// A key that nobody can guess.
    package static func randomKey() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<8).map { _ in
            let digits = String(UInt32.random(in: 0 ... .max, using: &random), radix: 16)
            return String(repeating: "0", count: 8 - digits.utf8.count) + digits
        }.joined()
    }

    /// From one to eight digits.
    package static func isID(_ text: some StringProtocol) -> Bool {
        (1...8).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
    }

    private static func isKey(_ text: some StringProtocol) -> Bool {
        (1...128).contains(text.utf8.count) && text.utf8.allSatisfy(AgentName.isCharacter)
    }
}

/// What an agent may be called.
///
/// Source: around-the-engine.md §4.2.
package enum AgentName {
    /// From 2 to 128 letters, digits, `.`, `_` and `-`, the first no `.`.
    package static func isValid(_ text: some StringProtocol) -> Bool {
        (2...128).contains(text.utf8.count) && text.utf8.allSatisfy(isCharacter)
            && text.utf8.first != UInt8(ascii: ".")
    }

    /// A host's name without what a name may not have.
    package static func from(hostname: String) -> String {
        let allowed = hostname.utf8.filter(isCharacter).drop { $0 == UInt8(ascii: ".") }
        return String(decoding: allowed.prefix(128), as: UTF8.self)
    }

    static func isCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
