// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB

/// How far a partition is.
struct PartitionState: Sendable, Equatable {
    /// Made up when the index is begun; cursors of another one are refused.
    var epoch: Int64
    /// The sequence that the next alert gets.
    var nextSequence: Int64 = 0
    /// The number that the next segment gets.
    var nextSegment = 1
    /// Where the record goes on; nil before its start.
    var position: RecordPosition?
    /// The time of the last alert, in milliseconds since the epoch.
    var lastTime: Int64 = 0
    var droppedFields = 0
    var malformedLines = 0

    init(epoch: Int64) {
        self.epoch = epoch
    }
}

/// The tables of a partition.
///
/// ```
/// state      one row: how far the record is read, counters
/// segments   what each segment is
/// parts      the segments' parts (SegmentPart), packed
/// pending    alerts that are not in a segment yet, as lines
/// fields     the partition's fields
/// ```
enum PartitionSchema {
    /// Told by `PRAGMA user_version`; another one is built anew.
    static let version = 1
    static let pageBytes = 8192

    static func create(_ database: Database, _ state: PartitionState) throws {
        try database.execute(
            sql: """
                CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL,
                    next_sequence INTEGER NOT NULL, next_segment INTEGER NOT NULL,
                    file TEXT, offset INTEGER, tail BLOB, last_time INTEGER NOT NULL,
                    dropped_fields INTEGER NOT NULL, malformed_lines INTEGER NOT NULL);
                CREATE TABLE segments (number INTEGER PRIMARY KEY, first INTEGER NOT NULL,
                    rows INTEGER NOT NULL, oldest INTEGER NOT NULL, newest INTEGER NOT NULL,
                    regular INTEGER NOT NULL);
                CREATE TABLE parts (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
                CREATE TABLE pending (sequence INTEGER PRIMARY KEY, line BLOB NOT NULL);
                CREATE TABLE fields (number INTEGER PRIMARY KEY, name BLOB NOT NULL,
                    count INTEGER NOT NULL, numbers INTEGER NOT NULL, addresses INTEGER NOT NULL);
                PRAGMA user_version = \(version)
                """
        )
        try write(state, database)
    }

    /// Whether an error means that the file must be built anew.
    static func isDamage(_ error: any Error) -> Bool {
        if error is DamagedPart { return true }
        guard let error = error as? DatabaseError else { return false }
        return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(
            error.resultCode.primaryResultCode
        )
    }

    /// How far the partition is.
    ///
    /// - Throws: ``UnfinishedPartition``; ``DamagedPart`` when the file is not of
    ///   this version.
    static func state(_ database: Database) throws -> PartitionState {
        let statement = try database.cachedStatement(sql: "PRAGMA user_version")
        let found = try Int.fetchOne(statement) ?? 0
        guard found != 0 else { throw UnfinishedPartition() }
        guard found == version,
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT epoch, next_sequence, next_segment, last_time, dropped_fields,
                            malformed_lines, offset, file, tail FROM state WHERE id = 1
                        """
                )
            )
        else { throw DamagedPart() }
        var state = PartitionState(epoch: try row.value(0))
        state.nextSequence = Int64(try row.count(1))
        state.nextSegment = try row.count(2)
        state.lastTime = try row.time(3)
        state.droppedFields = try row.count(4)
        state.malformedLines = try row.count(5)
        if let file = String.fromDatabaseValue(row[7]) {
            state.position = RecordPosition(
                file: file,
                offset: try row.count(6),
                tail: [UInt8](try row.value(8) as Data)
            )
        }
        return state
    }

    static func write(_ state: PartitionState, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        try statement.execute(arguments: [
            state.epoch, state.nextSequence, state.nextSegment, state.position?.file,
            state.position?.offset, state.position.map { Data($0.tail) }, state.lastTime,
            state.droppedFields, state.malformedLines,
        ])
    }

    static func segments(_ database: Database) throws -> [SegmentHeader] {
        let sql =
            "SELECT number, first, rows, oldest, newest, regular FROM segments ORDER BY number"
        return try Row.fetchAll(database, sql: sql).map { row in
            let header = SegmentHeader(
                number: try row.count(0),
                firstSequence: Int64(try row.count(1)),
                rowCount: try row.count(2),
                oldest: try row.time(3),
                newest: try row.time(4),
                hasRegularIDs: try row.value(5)
            )
            guard (1...SegmentEncoder.mostRows).contains(header.rowCount),
                header.oldest <= header.newest
            else { throw DamagedPart() }
            return header
        }
    }

    /// The time of the newest alert of a partition that nobody writes to, in
    /// milliseconds since the epoch; nil when it has none.
    static func newestTime(_ path: String) throws -> Int64? {
        var configuration = Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration).read {
            try Int64.fetchOne($0, sql: "SELECT max(newest) FROM segments")
        }
    }

    static func fields(_ database: Database) throws -> FieldTable {
        var fields = FieldTable()
        let sql = "SELECT number, name, count, numbers, addresses FROM fields ORDER BY number"
        let rows = try Row.fetchCursor(database, sql: sql)
        while let row = try rows.next() {
            let name = [UInt8](try row.value(1) as Data)
            guard let number = fields.add(name.span), number == (try row.count(0)) else {
                throw DamagedPart()
            }
            var tally = FieldTable.Tally()
            tally.values = try row.count(2)
            tally.numbers = try row.count(3)
            tally.addresses = try row.count(4)
            fields.add(tally, to: number)
        }
        return fields
    }

    static func write(_ fields: FieldTable, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO fields VALUES (?, ?, ?, ?, ?)"
        )
        for number in 0..<fields.count {
            let tally = fields.tallies[number]
            try statement.execute(arguments: [
                number, Data(fields.name(number)), tally.values, tally.numbers, tally.addresses,
            ])
        }
    }

    /// Lines that are in no segment yet, from a sequence on.
    static func pending(
        _ database: Database,
        from sequence: Int64
    ) throws -> (first: Int64?, lines: LineBuffer) {
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: "SELECT sequence, line FROM pending WHERE sequence >= ? ORDER BY sequence"
            ),
            arguments: [sequence]
        )
        var lines = LineBuffer()
        var first: Int64?
        while let row = try rows.next() {
            if first == nil { first = Int64(try row.count(0)) }
            try row.withUnsafeData(atIndex: 1) { data in
                data?.withUnsafeBytes { lines.append(Span(_unsafeBytes: $0)) }
            }
        }
        return (first, lines)
    }
}

/// Values of a file that may be damaged: what is not as it was written is said,
/// where GRDB's own subscripts would end the process.
extension Row {
    /// Larger numbers are damage; sums of some of them cannot overflow.
    private static let largest: Int64 = 1 << 60

    fileprivate func value<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value {
        guard let value = Value.fromDatabaseValue(self[column]) else { throw DamagedPart() }
        return value
    }

    /// A number that is not negative.
    fileprivate func count(_ column: Int) throws -> Int {
        let number: Int64 = try value(column)
        guard (0...Self.largest).contains(number) else { throw DamagedPart() }
        return Int(number)
    }

    /// Milliseconds since the epoch.
    fileprivate func time(_ column: Int) throws -> Int64 {
        let number: Int64 = try value(column)
        guard (-Self.largest...Self.largest).contains(number) else { throw DamagedPart() }
        return number
    }
}

/// The file of a partition has no tables yet.
struct UnfinishedPartition: Error {}
