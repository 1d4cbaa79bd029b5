// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The rows of a table of an SQLite database that is in memory, as far as the
/// blobs of RPM's need it: no index, no write-ahead log.
///
/// ```
///   0 16 "SQLite format 3\0"   16 2 page size   20 1 reserved bytes of a page
/// page: 0 1 kind (5 inner, 13 leaf)  3 2 cells  8 4 right child (inner)
/// ```
/// Source: SQLite, "Database File Format", §1 and §2.
struct SQLiteFile {
    private let bytes: [UInt8]
    private let pageSize: Int
    private let usable: Int

    /// Nil when the bytes are no SQLite database.
    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: Array("SQLite format 3\0".utf8)), bytes.count >= 512,
            let size = ByteReader.big(bytes, at: 16, count: 2)
        else { return nil }
        pageSize = size == 1 ? 65_536 : size
        usable = pageSize - Int(bytes[20])
        guard pageSize >= 512, pageSize.nonzeroBitCount == 1, usable >= 480 else { return nil }
        self.bytes = bytes
    }

    /// The blobs of a table's rows, in the order of their ids.
    ///
    /// - Throws: ``VulnerabilityError`` `damaged-database`.
    func blobs(ofTable table: String, limit: Int) throws(VulnerabilityError) -> [[UInt8]] {
        var root: Int?
        for row in try rows(root: 1, limit: 10_000) {
            let columns = Self.columns(row)
            guard columns.count >= 4, columns[0].elementsEqual("table".utf8),
                columns[1].elementsEqual(table.utf8)
            else { continue }
            root = ByteReader.big(Array(columns[3]), at: 0, count: columns[3].count)
        }
        guard let root else {
            throw VulnerabilityError(
                .damagedDatabase,
                "the rpm database has no table \(table)"
            )
        }
        return try rows(root: root, limit: limit).compactMap { row in
            let columns = Self.columns(row)
            return columns.count >= 2 ? Array(columns[1]) : nil
        }
    }

    private static let damaged = VulnerabilityError(
        .damagedDatabase,
        "the rpm database is damaged: its pages do not form a tree"
    )

    /// The records of a table's tree; a page that comes twice ends the reading.
    private func rows(root: Int, limit: Int) throws(VulnerabilityError) -> [[UInt8]] {
        var rows: [[UInt8]] = []
        var open = [root]
        var seen: Set<Int> = []
        // Real rows share no page: more than the file holds is a trick.
        var budget = bytes.count
        while let page = open.popLast() {
            guard seen.insert(page).inserted, rows.count <= limit else { throw Self.damaged }
            guard page >= 1, let start = offset(of: page) else { throw Self.damaged }
            let header = page == 1 ? start + 100 : start
            guard let kind = ByteReader.big(bytes, at: header, count: 1),
                let cells = ByteReader.big(bytes, at: header + 3, count: 2)
            else { throw Self.damaged }
            var children: [Int] = []
            for cell in 0..<cells {
                let pointer = header + (kind == 5 ? 12 : 8) + 2 * cell
                guard let place = ByteReader.big(bytes, at: pointer, count: 2) else {
                    throw Self.damaged
                }
                switch kind {
                case 5:
                    guard let child = ByteReader.big(bytes, at: start + place, count: 4) else {
                        throw Self.damaged
                    }
                    children.append(child)
                case 13:
                    guard let row = payload(at: start + place) else { continue }
                    budget -= row.count
                    guard budget >= 0 else { throw Self.damaged }
                    rows.append(row)
                default: throw Self.damaged
                }
            }
            if kind == 5 {
                guard let last = ByteReader.big(bytes, at: header + 8, count: 4) else {
                    throw Self.damaged
                }
                children.append(last)
            }
            open += children.reversed()
        }
        return rows
    }

    private func offset(of page: Int) -> Int? {
        let offset = (page - 1).multipliedReportingOverflow(by: pageSize)
        guard !offset.overflow, offset.partialValue <= bytes.count - pageSize else { return nil }
        return offset.partialValue
    }

    /// A cell's record, with the pages that it overflows to.
    private func payload(at place: Int) -> [UInt8]? {
        var index = place
        guard let size = Self.varint(bytes, &index), Self.varint(bytes, &index) != nil,
            size <= bytes.count
        else { return nil }
        let largest = usable - 35
        guard size > largest else {
            return ByteReader.slice(bytes, at: index, count: size).map(Array.init)
        }
        let least = (usable - 12) * 32 / 255 - 23
        let wanted = least + (size - least) % (usable - 4)
        let local = wanted <= largest ? wanted : least
        guard let first = ByteReader.slice(bytes, at: index, count: local),
            var next = ByteReader.big(bytes, at: index + local, count: 4)
        else { return nil }
        var record = Array(first)
        while record.count < size, next > 0, let start = offset(of: next) {
            let count = min(size - record.count, usable - 4)
            record += bytes[(start + 4)..<(start + 4 + count)]
            next = ByteReader.big(bytes, at: start, count: 4) ?? 0
        }
        return record.count == size ? record : nil
    }

    /// The values of a record; numbers as their bytes.
    private static func columns(_ record: [UInt8]) -> [ArraySlice<UInt8>] {
        var index = 0
        guard let headerSize = varint(record, &index), headerSize <= record.count else { return [] }
        var body = headerSize
        var columns: [ArraySlice<UInt8>] = []
        while index < headerSize, let type = varint(record, &index) {
            let size: Int
            switch type {
            case 0, 8, 9: size = 0
            case 1...4: size = type
            case 5: size = 6
            case 6, 7: size = 8
            default: size = max(0, (type - 12) / 2)
            }
            guard let value = ByteReader.slice(record, at: body, count: size) else { break }
            columns.append(value)
            body += size
        }
        return columns
    }

    /// A number of up to nine bytes, the highest seven bits first.
    private static func varint(_ bytes: [UInt8], _ index: inout Int) -> Int? {
        var value: UInt64 = 0
        for count in 0..<9 {
            guard index >= 0, index < bytes.count else { return nil }
            let byte = bytes[index]
            index += 1
            if count == 8 { return Int(exactly: value << 8 | UInt64(byte)) }
            value = value << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 { break }
        }
        return Int(exactly: value)
    }
}
