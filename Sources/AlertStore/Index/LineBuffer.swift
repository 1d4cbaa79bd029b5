// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Lines, one after the other in one buffer.
struct LineBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    init() {}

    var count: Int { ends.count }
    var isEmpty: Bool { ends.isEmpty }

    /// Where a line, without its line feed, stands in ``bytes``.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    mutating func append(_ line: Span<UInt8>) {
        bytes.append(span: line)
        ends.append(bytes.count)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: bytes.count < 32 << 20)
        ends.removeAll(keepingCapacity: true)
    }

    /// A block of lines, as a segment's part: how many, how long each is, and
    /// then the lines.
    func block(_ lines: Range<Int>) -> [UInt8] {
        var output: [UInt8] = []
        output.appendVarint(lines.count)
        for index in lines { output.appendVarint(range(index).count) }
        if let first = lines.first, let last = lines.last {
            output += bytes[range(first).lowerBound..<range(last).upperBound]
        }
        return output
    }

    /// One line of a block.
    static func line(_ index: Int, ofBlock part: [UInt8]) throws(DamagedPart) -> [UInt8] {
        var reader = PartReader(part)
        let count = try reader.varint(atMost: part.count)
        guard index < count else { throw DamagedPart() }
        var (skipped, length) = (0, 0)
        for position in 0..<count {
            let current = try reader.varint(atMost: part.count)
            if position < index { skipped += current }
            if position == index { length = current }
        }
        _ = try reader.slice(skipped)
        return Array(try reader.slice(length))
    }
}
