// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The addresses of `srcip` and `dstip`: single ones, networks, or `any`.
///
/// A leading `!` of an entry is accepted and has no effect, as in Wazuh 4.14;
/// rules negate with `negate="yes"`. Addresses of one family never match
/// networks of the other.
///
/// Source: analysis-engine.md §2.6.
package struct AddressList: Sendable {
    private struct Network {
        let family: IPAddress.Family
        let value: UInt128
        let mask: UInt128
    }

    private var networks: [Network] = []
    private var containsEverything = false

    /// A list of nothing.
    package init() {}

    /// Reads entries, one address or network each.
    ///
    /// - Throws: `invalidAddress` for the first that is neither.
    package init(_ entries: some Sequence<[UInt8]>) throws(PatternError) {
        for entry in entries { try append(entry) }
    }

    /// Adds one entry: `any`, an IPv4 or IPv6 address, either with `/BITS`, or
    /// IPv4 with a dotted mask.
    ///
    /// - Throws: `invalidAddress` for anything else.
    package mutating func append(_ entry: some Collection<UInt8>) throws(PatternError) {
        let text = Array(entry.first == UInt8(ascii: "!") ? entry.dropFirst() : entry[...])
        if text.map(\.asciiLowered).elementsEqual("any".utf8) {
            containsEverything = true
            return
        }
        let slash = text.firstIndex(of: UInt8(ascii: "/")) ?? text.count
        guard let address = IPAddress(text.span.extracting(0..<slash)) else {
            throw .address(text, why: "is no IPv4 or IPv6 address", offset: 0)
        }
        guard let mask = Self.mask(text.span.extracting(slash..<text.count), for: address) else {
            throw .address(text, why: "has a mask that does not fit", offset: slash)
        }
        networks.append(
            Network(family: address.family, value: address.value & mask, mask: mask)
        )
    }

    /// Whether the text is an address of the list; text that is no address never
    /// is, also for `any`.
    package func contains(_ text: Span<UInt8>) -> Bool {
        guard let address = IPAddress(text) else { return false }
        return contains(address)
    }

    /// Whether the address is in the list.
    package func contains(_ address: IPAddress) -> Bool {
        if containsEverything { return true }
        for network in networks
        where network.family == address.family && address.value & network.mask == network.value {
            return true
        }
        return false
    }

    /// The mask that `/BITS`, `/DOTTED` or nothing stands for.
    private static func mask(_ text: Span<UInt8>, for address: IPAddress) -> UInt128? {
        let family = address.family
        guard text.count > 0 else { return mask(bits: family.bitCount, of: family) }
        let digits = text.extracting(1..<text.count)
        if family == .v4, let dotted = IPAddress.ipv4(digits) { return dotted }
        var bits = 0
        for index in digits.indices {
            guard let digit = digits[index].decimalDigit, index < 3 else { return nil }
            bits = bits * 10 + digit
        }
        guard digits.count > 0, bits <= family.bitCount else { return nil }
        return mask(bits: bits, of: family)
    }

    private static func mask(bits: Int, of family: IPAddress.Family) -> UInt128 {
        let ones = UInt128.max >> UInt128(128 - family.bitCount)
        return bits == 0 ? 0 : ones & ~(ones >> UInt128(bits))
    }
}

extension PatternError {
    fileprivate static func address(
        _ text: [UInt8],
        why: String,
        offset: Int
    ) -> PatternError {
        PatternError(
            .invalidAddress,
            message: "\"\(String(decoding: text.prefix(100), as: UTF8.self))\" \(why): write "
                + "192.0.2.1, 192.0.2.0/24, 192.0.2.0/255.255.255.0, 2001:db8::/32 or any",
            offset: offset
        )
    }
}
