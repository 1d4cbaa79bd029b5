// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A segment to ask things of, wherever its parts lie.
struct SegmentView {
    let header: SegmentHeader
    /// Which partition, for the cache.
    let partition: Int
    let storage: any SegmentStorage
    let cache: PartCache

    var rowCount: Int { header.rowCount }

    /// A field's column; nil when no alert here has the field.
    func column(_ field: Int) throws -> SegmentColumn? {
        let entry = try entry(.column(field)) { part throws(DamagedPart) in
            .column(try SegmentColumn(part))
        }
        guard case .column(let column) = entry else { return nil }
        guard column.rowCount == rowCount else { throw DamagedPart() }
        return column
    }

    func times() throws -> SegmentTimes {
        let entry = try entry(.times) { part throws(DamagedPart) in
            .times(try SegmentTimes(part, first: header.oldest))
        }
        guard case .times(let times) = entry, times.count == rowCount else { throw DamagedPart() }
        return times
    }

    /// The rows whose time lies in a range.
    func rows(in range: TimeRange) throws -> RowBitmap {
        if range.from <= header.oldest, header.newest < range.to { return RowBitmap(all: rowCount) }
        guard header.newest >= range.from, header.oldest < range.to else {
            return RowBitmap(none: rowCount)
        }
        let times = try times()
        return RowBitmap(rowCount) { times[$0] >= range.from && times[$0] < range.to }
    }

    /// Where a word stands, or all words that begin so.
    func postings(
        of word: [UInt8],
        isPrefix: Bool,
        withPlaces: Bool
    ) throws -> WordPostings {
        var postings = WordPostings()
        let entry = try entry(.directory) { part throws(DamagedPart) in
            .directory(try WordDirectory(part))
        }
        guard case .directory(let directory) = entry else { throw DamagedPart() }
        // Words that begin so may all come after a first word of a block.
        var number = directory.block(of: word) ?? (isPrefix ? 0 : directory.blockCount)
        while number < directory.blockCount {
            guard let part = try storage.part(.words(number), of: header.number) else {
                throw DamagedPart()
            }
            var block = WordBlock(part)
            while let (found, range) = try block.next() {
                let isMatch = isPrefix ? found.starts(with: word) : found == word
                if isMatch {
                    try block.read(
                        range,
                        rowCount: rowCount,
                        withPlaces: withPlaces,
                        into: &postings
                    )
                    if !isPrefix { return postings }
                } else if word.lexicographicallyPrecedes(found) {
                    return postings
                }
            }
            if !isPrefix { return postings }
            number += 1
        }
        return postings
    }

    /// One alert as it stands in the record.
    func line(_ row: Int) throws -> [UInt8] {
        let size = SegmentPart.linesInBlock
        guard let part = try storage.part(.lines(row / size), of: header.number) else {
            throw DamagedPart()
        }
        return try LineBuffer.line(row % size, ofBlock: part)
    }

    /// Calls `body` with each of these rows, rising, and its line.
    func forEachLine(_ rows: RowBitmap, _ body: (Int, [UInt8]) throws -> Void) throws {
        var current = -1
        var part: [UInt8] = []
        for row in rows.rows(isDescending: false) {
            let block = row / SegmentPart.linesInBlock
            if block != current {
                guard let read = try storage.part(.lines(block), of: header.number) else {
                    throw DamagedPart()
                }
                (current, part) = (block, read)
            }
            try body(row, try LineBuffer.line(row % SegmentPart.linesInBlock, ofBlock: part))
        }
    }

    private func entry(
        _ part: SegmentPart,
        _ decode: ([UInt8]) throws(DamagedPart) -> PartCache.Entry
    ) throws -> PartCache.Entry {
        let key = PartCache.Key(partition: partition, part: part.key(segment: header.number))
        if let kept = cache.entry(key) { return kept }
        let entry = try storage.part(part, of: header.number).map(decode) ?? .nothing
        cache.keep(entry, as: key)
        return entry
    }
}
