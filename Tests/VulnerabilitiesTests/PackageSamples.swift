// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Databases of RPM, written as their formats are documented.
enum RPMSamples {
    static func big(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func little(_ value: Int, _ count: Int) -> [UInt8] {
        Array(big(value, count).reversed())
    }

    /// A package's header, with a text of `padding` bytes in it.
    static func header(
        name: String,
        version: String,
        release: String,
        epoch: Int?,
        source: String = "",
        padding: Int = 0
    ) -> [UInt8] {
        var index: [UInt8] = []
        var store: [UInt8] = []
        func text(_ tag: Int, _ value: String) {
            index += big(tag, 4) + big(6, 4) + big(store.count, 4) + big(1, 4)
            store += Array(value.utf8) + [0]
        }
        text(1000, name)
        text(1001, version)
        text(1002, release)
        text(1022, "x86_64")
        if !source.isEmpty { text(1044, source) }
        if padding > 0 { text(1005, String(repeating: "d", count: padding)) }
        if let epoch {
            store += [UInt8](repeating: 0, count: (4 - store.count % 4) % 4)
            index += big(1003, 4) + big(4, 4) + big(store.count, 4) + big(1, 4)
            store += big(epoch, 4)
        }
        return big(index.count / 16, 4) + big(store.count, 4) + index + store
    }

    private static func varint(_ value: Int) -> [UInt8] {
        var groups = [UInt8(value & 0x7F)]
        var rest = value >> 7
        while rest > 0 {
            groups.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
            rest >>= 7
        }
        return groups
    }

    /// A database of 4096-byte pages: the schema, one leaf, and pages of overflow.
    static func sqlite(_ blobs: [[UInt8]]) -> [UInt8] {
        let size = 4096
        var overflow: [[UInt8]] = []
        func cell(_ row: Int, _ record: [UInt8]) -> [UInt8] {
            let head = varint(record.count) + varint(row)
            guard record.count > size - 35 else { return head + record }
            let least = (size - 12) * 32 / 255 - 23
            let wanted = least + (record.count - least) % (size - 4)
            let local = wanted <= size - 35 ? wanted : least
            let first = 3 + overflow.count
            var rest = record[local...]
            while !rest.isEmpty {
                let part = rest.prefix(size - 4)
                rest = rest.dropFirst(part.count)
                let next = rest.isEmpty ? 0 : 3 + overflow.count + 1
                overflow.append(
                    big(next, 4) + part + [UInt8](repeating: 0, count: size - 4 - part.count)
                )
            }
            return head + record[..<local] + big(first, 4)
        }
        func page(_ cells: [[UInt8]], first: Bool) -> [UInt8] {
            var page = [UInt8](repeating: 0, count: size)
            let start = first ? 100 : 0
            var end = size
            var pointers: [UInt8] = []
            for cell in cells {
                end -= cell.count
                page.replaceSubrange(end..<(end + cell.count), with: cell)
                pointers += big(end, 2)
            }
            let head = [13] + big(0, 2) + big(cells.count, 2) + big(end, 2) + [0] + pointers
            page.replaceSubrange(start..<(start + head.count), with: head)
            return page
        }
        let sql = Array("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)".utf8)
        let name = Array("Packages".utf8)
        let schema =
            [6] + varint(13 + 2 * 5) + varint(13 + 16) + varint(13 + 16) + [1]
            + varint(13 + 2 * sql.count) + Array("table".utf8) + name + name + [2] + sql
        // The header of five types has six or seven bytes.
        let headerSize = schema.count - (5 + 8 + 8 + 1 + sql.count)
        var record = schema
        record[0] = UInt8(headerSize)
        var first = page([cell(1, record)], first: true)
        let top = Array("SQLite format 3\0".utf8) + big(size, 2) + [1, 1, 0, 64, 32, 32]
        first.replaceSubrange(0..<top.count, with: top)
        let leaf = page(
            blobs.enumerated().map { number, blob in
                let type = varint(12 + 2 * blob.count)
                return cell(number + 1, [UInt8(2 + type.count)] + [0] + type + blob)
            },
            first: false
        )
        return first + leaf + overflow.flatMap { $0 }
    }

    static func ndb(_ blobs: [[UInt8]]) -> [UInt8] {
        var file = Array("RpmP".utf8) + little(0, 4) + little(1, 4) + little(1, 4)
        file += [UInt8](repeating: 0, count: 16)
        var bodies: [UInt8] = []
        for (number, blob) in blobs.enumerated() {
            let block = (4096 + bodies.count) / 16
            var body =
                Array("BlbS".utf8) + little(number + 1, 4) + little(1, 4) + little(blob.count, 4)
            body += blob
            body += [UInt8](repeating: 0, count: (16 - body.count % 16) % 16)
            file += Array("Slot".utf8) + little(number + 1, 4) + little(block, 4)
            file += little(body.count / 16, 4)
            bodies += body
        }
        file += [UInt8](repeating: 0, count: 4096 - file.count)
        return file + bodies
    }

    static func berkeley(_ blobs: [[UInt8]]) -> [UInt8] {
        let size = 4096
        var meta = [UInt8](repeating: 0, count: size)
        meta.replaceSubrange(12..<16, with: little(0x06_1561, 4))
        meta.replaceSubrange(20..<24, with: little(size, 4))
        meta[25] = 8
        var hash = [UInt8](repeating: 0, count: size)
        hash[25] = 13
        hash.replaceSubrange(20..<22, with: little(blobs.count * 2, 2))
        var pages: [UInt8] = []
        var end = size
        for (number, blob) in blobs.enumerated() {
            let first = 2 + pages.count / size
            var rest = blob[...]
            while !rest.isEmpty {
                let part = rest.prefix(size - 26)
                rest = rest.dropFirst(part.count)
                var page = [UInt8](repeating: 0, count: size)
                page.replaceSubrange(
                    16..<20,
                    with: little(rest.isEmpty ? 0 : 3 + pages.count / size, 4)
                )
                page.replaceSubrange(22..<24, with: little(part.count, 2))
                page[25] = 7
                page.replaceSubrange(26..<(26 + part.count), with: part)
                pages += page
            }
            for (entry, body) in [
                [1] + little(number, 4), [3, 0, 0, 0] + little(first, 4) + little(blob.count, 4),
            ]
            .enumerated() {
                end -= body.count
                hash.replaceSubrange(end..<(end + body.count), with: body)
                let place = 26 + 2 * (2 * number + entry)
                hash.replaceSubrange(place..<(place + 2), with: little(end, 2))
            }
        }
        return meta + hash + pages
    }
}

/// Executables with one section of interest.
enum BinarySamples {
    static let goInformation: [UInt8] = {
        let mark = [UInt8](repeating: 0x30, count: 16)
        let modules =
            mark
            + Array(
                """
                path\texample.com/shop
                mod\texample.com/shop\tv1.0.0\th1:x=
                dep\tgolang.org/x/net\tv0.17.0\th1:y=
                dep\texample.com/old\tv0.1.0\th1:z=
                =>\texample.com/fork\tv0.2.0\th1:w=
                build\t-compiler=gc

                """.utf8
            ) + mark
        let version = Array("go1.22.3".utf8)
        return [0xFF] + Array(" Go buildinf:".utf8) + [8, 2] + [UInt8](repeating: 0, count: 16)
            + [UInt8(version.count)] + version
            + [UInt8(modules.count & 0x7F) | 0x80, UInt8(modules.count >> 7)] + modules
    }()

    static func elf(_ name: String, _ section: [UInt8]) -> [UInt8] {
        let names = [0] + Array(name.utf8) + [0] + Array(".shstrtab".utf8) + [0]
        let table = 64 + section.count + names.count
        var file = [UInt8](repeating: 0, count: 64)
        file.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        file.replaceSubrange(40..<48, with: RPMSamples.little(table, 8))
        file.replaceSubrange(
            58..<64,
            with: RPMSamples.little(64, 2) + RPMSamples.little(3, 2) + RPMSamples.little(2, 2)
        )
        file += section + names
        file += [UInt8](repeating: 0, count: 64)
        file += header(name: 1, at: 64, size: section.count)
        file += header(name: name.utf8.count + 2, at: 64 + section.count, size: names.count)
        return file
    }

    private static func header(name: Int, at offset: Int, size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 64)
        header.replaceSubrange(0..<4, with: RPMSamples.little(name, 4))
        header.replaceSubrange(24..<32, with: RPMSamples.little(offset, 8))
        header.replaceSubrange(32..<40, with: RPMSamples.little(size, 8))
        return header
    }
}

/// Writes zip archives: what helps is packed, the rest stored.
enum ZipWriter {
    static func zip(_ members: [(String, [UInt8])]) -> [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for (name, body) in members {
            let packed = Compressed.raw(body)
            let isPacked = packed.count < body.count
            let data = isPacked ? packed : body
            let offset = file.count
            let common =
                RPMSamples.little(isPacked ? 8 : 0, 2) + [0, 0, 0, 0] + [0, 0, 0, 0]
                + RPMSamples.little(data.count, 4) + RPMSamples.little(body.count, 4)
                + RPMSamples.little(name.utf8.count, 2) + [0, 0]
            file += [0x50, 0x4B, 3, 4, 20, 0, 0, 0] + common + Array(name.utf8) + data
            directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0, 0, 0] + common
            directory += [UInt8](repeating: 0, count: 10) + RPMSamples.little(offset, 4)
            directory += Array(name.utf8)
        }
        let end =
            [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + RPMSamples.little(members.count, 2)
            + RPMSamples.little(members.count, 2) + RPMSamples.little(directory.count, 4)
            + RPMSamples.little(file.count, 4) + [0, 0]
        return file + directory + end
    }
}
