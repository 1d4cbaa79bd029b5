// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Gathers the words of a segment: those of its texts with the rows and places
/// they stand at, and those of its columns' values with the value.
struct WordsBuilder {
    /// A word of a text.
    ///
    /// A place is the text field's number in the high bits and then a count over
    /// the row's words of the field.
    private struct Occurrence {
        let word: UInt32
        let row: UInt32
        let place: UInt32
    }

    /// A word of a column's value.
    private struct Mention {
        let word: UInt32
        let field: UInt32
        let value: UInt32
    }

    /// How far a place is shifted to hold the text field's number.
    static let fieldShift = 20
    /// A block of words is closed when it is at least so long.
    private static let blockBytes = 8 << 10

    private var words = ByteTable()
    private var occurrences: [Occurrence] = []
    private var mentions: [Mention] = []
    private var scratch: [UInt8] = []

    /// Adds a text.
    ///
    /// - Parameters:
    ///   - text: At most ``AlertLeaves/longestText`` bytes.
    ///   - field: The place of the field in ``AlertFields/texts``.
    ///   - row: Rising from call to call.
    ///   - start: Counts the row's words of this field; kept by the caller.
    mutating func add(text: Span<UInt8>, field: Int, row: Int, start: inout Int) {
        var scan = TextWords()
        while let range = scan.next(text), start < 1 << Self.fieldShift {
            let word = word(text, range)
            occurrences.append(
                Occurrence(
                    word: word,
                    row: UInt32(row),
                    place: UInt32(field << Self.fieldShift | start)
                )
            )
            start += 1
        }
        // A phrase does not go on from one value to the next.
        start += 1
    }

    /// Adds a column's value.
    mutating func add(value: Span<UInt8>, field: Int, number: Int) {
        var scan = TextWords()
        while let range = scan.next(value) {
            let word = word(value, range)
            mentions.append(Mention(word: word, field: UInt32(field), value: UInt32(number)))
        }
    }

    /// The blocks of words, and their directory.
    func encoded(rowCount: Int) -> (directory: [UInt8], blocks: [[UInt8]]) {
        let occurrenceGroups = Self.grouped(occurrences, by: { $0.word }, count: words.count)
        let mentionGroups = Self.grouped(mentions, by: { $0.word }, count: words.count)
        var output = WordBlocks(limit: Self.blockBytes)
        var postings: [UInt8] = []
        for word in ordered() {
            postings.removeAll(keepingCapacity: true)
            Self.append(mentionGroups.group(word), to: &postings)
            Self.append(occurrenceGroups.group(word), rowCount: rowCount, to: &postings)
            output.append(words.bytes[words.range(word)], postings)
        }
        return output.finished()
    }

    private mutating func word(_ text: Span<UInt8>, _ range: Range<Int>) -> UInt32 {
        var lower: [UInt8] = []
        swap(&lower, &scratch)
        lower.removeAll(keepingCapacity: true)
        for index in range.prefix(TextWords.longestWord) { lower.append(text[index].lowered) }
        let number = words.insert(lower.span)
        swap(&lower, &scratch)
        return UInt32(number)
    }

    /// The words' numbers in the order of their bytes.
    private func ordered() -> [Int] {
        let bytes = words.bytes
        var keys: [(prefix: UInt64, word: Int)] = []
        keys.reserveCapacity(words.count)
        for word in 0..<words.count {
            let range = words.range(word)
            var prefix: UInt64 = 0
            for offset in 0..<8 {
                let index = range.lowerBound + offset
                prefix = prefix << 8 | (index < range.upperBound ? UInt64(bytes[index]) : 0)
            }
            keys.append((prefix, word))
        }
        keys.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            return bytes[words.range(left.word)].lexicographicallyPrecedes(
                bytes[words.range(right.word)]
            )
        }
        return keys.map(\.word)
    }

    private static func append(_ mentions: ArraySlice<Mention>, to output: inout [UInt8]) {
        var unique: [Mention] = []
        for mention in mentions
        where unique.last.map({ ($0.field, $0.value) != (mention.field, mention.value) }) ?? true {
            unique.append(mention)
        }
        output.appendVarint(unique.count)
        for mention in unique {
            output.appendVarint(Int(mention.field))
            output.appendVarint(Int(mention.value))
        }
    }

    private static func append(
        _ occurrences: ArraySlice<Occurrence>,
        rowCount: Int,
        to output: inout [UInt8]
    ) {
        var rows: [UInt32] = []
        for occurrence in occurrences where rows.last != occurrence.row {
            rows.append(occurrence.row)
        }
        output.appendVarint(rows.count)
        if rows.count < rowCount {
            var last: UInt32 = 0
            for row in rows {
                output.appendVarint(Int(row - last))
                last = row
            }
        }
        var index = occurrences.startIndex
        while index < occurrences.endIndex {
            let row = occurrences[index].row
            var last: UInt32 = 0
            while index < occurrences.endIndex, occurrences[index].row == row {
                let place = occurrences[index].place
                index += 1
                let goesOn = index < occurrences.endIndex && occurrences[index].row == row
                // Texts of a row come in the alert's order, not by field.
                output.appendVarint(Self.zigzag(place, last) << 1 | (goesOn ? 1 : 0))
                last = place
            }
        }
    }

    private static func zigzag(_ place: UInt32, _ last: UInt32) -> Int {
        let difference = Int(place) - Int(last)
        return difference << 1 ^ difference >> 63
    }

    /// Items by a number they carry, in the order they came.
    private struct Groups<Item> {
        let items: [Item]
        let starts: [Int]
        func group(_ index: Int) -> ArraySlice<Item> { items[starts[index]..<starts[index + 1]] }
    }

    private static func grouped<Item>(
        _ items: [Item],
        by key: (Item) -> UInt32,
        count: Int
    ) -> Groups<Item> {
        var starts = [Int](repeating: 0, count: count + 2)
        for item in items { starts[Int(key(item)) + 2] += 1 }
        for index in starts.indices.dropFirst(2) { starts[index] += starts[index - 1] }
        let ordered = [Item](unsafeUninitializedCapacity: items.count) { buffer, filled in
            for item in items {
                let group = Int(key(item)) + 1
                buffer.initializeElement(at: starts[group], to: item)
                starts[group] += 1
            }
            filled = items.count
        }
        return Groups(items: ordered, starts: starts)
    }
}

/// Writes words and their postings into blocks.
private struct WordBlocks {
    private let limit: Int
    private var blocks: [[UInt8]] = []
    private var directory: [UInt8] = []
    private var block: [UInt8] = []
    private var last: ArraySlice<UInt8> = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func append(_ word: ArraySlice<UInt8>, _ postings: [UInt8]) {
        if block.isEmpty {
            directory.appendVarint(word.count)
            directory += word
            last = []
        }
        let shared = zip(last, word).prefix { $0 == $1 }.count
        block.appendVarint(shared)
        block.appendVarint(word.count - shared)
        block += word.dropFirst(shared)
        block.appendVarint(postings.count)
        block += postings
        last = word
        if block.count >= limit { close() }
    }

    mutating func finished() -> (directory: [UInt8], blocks: [[UInt8]]) {
        if !block.isEmpty { close() }
        return (directory, blocks)
    }

    private mutating func close() {
        blocks.append(block)
        block = []
    }
}
