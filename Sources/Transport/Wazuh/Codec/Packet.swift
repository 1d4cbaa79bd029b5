// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What travels on the wire, taken apart and not yet decrypted:
/// `[!ID!] TOKEN CIPHERTEXT`.
///
/// Source: around-the-engine.md §5.2.
package struct Packet: Sendable {
    /// Bytes of a packet at most, on TCP and on UDP.
    package static let sizeLimit = 65_536
    private static let idLimit = 8
    private static let bang = UInt8(ascii: "!")

    /// Decimal digits, as the agent writes its own id; nil when the manager is to
    /// know it by its address.
    package let agentID: String?
    package let method: CipherMethod
    package let ciphertext: ArraySlice<UInt8>

    /// Reads a packet; nil for what is none.
    package init?(_ payload: ArraySlice<UInt8>) {
        var rest = payload
        if rest.first == Self.bang {
            let digits = rest.dropFirst().prefix(Self.idLimit + 1).prefix { $0 != Self.bang }
            guard (1...Self.idLimit).contains(digits.count), digits.allSatisfy(Self.isDigit),
                digits.endIndex < rest.endIndex
            else { return nil }
            agentID = String(decoding: digits, as: UTF8.self)
            rest = rest[(digits.endIndex + 1)...]
        } else {
            agentID = nil
        }
        let found = CipherMethod.allCases.first { rest.starts(with: $0.token) }
        guard let found else { return nil }
        method = found
        ciphertext = rest.dropFirst(found.token.count)
    }

    /// Writes a packet.
    package static func render(
        agentID: String?,
        method: CipherMethod,
        ciphertext: [UInt8]
    ) -> [UInt8] {
        var output: [UInt8] = []
        if let agentID { output += [bang] + Array(agentID.utf8) + [bang] }
        return output + method.token + ciphertext
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// The two words that need no key: a probe for whoever watches the port.
///
/// Source: around-the-engine.md §5.1.
enum Ping {
    static let question = Array("#ping".utf8)
    static let answer = Array("#pong".utf8)
}
