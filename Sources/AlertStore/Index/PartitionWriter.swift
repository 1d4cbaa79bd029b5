// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB

/// The partition that alerts are added to; its one writer.
///
/// Calls block.
final class PartitionWriter {
    let path: String
    private(set) var state: PartitionState
    private(set) var fields: FieldTable
    /// Lines that are in no segment yet; the last ones up to
    /// ``storedLines`` may not be in the file yet.
    private(set) var open: LineBuffer
    private(set) var storedLines: Int
    /// Alerts in segments.
    private(set) var sealedRows: Int
    /// Of all alerts here, in milliseconds since the epoch.
    private(set) var oldest: Int64?
    private let queue: DatabaseQueue

    /// Opens a partition.
    ///
    /// - Throws: ``DamagedPart`` or SQLite's error when it is none.
    init(path: String) throws {
        self.path = path
        queue = try Self.open(path)
        (state, fields, open, oldest, sealedRows) = try queue.read { database in
            let state = try PartitionSchema.state(database)
            let segments = try PartitionSchema.segments(database)
            return (
                state, try PartitionSchema.fields(database),
                try PartitionSchema.pending(database, from: .min).lines,
                segments.map(\.oldest).min(), segments.reduce(0) { $0 + $1.rowCount }
            )
        }
        storedLines = open.count
    }

    /// Begins a partition.
    init(creating path: String, _ state: PartitionState) throws {
        self.path = path
        self.state = state
        fields = FieldTable()
        open = LineBuffer()
        (storedLines, sealedRows) = (0, 0)
        queue = try Self.open(path)
        try queue.write { try PartitionSchema.create($0, state) }
    }

    /// Adds an alert to what the next commit keeps.
    func append(_ line: Span<UInt8>) {
        open.append(line)
        state.nextSequence += 1
    }

    /// Changes what the next commit keeps.
    func update(_ change: (inout PartitionState) -> Void) { change(&state) }

    /// Keeps all that was appended, and how far the record was read for it.
    func commit() throws {
        let first = state.nextSequence - Int64(open.count)
        let (state, open, stored) = (state, open, storedLines)
        try queue.write { database in
            let insert = try database.cachedStatement(sql: "INSERT INTO pending VALUES (?, ?)")
            for index in stored..<open.count {
                try insert.execute(arguments: [
                    first + Int64(index), Data(open.bytes[open.range(index)]),
                ])
            }
            try PartitionSchema.write(state, database)
        }
        storedLines = open.count
    }

    /// Makes a segment of the open lines, and keeps it with all that was
    /// appended.
    func seal(with encoder: SegmentEncoder) throws {
        guard !open.isEmpty else { return try commit() }
        let segment = encoder.encode(open, fields: &fields, before: state.lastTime)
        let header = SegmentHeader(
            number: state.nextSegment,
            firstSequence: state.nextSequence - Int64(open.count),
            rowCount: segment.rowCount,
            oldest: segment.oldest,
            newest: segment.newest,
            hasRegularIDs: segment.hasRegularIDs
        )
        state.nextSegment += 1
        state.lastTime = segment.newest
        state.droppedFields += segment.droppedFields
        let (state, fields) = (state, fields)
        try queue.write { database in
            try Self.insert(segment, header, database)
            try PartitionSchema.write(fields, database)
            try PartitionSchema.write(state, database)
        }
        sealedRows += segment.rowCount
        oldest = min(oldest ?? segment.oldest, segment.oldest)
        open.removeAll()
        storedLines = 0
    }

    /// Everything is in the main file, and nobody writes here any more.
    func close() throws {
        try queue.writeWithoutTransaction { database in
            _ = try database.checkpoint(.passive)
        }
        try queue.close()
    }

    private static func insert(
        _ segment: EncodedSegment,
        _ header: SegmentHeader,
        _ database: Database
    ) throws {
        let insert = try database.cachedStatement(sql: "INSERT INTO parts VALUES (?, ?)")
        let parts = segment.parts.map { ($0.key.key(segment: header.number), $0.value) }
        for (key, data) in parts.sorted(by: { $0.0 < $1.0 }) {
            try insert.execute(arguments: [key, Data(data)])
        }
        try database.execute(
            sql: "INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                header.number, header.firstSequence, header.rowCount, header.oldest, header.newest,
                header.hasRegularIDs,
            ]
        )
        try database.execute(sql: "DELETE FROM pending")
    }

    private static func open(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA page_size = \(PartitionSchema.pageBytes);
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = NORMAL;
                    PRAGMA cache_size = -2048;
                    PRAGMA wal_autocheckpoint = 1000;
                    PRAGMA journal_size_limit = 33554432
                    """
            )
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}
