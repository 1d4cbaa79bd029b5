// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The 512 bytes that begin a member of a tar archive.
///
/// ```
///   0 100 name      100 8 mode    108 8 uid      116 8 gid   124 12 size
/// 136  12 mtime     148 8 sum     156 1 type     157 100 link
/// 257   6 "ustar"   345 155 prefix
/// ```
/// Source: POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar 1.35,
/// "Basic Tar Format".
struct TarHeader {
    static let size = 512

    let name: [UInt8]
    let link: [UInt8]
    let mode: UInt32
    let bodySize: Int
    let type: UInt8
    /// Whether GNU's list of holes goes on in a block of its own.
    let hasMoreHoles: Bool

    /// Nil for a block of zeros, which ends an archive.
    ///
    /// - Throws: ``VulnerabilityError`` `damaged-archive`.
    init?(_ block: [UInt8]) throws(VulnerabilityError) {
        guard block.count == Self.size, block.contains(where: { $0 != 0 }) else { return nil }
        let sum = Self.number(block[148..<156])
        guard let sum, Self.sums(block).contains(sum) else {
            throw Self.damaged("a header's checksum is wrong")
        }
        guard let size = Self.number(block[124..<136]), size >= 0 else {
            throw Self.damaged("a member's size is no number")
        }
        bodySize = size
        mode = UInt32(truncatingIfNeeded: Self.number(block[100..<108]) ?? 0) & 0o7777
        type = block[156]
        link = Self.text(block[157..<257])
        let isPOSIX = block[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = isPOSIX ? Self.text(block[345..<500]) : []
        let short = Self.text(block[0..<100])
        name = prefix.isEmpty ? short : prefix + [UInt8(ascii: "/")] + short
        hasMoreHoles = type == UInt8(ascii: "S") && block[482] != 0
    }

    static func damaged(_ what: String) -> VulnerabilityError {
        VulnerabilityError(.damagedArchive, "the archive is damaged: \(what)")
    }

    /// Up to the first zero.
    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] {
        Array(field.prefix { $0 != 0 })
    }

    /// Octal digits with blanks around, or GNU's binary form; nil for anything
    /// else, also what exceeds 2^62.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 { return binary(field) }
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0 }
        var value = 0
        for digit in digits {
            guard (0x30...0x37).contains(digit), value < 1 << 58 else { return nil }
            value = value << 3 | Int(digit - 0x30)
        }
        return value
    }

    private static func binary(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first, first == 0x80 else { return nil }
        var value = 0
        for byte in field.dropFirst() {
            guard value < 1 << 54 else { return nil }
            value = value << 8 | Int(byte)
        }
        return value
    }

    /// The sum with bytes as they are, and as old tars took them, signed.
    private static func sums(_ block: [UInt8]) -> [Int] {
        var plain = 8 * 0x20
        var signed = 8 * 0x20
        for (index, byte) in block.enumerated() where !(148..<156).contains(index) {
            plain += Int(byte)
            signed += Int(Int8(bitPattern: byte))
        }
        return [plain, signed]
    }
}
