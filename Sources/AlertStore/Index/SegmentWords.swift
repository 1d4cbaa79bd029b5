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
    /// A value of a column.
    struct Mention: Hashable {
        let field: Int
        let value: Int
    }

    /// Values that have the word.
    var mentions: [Mention] = []
    /// Rows that have it in a text, each with its places, in order.
    var rows: [Int] = []
    /// Where each row's places end in ``places``; empty when not asked for.
    var placeEnds: [Int] = []
    var places: [Int] = []

    var isEmpty: Bool { mentions.isEmpty && rows.isEmpty }
}

/// Reading one block of words.
struct WordBlock {
    private var reader: PartReader
    private var word: [UInt8] = []

    init(_ part: [UInt8]) {
        reader = PartReader(part)
    }

    /// The next word and its postings; nil at the end.
    mutating func next() throws(DamagedPart) -> (word: [UInt8], postings: ArraySlice<UInt8>)? {
        guard !reader.isAtEnd else { return nil }
        let shared = try reader.varint(atMost: word.count)
        let suffix = try reader.slice(try reader.varint(atMost: TextWords.longestWord))
        word.removeLast(word.count - shared)
        word += suffix
        return (word, try reader.slice(try reader.varint()))
    }

    /// Adds a word's postings; places too, when they are wanted.
    static func read(
        _ slice: ArraySlice<UInt8>,
        rowCount: Int,
        withPlaces: Bool,
        into postings: inout WordPostings
    ) throws(DamagedPart) {
        var reader = PartReader(Array(slice))
        for _ in 0..<(try reader.varint(atMost: slice.count)) {
            let field = try reader.varint(atMost: FieldTable.most)
            let value = try reader.varint(atMost: Int(UInt32.max))
            postings.mentions.append(WordPostings.Mention(field: field, value: value))
        }
        let count = try reader.varint(atMost: rowCount)
        if count == rowCount {
            postings.rows += 0..<rowCount
        } else {
            var row = 0
            for _ in 0..<count {
                row += try reader.varint(atMost: rowCount - 1 - row)
                postings.rows.append(row)
            }
        }
        guard withPlaces else { return }
        for _ in 0..<count {
            var place = 0
            var goesOn = true
            while goesOn {
                let code = try reader.varint()
                goesOn = code & 1 == 1
                let zigzag = code >> 1
                place += zigzag >> 1 ^ -(zigzag & 1)
                guard (0...Int(UInt32.max)).contains(place) else { throw DamagedPart() }
                postings.places.append(place)
            }
            postings.placeEnds.append(postings.places.count)
        }
    }
}
