// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// From where an agent may come, as `client.keys` says it: `any`, an address,
/// or a network as `10.0.0.0/8`.
package struct RegisteredAddress: Sendable, Hashable {
    /// As it stands in the file.
    package let text: String
    /// Four bytes or sixteen; empty for `any`.
    private let network: [UInt8]
    /// Leading bits that must agree.
    private let prefix: Int

    package static let any = RegisteredAddress(text: "any", network: [], prefix: 0)

    private init(text: String, network: [UInt8], prefix: Int) {
        self.text = text
        self.network = network
        self.prefix = prefix
    }

    /// Reads an address; nil for what is none.
    package init?(_ text: String) {
        if text == "any" {
            self = .any
            return
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let bytes = Self.bytes(of: String(parts[0])) else {
            return nil
        }
        var prefix = bytes.count * 8
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
                let bits = Int(parts[1]), bits <= prefix
            else { return nil }
            prefix = bits
        }
        self.init(text: text, network: bytes, prefix: prefix)
    }

    package var isAny: Bool { network.isEmpty }

    /// Whether the agent is known by its address alone, and so its packets carry no id.
    ///
    /// Source: around-the-engine.md §5.2.
    package var isOneIPv4: Bool { network.count == 4 && prefix == 32 }

    /// Whether an address lies within.
    package func contains(_ address: String) -> Bool {
        if isAny { return true }
        guard let bytes = Self.bytes(of: address), bytes.count == network.count else {
            return false
        }
        let whole = prefix / 8
        guard bytes.prefix(whole) == network.prefix(whole) else { return false }
        let rest = prefix % 8
        return rest == 0 || (bytes[whole] ^ network[whole]) >> (8 - rest) == 0
    }

    /// Four bytes of IPv4 or sixteen of IPv6; IPv4 inside IPv6 is IPv4.
    package static func bytes(of text: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        let mapped = sixteen.prefix(10).allSatisfy { $0 == 0 } && sixteen[10..<12] == [255, 255]
        return mapped ? Array(sixteen[12...]) : sixteen
    }
}
