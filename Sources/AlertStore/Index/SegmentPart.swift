// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which part of a segment some bytes are.
///
/// A segment is up to 8,192 alerts that follow each other, kept by columns:
///
/// ```
/// times        milliseconds after the segment's first, 4 bytes a row (8 when
///              they are far apart); one byte says which
/// column N     of the partition's field N: its different values, and a code a
///              row that says which of them the row has
/// directory    the first word of each block of words
/// words N      words in order, each with the values and the rows it is in
/// lines N      32 alerts as they stand in the record
/// ```
///
/// Each is packed by itself (``PartPacker``).
struct SegmentPart: Hashable, Sendable {
    enum Kind: Int, Sendable {
        case times = 1
        case column, directory, words, lines
    }

    let kind: Kind
    /// From 0 to 65,535.
    let number: Int

    static let times = SegmentPart(kind: .times, number: 0)
    static let directory = SegmentPart(kind: .directory, number: 0)
    static func column(_ field: Int) -> SegmentPart { SegmentPart(kind: .column, number: field) }
    static func words(_ block: Int) -> SegmentPart { SegmentPart(kind: .words, number: block) }
    static func lines(_ block: Int) -> SegmentPart { SegmentPart(kind: .lines, number: block) }

    /// How many alerts stand in a block of lines.
    static let linesInBlock = 32

    /// The key of this part of a segment in its partition's table.
    func key(segment: Int) -> Int64 {
        Int64(segment) << 24 | Int64(kind.rawValue) << 16 | Int64(number)
    }
}

/// What a segment is, but for its parts.
struct SegmentHeader: Sendable, Equatable {
    /// From 1, rising within a partition.
    let number: Int
    let firstSequence: Int64
    let rowCount: Int
    /// In milliseconds since the epoch.
    let oldest: Int64
    let newest: Int64
    /// Whether the seconds in each alert's id are those of its time.
    let hasRegularIDs: Bool
}

/// Where the parts of a segment are read from.
protocol SegmentStorage {
    /// An unpacked part; nil when the segment has none such.
    ///
    /// - Throws: ``DamagedPart``, or what the database says.
    func part(_ part: SegmentPart, of segment: Int) throws -> [UInt8]?
}
