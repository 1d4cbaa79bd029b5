// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Looks for words in a row among the words of a segment.
struct PhraseSearch {
    private let phrase: PhraseMatcher
    private let segment: SegmentView

    init(_ phrase: PhraseMatcher, _ segment: SegmentView) {
        self.phrase = phrase
        self.segment = segment
    }

    /// The rows that have the phrase in some field, but `id` and `timestamp`.
    func rows() throws -> RowBitmap {
        let postings = try postings()
        guard !postings.isEmpty else { return RowBitmap(none: segment.rowCount) }
        var rows = Self.rows(postings, segment.rowCount, field: nil)
        var fields: [Int: [Int]] = [:]
        for mention in Self.common(postings) {
            fields[Int(mention >> 32), default: []].append(Int(mention & 0xFFFF_FFFF))
        }
        for (field, values) in fields {
            guard let column = try segment.column(field) else { throw DamagedPart() }
            var accepted = [Bool](repeating: false, count: column.valueCount)
            for value in values where value < column.valueCount {
                // One word is in it, or it would not be mentioned.
                accepted[value] =
                    phrase.words.count == 1
                    || column.value(value, passes: phrase.matches)
            }
            rows.formUnion(column.rows(column.accepted(values: accepted)))
        }
        return rows
    }

    /// The rows that have the phrase in one of ``AlertFields/texts``.
    func rows(inText field: Int) throws -> RowBitmap {
        Self.rows(try postings(needPlaces: true), segment.rowCount, field: field)
    }

    /// Of each word; empty when one of them stands nowhere.
    private func postings(needPlaces: Bool = false) throws -> [WordPostings] {
        var result: [WordPostings] = []
        for (index, word) in phrase.words.enumerated() {
            let postings = try segment.postings(
                of: word,
                isPrefix: phrase.isPrefix && index == phrase.words.count - 1,
                withPlaces: needPlaces || phrase.words.count > 1
            )
            if postings.isEmpty { return [] }
            result.append(postings)
        }
        return result
    }

    /// Values that have all the words.
    private static func common(_ postings: [WordPostings]) -> [UInt64] {
        guard var common = postings.first.map({ rising($0.mentions) }) else { return [] }
        for next in postings.dropFirst() where !common.isEmpty {
            common = merged(common, rising(next.mentions), distance: 0)
        }
        return common
    }

    private static func rows(
        _ postings: [WordPostings],
        _ rowCount: Int,
        field: Int?
    ) -> RowBitmap {
        var rows = RowBitmap(none: rowCount)
        guard let first = postings.first else { return rows }
        guard postings.count > 1 || field != nil else {
            for row in first.rows { rows.insert(Int(row)) }
            return rows
        }
        var starts = rising(first.places)
        if let field {
            starts.removeAll { Int($0 & 0xFFFF_FFFF) >> WordsBuilder.fieldShift != field }
        }
        for next in postings.dropFirst() where !starts.isEmpty {
            starts = merged(starts, rising(next.places), distance: 1)
        }
        for place in starts { rows.insert(Int(place >> 32)) }
        return rows
    }

    /// Numbers in order: those of several words are not.
    private static func rising(_ places: [UInt64]) -> [UInt64] {
        let span = places.span
        for index in span.indices.dropFirst() where span[index - 1] > span[index] {
            return places.sorted()
        }
        return places
    }

    /// The numbers of `next` that are so much more than one of `places`.
    private static func merged(
        _ places: [UInt64],
        _ next: [UInt64],
        distance: UInt64
    ) -> [UInt64] {
        let (count, nextCount) = (places.count, next.count)
        let left = places.span
        let right = next.span
        var found: [UInt64] = []
        found.reserveCapacity(min(count, nextCount))
        var (index, nextIndex) = (0, 0)
        while index < count, nextIndex < nextCount {
            let wanted = left[index] &+ distance
            let place = right[nextIndex]
            if place == wanted { found.append(place) }
            if place <= wanted { nextIndex &+= 1 }
            if place >= wanted { index &+= 1 }
        }
        return found
    }
}
