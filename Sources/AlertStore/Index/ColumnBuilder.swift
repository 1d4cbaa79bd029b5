// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Gathers one field's values over the rows of a segment.
struct ColumnBuilder {
    /// The different values.
    private(set) var values = ByteTable()
    /// What rows have: one value, or several; each is a list of numbers of
    /// values, one after the other.
    private var entries: [UInt32] = []
    private var entryEnds: [Int] = []
    private var entryOfValue: [Int: Int] = [:]
    private var entryOfList = [[UInt32]: Int]()
    private var codes: [UInt16] = []
    private var hasLists = false
    /// The row that values are added to now, and its values.
    private var row = -1
    private var current: [UInt32] = []

    init() {}

    /// Adds a value to a row; rows come rising, below 65,535.
    mutating func add(_ value: Span<UInt8>, row: Int) {
        if row != self.row {
            endRow()
            self.row = row
        }
        let number = UInt32(values.insert(value))
        if !current.contains(number) { current.append(number) }
    }

    /// The column of a segment of `rowCount` rows.
    mutating func encoded(rowCount: Int) -> [UInt8] {
        endRow()
        while codes.count < rowCount { codes.append(0) }
        var output: [UInt8] = []
        output.appendVarint(rowCount)
        output.appendVarint(values.count)
        for index in 0..<values.count { output.appendVarint(values.range(index).count) }
        output += values.bytes
        output.append(hasLists ? 1 : 0)
        if hasLists {
            output.appendVarint(entryEnds.count)
            var start = 0
            for end in entryEnds {
                output.appendVarint(end - start)
                for value in entries[start..<end] { output.appendVarint(Int(value)) }
                start = end
            }
        }
        appendCodes(to: &output)
        return output
    }

    private func appendCodes(to output: inout [UInt8]) {
        if let first = codes.first, codes.allSatisfy({ $0 == first }) {
            output.append(0)
            output.appendFixed(UInt64(first), bytes: 2)
        } else if entryEnds.count < 256 {
            output.append(1)
            for code in codes { output.append(UInt8(truncatingIfNeeded: code)) }
        } else {
            output.append(2)
            for code in codes { output.appendFixed(UInt64(code), bytes: 2) }
        }
    }

    private mutating func endRow() {
        guard !current.isEmpty else { return }
        while codes.count < row { codes.append(0) }
        codes.append(UInt16(entry() + 1))
        current.removeAll(keepingCapacity: true)
    }

    private mutating func entry() -> Int {
        if current.count == 1 {
            let value = Int(current[0])
            // Without lists, values and entries are numbered alike.
            if value < entryEnds.count, !hasLists { return value }
            if let known = entryOfValue[value] { return known }
            if hasLists { entryOfValue[value] = entryEnds.count }
            return newEntry()
        }
        if !hasLists {
            hasLists = true
            for index in entryEnds.indices { entryOfValue[Int(entries[index])] = index }
        }
        if let known = entryOfList[current] { return known }
        entryOfList[current] = entryEnds.count
        return newEntry()
    }

    private mutating func newEntry() -> Int {
        entries += current
        entryEnds.append(entries.count)
        return entryEnds.count - 1
    }
}
