// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The members of a zip archive, by its central directory.
///
/// Reads through a closure, so that an archive need not be in memory. Encrypted
/// members are passed over.
/// Source: PKWARE APPNOTE 6.3.10, §4.3.
package struct ZipArchive {
    /// A member.
    package struct Member: Sendable, Hashable {
        package let name: String
        let method: Int
        let packedSize: Int
        let offset: Int
        /// Bytes of the member, as the directory says.
        package let size: Int
    }

    /// Bytes at an offset; fewer at the end.
    package typealias Read = (_ offset: Int, _ count: Int) throws -> [UInt8]

    /// In the order of the directory.
    package let members: [Member]
    private let read: Read

    /// - Throws: ``VulnerabilityError`` `damaged-archive` and
    ///   `excessive-archive`; what `read` throws.
    package init(size: Int, memberLimit: Int, read: @escaping Read) throws {
        self.read = read
        let directory = try Self.directory(size: size, read)
        guard directory.count <= memberLimit else {
            throw TarReader.excessive("a zip has \(directory.count) members")
        }
        guard directory.size <= 512 << 20 else {
            throw TarReader.excessive("the directory of a zip has \(directory.size) bytes")
        }
        let bytes = try read(directory.offset, directory.size)
        var members: [Member] = []
        var index = 0
        while members.count < directory.count, let member = Self.member(bytes, &index) {
            members.append(member)
        }
        self.members = members
    }

    /// An archive in memory.
    init(_ bytes: [UInt8], memberLimit: Int) throws {
        try self.init(size: bytes.count, memberLimit: memberLimit) { offset, count in
            guard offset >= 0, offset <= bytes.count else { return [] }
            return Array(bytes[offset..<min(bytes.count, offset + max(0, count))])
        }
    }

    /// What a member holds; nil when it is damaged, encrypted, packed by another
    /// method than deflate, or more than `limit` bytes.
    package func contents(of member: Member, limit: Int) throws -> [UInt8]? {
        guard member.size <= limit, member.packedSize <= limit else { return nil }
        let header = try read(member.offset, 30)
        guard header.starts(with: [0x50, 0x4B, 3, 4]),
            let nameSize = ByteReader.little(header, at: 26, count: 2),
            let extraSize = ByteReader.little(header, at: 28, count: 2)
        else { return nil }
        let packed = try read(member.offset + 30 + nameSize + extraSize, member.packedSize)
        guard packed.count == member.packedSize else { return nil }
        switch member.method {
        case 0: return packed
        case 8: return Inflater.inflate(packed[...], .raw, limit: limit)
        default: return nil
        }
    }

    private typealias Directory = (offset: Int, size: Int, count: Int)

    /// The directory's place, from the record at the archive's end.
    private static func directory(size: Int, _ read: Read) throws -> Directory {
        let tail = min(size, 22 + 65_535)
        let bytes = try read(size - tail, tail)
        guard bytes.count >= 22 else { throw TarHeader.damaged("a zip has no directory") }
        for index in (0...(bytes.count - 22)).reversed()
        where bytes[index] == 0x50 && bytes[index...].starts(with: [0x50, 0x4B, 5, 6]) {
            let count = ByteReader.little(bytes, at: index + 10, count: 2) ?? 0
            let length = ByteReader.little(bytes, at: index + 12, count: 4) ?? 0
            let offset = ByteReader.little(bytes, at: index + 16, count: 4) ?? 0
            if count == 0xFFFF || offset == 0xFFFF_FFFF {
                let locator = index - 20
                guard let place = ByteReader.little(bytes, at: locator + 8, count: 8) else { break }
                return try large(at: place, size: size, read)
            }
            guard offset <= size, length <= size - offset else { break }
            return (offset, length, count)
        }
        throw TarHeader.damaged("a zip has no directory")
    }

    private static func large(at place: Int, size: Int, _ read: Read) throws -> Directory {
        guard place >= 0, place <= size else { throw TarHeader.damaged("a zip has no directory") }
        let record = try read(place, 56)
        guard record.starts(with: [0x50, 0x4B, 6, 6]),
            let count = ByteReader.little(record, at: 32, count: 8),
            let length = ByteReader.little(record, at: 40, count: 8),
            let offset = ByteReader.little(record, at: 48, count: 8),
            offset <= size, length <= size - offset
        else { throw TarHeader.damaged("a zip's large directory is wrong") }
        return (offset, length, count)
    }

    private static func member(_ bytes: [UInt8], _ index: inout Int) -> Member? {
        guard let fixed = ByteReader.slice(bytes, at: index, count: 46),
            fixed.starts(with: [0x50, 0x4B, 1, 2])
        else { return nil }
        func number(_ offset: Int, _ count: Int) -> Int {
            ByteReader.little(bytes, at: index + offset, count: count) ?? 0
        }
        let (nameSize, extraSize, commentSize) = (number(28, 2), number(30, 2), number(32, 2))
        guard let name = ByteReader.slice(bytes, at: index + 46, count: nameSize) else {
            return nil
        }
        var sizes = [number(24, 4), number(20, 4), number(42, 4)]
        let extra = ByteReader.slice(bytes, at: index + 46 + nameSize, count: extraSize) ?? []
        widen(&sizes, Array(extra))
        let isEncrypted = number(8, 2) & 1 != 0
        let member = Member(
            name: String(decoding: name, as: UTF8.self),
            method: isEncrypted ? -1 : number(10, 2),
            packedSize: sizes[1],
            offset: sizes[2],
            size: sizes[0]
        )
        index += 46 + nameSize + extraSize + commentSize
        return member
    }

    /// Takes sizes that need more than 32 bits from the extra field.
    private static func widen(_ sizes: inout [Int], _ extra: [UInt8]) {
        var index = 0
        while let id = ByteReader.little(extra, at: index, count: 2),
            let length = ByteReader.little(extra, at: index + 2, count: 2)
        {
            var at = index + 4
            if id == 1 {
                for place in sizes.indices where sizes[place] == 0xFFFF_FFFF {
                    guard let value = ByteReader.little(extra, at: at, count: 8) else { return }
                    sizes[place] = value
                    at += 8
                }
            }
            index += 4 + length
        }
    }
}
