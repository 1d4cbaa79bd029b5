// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address, read from bytes without allocation.
///
/// An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is that IPv4 address.
package struct IPAddress: Sendable, Hashable {
    package enum Family: Sendable, Hashable {
        case v4
        case v6

        /// How many bits an address has.
        package var bitCount: Int { self == .v4 ? 32 : 128 }
    }

    package let family: Family
    /// The number; an IPv4 address takes the low 32 bits.
    package let value: UInt128

    private static let mappedIPv4: UInt128 = 0xFFFF

    /// Reads an address; nil when the text is not exactly one.
    package init?(_ text: Span<UInt8>) {
        if let value = Self.ipv4(text) {
            self.init(.v4, value)
        } else if let value = Self.ipv6(text) {
            let isMapped = value >> 32 == Self.mappedIPv4
            self.init(isMapped ? .v4 : .v6, isMapped ? value & 0xFFFF_FFFF : value)
        } else {
            return nil
        }
    }

    init(_ family: Family, _ value: UInt128) {
        self.family = family
        self.value = value
    }

    /// Four decimal numbers up to 255, of one to three digits each.
    static func ipv4(_ text: Span<UInt8>) -> UInt128? {
        guard text.count <= 15 else { return nil }
        var value: UInt128 = 0
        var start = 0
        for part in 0..<4 {
            var end = start
            var number = 0
            while end < text.count, let digit = text[end].decimalDigit, end - start < 3 {
                number = number * 10 + digit
                end += 1
            }
            guard end > start, number <= 255 else { return nil }
            value = value << 8 | UInt128(number)
            if part < 3 {
                guard end < text.count, text[end] == UInt8(ascii: ".") else { return nil }
                end += 1
            }
            start = end
        }
        return start == text.count ? value : nil
    }

    /// Eight groups of hexadecimal digits, zeros left out once by `::`, the last
    /// two perhaps as IPv4.
    static func ipv6(_ text: Span<UInt8>) -> UInt128? {
        guard text.count >= 2, text.count <= 45 else { return nil }
        var groups = IPv6Groups()
        var start = 0
        if text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return nil }
            groups.leaveOutZeros()
            start = 2
        }
        while start < text.count {
            guard let next = groups.readGroup(of: text, at: start) else { return nil }
            start = next
        }
        return groups.value
    }
}

/// The groups of an IPv6 address while they are read.
private struct IPv6Groups {
    private var bits: UInt128 = 0
    private var count = 0
    /// How many groups stand in front of `::`.
    private var gap: Int?

    /// The address, when the groups make one.
    var value: UInt128? {
        guard let gap else { return count == 8 ? bits : nil }
        guard count < 8 else { return nil }
        let tailBits = (count - gap) * 16
        let tail = tailBits == 0 ? 0 : bits & (UInt128.max >> (128 - tailBits))
        let head = gap == 0 ? 0 : (bits >> tailBits) << (128 - gap * 16)
        return head | tail
    }

    mutating func leaveOutZeros() {
        gap = count
    }

    /// Reads a group and the colons behind it; returns where the next one starts.
    mutating func readGroup(of text: Span<UInt8>, at start: Int) -> Int? {
        var end = start
        var number: UInt128 = 0
        while end < text.count, let digit = text[end].hexDigit, end - start < 4 {
            number = number << 4 | UInt128(digit)
            end += 1
        }
        if end < text.count, text[end] == UInt8(ascii: ".") {
            guard let tail = IPAddress.ipv4(text.extracting(start..<text.count)), count <= 6
            else { return nil }
            append(tail, groups: 2)
            return text.count
        }
        guard end > start, count < 8 else { return nil }
        append(number, groups: 1)
        return endOfColons(in: text, at: end)
    }

    private mutating func append(_ number: UInt128, groups: Int) {
        bits = bits << UInt128(16 * groups) | number
        count += groups
    }

    private mutating func endOfColons(in text: Span<UInt8>, at start: Int) -> Int? {
        if start == text.count { return start }
        guard text[start] == UInt8(ascii: ":"), start + 1 < text.count else { return nil }
        guard text[start + 1] == UInt8(ascii: ":") else { return start + 1 }
        guard gap == nil else { return nil }
        leaveOutZeros()
        return start + 2
    }
}

extension UInt8 {
    var decimalDigit: Int? {
        self &- 0x30 < 10 ? Int(self &- 0x30) : nil
    }

    fileprivate var hexDigit: Int? {
        if let decimalDigit { return decimalDigit }
        let letter = asciiLowered &- 0x61
        return letter < 6 ? Int(letter) + 10 : nil
    }
}
