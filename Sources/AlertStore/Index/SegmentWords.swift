// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The first word of each block of words.
final class WordDirectory: Sendable {
    private let first: [ArraySlice<UInt8>]

    init(_ part: [UInt8]) throws(DamagedPart) {
        var reader = PartReader(part)
        var first: [ArraySlice<UInt8>] = []
        while !reader.isAtEnd {
            first.append(try reader.slice(try reader.varint(atMost: TextWords.longestWord)))
        }
        self.first = first
    }

    /// About how many bytes of memory it takes.
    var cost: Int { 64 + first.reduce(0) { $0 + $1.count + 34 } }

    var blockCount: Int { first.count }

    /// The block that a word would be in; nil when it comes before all words.
    func block(of word: [UInt8]) -> Int? {
        var (low, high) = (0, first.count)
        while low < high {
            let middle = (low + high) / 2
            if word.lexicographicallyPrecedes(first[middle]) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low == 0 ? nil : low - 1
    }
}

/// Where a word, or all words with a beginning, stand.
struct WordPostings {
    /// Values that have the word: the field in the high half, the value in the
    /// low one; rising when it is one word.
    var mentions: [UInt64] = []
    /// Rows that have it in a text.
    var rows: [UInt16] = []
    /// Each place it stands at in a text, when asked for.
    ///
    /// The row in the high half, the place in the low one; rising when it is one
    /// word.
    var places: [UInt64] = []

    var isEmpty: Bool { mentions.isEmpty && rows.isEmpty }
}

/// Reading one block of words.
struct WordBlock {
    private let bytes: [UInt8]
    private var position = 0
    private var word: [UInt8] = []

    init(_ part: [UInt8]) {
        bytes = part
    }

    /// The next word, and where its postings stand; nil at the end.
    mutating func next() throws(DamagedPart) -> (word: [UInt8], postings: Range<Int>)? {
        guard position < bytes.count else { return nil }
        var reader = PostingReader(position: position, end: bytes.count)
        let content = bytes
        let bytes = content.span
        let shared = try reader.varint(bytes)
        let length = try reader.varint(bytes)
        guard shared <= word.count, length <= TextWords.longestWord,
            length <= bytes.count - reader.position
        else { throw DamagedPart() }
        word.removeLast(word.count - shared)
        for _ in 0..<length {
            word.append(bytes[reader.position])
            reader.position += 1
        }
        let size = try reader.varint(bytes)
        guard size <= bytes.count - reader.position else { throw DamagedPart() }
        position = reader.position + size
        return (word, reader.position..<position)
    }

    /// Adds a word's postings; places too, when they are wanted.
    func read(
        _ range: Range<Int>,
        rowCount: Int,
        withPlaces: Bool,
        into postings: inout WordPostings
    ) throws(DamagedPart) {
        let bytes = bytes.span
        var reader = PostingReader(position: range.lowerBound, end: range.upperBound)
        for _ in 0..<(try reader.varint(bytes)) {
            let field = try reader.varint(bytes)
            let value = try reader.varint(bytes)
            guard field <= FieldTable.most else { throw DamagedPart() }
            postings.mentions.append(UInt64(field) << 32 | UInt64(value))
        }
        let count = try reader.varint(bytes)
        guard count <= rowCount else { throw DamagedPart() }
        let first = postings.rows.count
        postings.rows.reserveCapacity(first + count)
        var row = 0
        for index in 0..<count {
            row = count == rowCount ? index : row + (try reader.varint(bytes))
            guard row < rowCount else { throw DamagedPart() }
            postings.rows.append(UInt16(row))
        }
        guard withPlaces else { return }
        postings.places.reserveCapacity(postings.places.count + count)
        for index in first..<first + count {
            let row = UInt64(postings.rows[index]) << 32
            var place = 0
            var code = 1
            while code & 1 == 1 {
                code = try reader.varint(bytes)
                let zigzag = code >> 1
                place += zigzag >> 1 ^ -(zigzag & 1)
                guard place >= 0, place <= Int(UInt32.max) else { throw DamagedPart() }
                postings.places.append(row | UInt64(place))
            }
        }
    }
}

/// Reads numbers of a block; the block's bytes are handed to each call.
private struct PostingReader {
    var position: Int
    let end: Int

    /// A number, from 0 to 2^32 - 1.
    @inline(__always)
    mutating func varint(_ bytes: Span<UInt8>) throws(DamagedPart) -> Int {
        var value = 0
        var shift = 0
        while position < end, shift < 35 {
            let byte = Int(bytes[position])
            position &+= 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        throw DamagedPart()
    }
}
