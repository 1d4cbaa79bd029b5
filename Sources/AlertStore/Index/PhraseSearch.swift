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
            fields[mention.field, default: []].append(mention.value)
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
    private static func common(_ postings: [WordPostings]) -> Set<WordPostings.Mention> {
        guard var common = postings.first.map({ Set($0.mentions) }) else { return [] }
        for next in postings.dropFirst() { common.formIntersection(next.mentions) }
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
            for row in first.rows { rows.insert(row) }
            return rows
        }
        var starts = Places(first, rowCount)
        if let field { starts.keep { $0 >> WordsBuilder.fieldShift == field } }
        for next in postings.dropFirst() {
            starts = Places(starts.followed(by: Places(next, rowCount)))
        }
        for place in starts.places { rows.insert(Int(place >> 32)) }
        return rows
    }

    /// Rows and places within, as one number each, rising.
    private struct Places {
        private(set) var places: [UInt64] = []

        init(_ postings: WordPostings, _ rowCount: Int) {
            places.reserveCapacity(postings.places.count)
            var start = 0
            for (row, end) in zip(postings.rows, postings.placeEnds) {
                for place in postings.places[start..<end] {
                    places.append(UInt64(row) << 32 | UInt64(place))
                }
                start = end
            }
            if !Self.areRising(places) { places.sort() }
        }

        init(_ places: [UInt64]) {
            self.places = places
        }

        private static func areRising(_ places: [UInt64]) -> Bool {
            let places = places.span
            for index in places.indices.dropFirst() where places[index - 1] > places[index] {
                return false
            }
            return true
        }

        mutating func keep(_ isKept: (UInt64) -> Bool) {
            places.removeAll { !isKept($0 & 0xFFFF_FFFF) }
        }

        /// Goes on to the places that stand one behind these.
        func followed(by next: Places) -> [UInt64] {
            let mine = places.span
            let others = next.places.span
            var found: [UInt64] = []
            var (left, right) = (0, 0)
            while left < mine.count, right < others.count {
                let wanted = mine[left] + 1
                if others[right] == wanted {
                    found.append(wanted)
                    left += 1
                    right += 1
                } else if others[right] < wanted {
                    right += 1
                } else {
                    left += 1
                }
            }
            return found
        }
    }
}
