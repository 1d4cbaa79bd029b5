// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A segment on its way into a partition.
struct EncodedSegment: Sendable {
    var rowCount = 0
    /// In milliseconds since the epoch.
    var oldest: Int64 = 0
    var newest: Int64 = 0
    var hasRegularIDs = true
    /// Packed.
    var parts: [SegmentPart: [UInt8]] = [:]
    /// Leaves that are found in no column, since there are too many.
    var droppedFields = 0
}

/// Makes a segment of alerts, column by column.
///
/// One thread owns an encoder; it keeps memory from one segment to the next.
final class SegmentEncoder {
    /// A segment has no more alerts.
    static let mostRows = 8192

    private let packer: PartPacker
    private var leaves = AlertLeaves()

    /// - Parameter compression: The level of Zstandard; 0 for segments that
    ///   stay in memory.
    init(compression: Int32) {
        packer = PartPacker(level: compression)
    }

    /// Whether the line is an alert, so that a segment can have it.
    func accepts(_ line: Span<UInt8>) -> Bool { leaves.read(line) }

    /// Makes a segment of lines that were accepted.
    ///
    /// - Parameters:
    ///   - lines: At least one, at most ``mostRows``.
    ///   - fields: Those of the partition; new ones are added.
    ///   - before: The time that an alert without one gets, when it is the first.
    /// - Returns: The segment, packed.
    func encode(
        _ lines: borrowing LineBuffer,
        fields: inout FieldTable,
        before: Int64
    ) -> EncodedSegment {
        var work = Work(fields: fields)
        var segment = EncodedSegment()
        var last = before
        for row in 0..<lines.count {
            let isRead = leaves.read(lines.bytes.span.extracting(lines.range(row)))
            last = isRead ? leaves.milliseconds ?? last : last
            work.times.append(last)
            segment.droppedFields += leaves.dropped
            for leaf in leaves.leaves {
                work.add(leaf, of: leaves, row: row, &segment.droppedFields)
            }
            work.endRow()
            if segment.hasRegularIDs { segment.hasRegularIDs = hasRegularID(at: last) }
        }
        segment.rowCount = lines.count
        segment.oldest = work.times.min() ?? before
        segment.newest = work.times.max() ?? before
        pack(&work, lines, into: &segment)
        fields = work.fields
        return segment
    }

    private func pack(
        _ work: inout Work,
        _ lines: borrowing LineBuffer,
        into segment: inout EncodedSegment
    ) {
        segment.parts[.times] = packer.pack(SegmentTimes.encoded(work.times, first: segment.oldest))
        for field in work.columns.indices {
            guard var column = work.columns[field] else { continue }
            segment.parts[.column(field)] = packer.pack(column.encoded(rowCount: lines.count))
            work.addWords(of: column.values, field: field)
        }
        let words = work.words.encoded(rowCount: lines.count)
        segment.parts[.directory] = packer.pack(words.directory)
        for (index, block) in words.blocks.enumerated() {
            segment.parts[.words(index)] = packer.pack(block)
        }
        var row = 0
        while row < lines.count {
            let end = min(row + SegmentPart.linesInBlock, lines.count)
            segment.parts[.lines(row / SegmentPart.linesInBlock)] =
                packer.pack(lines.block(row..<end))
            row = end
        }
    }

    /// Whether the seconds in the alert's id are those of its time.
    private func hasRegularID(at milliseconds: Int64) -> Bool {
        guard let id = leaves.value(of: AlertFields.idPath) else { return false }
        return AlertID.seconds(id) == AlertID.seconds(ofMilliseconds: milliseconds)
    }

    /// A segment while its alerts are read.
    private struct Work {
        var fields: FieldTable
        var columns: [ColumnBuilder?]
        var words = WordsBuilder()
        var times: [Int64] = []
        /// How many words of each text field the row has.
        private var places = [Int](repeating: 0, count: AlertFields.texts.count)

        init(fields: FieldTable) {
            self.fields = fields
            columns = [ColumnBuilder?](repeating: nil, count: fields.count)
        }

        mutating func endRow() {
            for index in places.indices { places[index] = 0 }
        }

        mutating func add(
            _ leaf: AlertLeaves.Leaf,
            of leaves: AlertLeaves,
            row: Int,
            _ dropped: inout Int
        ) {
            let path = leaves.bytes.span.extracting(leaf.path)
            let value = leaves.bytes.span.extracting(leaf.value)
            if let text = AlertFields.textPaths.firstIndex(where: { $0.isEqual(to: path) }) {
                words.add(text: value, field: text, row: row, start: &places[text])
            }
            guard let field = fields.add(path) else {
                dropped += 1
                return
            }
            if field == columns.count { columns.append(nil) }
            if columns[field] == nil { columns[field] = ColumnBuilder() }
            let kept = FieldTable.isValueless(path) ? 0 : value.count
            columns[field]?.add(value.extracting(0..<kept), row: row)
        }

        mutating func addWords(of values: ByteTable, field: Int) {
            var tally = FieldTable.Tally()
            let bytes = values.bytes
            for number in 0..<values.count {
                let value = bytes.span.extracting(values.range(number))
                tally.add(value)
                words.add(value: value, field: field, number: number)
            }
            fields.add(tally, to: field)
        }
    }
}
