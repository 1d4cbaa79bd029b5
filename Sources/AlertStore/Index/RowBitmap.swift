// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A set of rows of a segment, a bit each.
struct RowBitmap: Equatable, Sendable {
    /// How many rows the segment has.
    let count: Int
    private(set) var words: [UInt64]

    /// No row.
    init(none count: Int) {
        self.count = count
        words = [UInt64](repeating: 0, count: (count + 63) / 64)
    }

    /// Every row.
    init(all count: Int) {
        self.count = count
        words = [UInt64](repeating: .max, count: (count + 63) / 64)
        if count & 63 != 0 { words[words.count - 1] = .max >> UInt64(64 - count & 63) }
    }

    /// The rows for which `isIn` says so, asked once each in order.
    @inline(__always)
    init(_ count: Int, where isIn: (Int) -> Bool) {
        self.init(none: count)
        var row = 0
        for index in words.indices {
            var word: UInt64 = 0
            let end = min(count, row + 64)
            var bit: UInt64 = 0
            while row < end {
                word |= (isIn(row) ? 1 : 0) << bit
                bit &+= 1
                row &+= 1
            }
            words[index] = word
        }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// How many rows are in it.
    var population: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    func contains(_ row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    mutating func insert(_ row: Int) { words[row >> 6] |= 1 << UInt64(row & 63) }

    mutating func formIntersection(_ other: RowBitmap) {
        for index in words.indices { words[index] &= other.words[index] }
    }

    mutating func formUnion(_ other: RowBitmap) {
        for index in words.indices { words[index] |= other.words[index] }
    }

    mutating func subtract(_ other: RowBitmap) {
        for index in words.indices { words[index] &= ~other.words[index] }
    }

    /// Calls `body` with each row, rising.
    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        for index in words.indices {
            var word = words[index]
            while word != 0 {
                body(index << 6 | word.trailingZeroBitCount)
                word &= word &- 1
            }
        }
    }

    /// The rows, rising or falling.
    func rows(isDescending: Bool) -> [Int] {
        var rows: [Int] = []
        forEach { rows.append($0) }
        if isDescending { rows.reverse() }
        return rows
    }
}
