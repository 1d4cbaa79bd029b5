// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Addresses that a name from outside must not lead to: this host, its networks, and what
/// clouds tell machines about themselves.
///
/// Source: IANA's special-purpose address registries (RFC 6890 and later).
enum InternalAddress {
    private struct Network: Sendable {
        let value: UInt128
        let bits: Int
        let family: IPAddress.Family

        init?(_ text: String, _ bits: Int) {
            let bytes = [UInt8](text.utf8)
            guard let address = IPAddress(bytes.span) else { return nil }
            (value, family, self.bits) = (address.value, address.family, bits)
        }

        func contains(_ address: IPAddress) -> Bool {
            guard address.family == family else { return false }
            let shift = UInt128(family.bitCount - bits)
            return address.value >> shift == value >> shift
        }
    }

    private static let networks: [Network] = [
        ("0.0.0.0", 8), ("10.0.0.0", 8), ("100.64.0.0", 10), ("127.0.0.0", 8),
        ("169.254.0.0", 16), ("172.16.0.0", 12), ("192.0.0.0", 24), ("192.168.0.0", 16),
        ("198.18.0.0", 15), ("224.0.0.0", 4), ("240.0.0.0", 4),
        ("::", 96), ("fc00::", 7), ("fe80::", 10), ("fec0::", 10), ("ff00::", 8),
        ("100::", 64),
    ].compactMap { Network($0.0, $0.1) }

    /// Those of IPv6 that lead to one of IPv4, and by how many bits it stands from the right.
    private static let wrappers: [(Network, shift: Int)] = [
        ("::ffff:0:0", 96, 0), ("64:ff9b::", 96, 0), ("2002::", 16, 80),
    ].compactMap { text, bits, shift in Network(text, bits).map { ($0, shift) } }

    /// Whether an address in text is internal, or is no address.
    static func contains(_ text: String) -> Bool {
        let bytes = [UInt8](text.utf8)
        guard let address = IPAddress(bytes.span) else { return true }
        if networks.contains(where: { $0.contains(address) }) { return true }
        for (wrapper, shift) in wrappers where wrapper.contains(address) {
            let inner = UInt32(truncatingIfNeeded: address.value >> UInt128(shift))
            return contains(dotted(inner))
        }
        return false
    }

    private static func dotted(_ value: UInt32) -> String {
        [24, 16, 8, 0].map { String(value >> $0 & 0xFF) }.joined(separator: ".")
    }

    /// Whether a text is an address, and no name.
    static func isAddress(_ text: String) -> Bool {
        let bytes = [UInt8](text.utf8)
        return IPAddress(bytes.span) != nil
    }
}
