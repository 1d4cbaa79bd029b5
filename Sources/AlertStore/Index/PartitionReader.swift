// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import Synchronization

/// One partition, for reading, also while another process writes it.
final class PartitionReader: Sendable {
    /// What a partition holds at one moment.
    struct Snapshot {
        let number: Int
        let state: PartitionState
        let fields: FieldTable
        /// In the record's order, alerts that wait for a segment among them.
        let segments: [SegmentView]
    }

    /// From 1, in the order of the record.
    let number: Int
    let path: String
    private let identity: Int
    private let queue: DatabaseQueue
    private let cache: PartCache
    private let kept = Mutex<Kept?>(nil)
    private let waiting = Mutex(PendingSegments())

    /// What does not change between two segments.
    private struct Kept {
        let nextSegment: Int
        let fields: FieldTable
        let headers: [SegmentHeader]
    }

    private static let identities = Atomic<Int>(0)

    init(path: String, number: Int, cache: PartCache) throws {
        self.path = path
        self.number = number
        self.cache = cache
        identity = Self.identities.add(1, ordering: .relaxed).newValue
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        configuration.label = "jaga.index.\(number)"
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA cache_size = -256") }
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Calls `body` with what is here now; nothing changes meanwhile.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Snapshot) throws -> Result
    ) async throws -> Result {
        try await queue.read { [self] database in try body(try snapshot(database)) }
    }

    private func snapshot(_ database: Database) throws -> Snapshot {
        let state = try PartitionSchema.state(database)
        let kept = try kept(database, state)
        let storage = try PartStorage(database)
        var segments = kept.headers.map {
            SegmentView(header: $0, partition: identity, storage: storage, cache: cache)
        }
        var fields = kept.fields
        try waiting.withLock { waiting in
            try waiting.update(database, state, kept.fields)
            fields = waiting.fields
            segments += waiting.segments.map {
                SegmentView(
                    header: $0.header,
                    partition: identity,
                    storage: $0,
                    cache: cache
                )
            }
        }
        return Snapshot(number: number, state: state, fields: fields, segments: segments)
    }

    private func kept(_ database: Database, _ state: PartitionState) throws -> Kept {
        if let kept = kept.withLock({ $0 }), kept.nextSegment == state.nextSegment { return kept }
        let read = Kept(
            nextSegment: state.nextSegment,
            fields: try PartitionSchema.fields(database),
            headers: try PartitionSchema.segments(database)
        )
        kept.withLock { $0 = read }
        return read
    }
}

/// The parts of sealed segments, within one transaction.
private struct PartStorage: SegmentStorage {
    let unpacker = PartUnpacker()
    private let statement: Statement

    init(_ database: Database) throws {
        statement = try database.cachedStatement(sql: "SELECT data FROM parts WHERE key = ?")
    }

    func part(_ part: SegmentPart, of segment: Int) throws -> [UInt8]? {
        let rows = try Row.fetchCursor(statement, arguments: [part.key(segment: segment)])
        guard let row = try rows.next() else { return nil }
        return try row.withUnsafeData(atIndex: 0) { data in
            try data?.withUnsafeBytes { try unpacker.unpack($0) } ?? []
        }
    }
}

/// Alerts that wait for their segment, as segments in memory: whole ones of
/// 512, and one of the rest that is made anew when alerts came.
struct PendingSegments {
    /// A segment that is in no file.
    struct Segment: SegmentStorage {
        let header: SegmentHeader
        let parts: [SegmentPart: [UInt8]]

        func part(_ part: SegmentPart, of segment: Int) throws -> [UInt8]? {
            // These are packed as they are: one byte says so.
            parts[part].map { Array($0.dropFirst()) }
        }
    }

    private static let chunk = 512

    /// Those of the partition, and new ones.
    private(set) var fields = FieldTable()
    private var whole: [Segment] = []
    private var rest: Segment?
    private var restLines = LineBuffer()
    /// ``fields`` before the rest was read.
    private var wholeFields = FieldTable()
    private var nextSegment = 0
    private var nextSequence: Int64 = 0
    private var lastTime: Int64 = 0
    /// No two segments here ever have the same number, nor that of a sealed one.
    private var number = 1 << 30

    init() {}

    var segments: [Segment] { whole + (rest.map { [$0] } ?? []) }

    /// Reads what was added since the last time.
    mutating func update(
        _ database: Database,
        _ state: PartitionState,
        _ sealed: FieldTable
    ) throws {
        if state.nextSegment != nextSegment {
            let number = number
            self = PendingSegments()
            self.number = number
            (fields, wholeFields) = (sealed, sealed)
            nextSegment = state.nextSegment
            nextSequence = .min
            lastTime = state.lastTime
        }
        guard nextSequence != state.nextSequence else { return }
        let added = try PartitionSchema.pending(database, from: nextSequence)
        guard let first = added.first else { return nextSequence = state.nextSequence }
        let encoder = SegmentEncoder(compression: 0)
        var start = first - Int64(restLines.count)
        for index in 0..<added.lines.count {
            restLines.append(added.lines.bytes.span.extracting(added.lines.range(index)))
            if restLines.count == Self.chunk {
                fields = wholeFields
                let segment = encode(encoder, start)
                wholeFields = fields
                whole.append(segment)
                lastTime = segment.header.newest
                start += Int64(restLines.count)
                restLines.removeAll()
            }
        }
        fields = wholeFields
        rest = restLines.isEmpty ? nil : encode(encoder, start)
        nextSequence = state.nextSequence
    }

    private mutating func encode(
        _ encoder: SegmentEncoder,
        _ first: Int64
    ) -> Segment {
        let encoded = encoder.encode(restLines, fields: &fields, before: lastTime)
        number += 1
        return Segment(
            header: SegmentHeader(
                number: number,
                firstSequence: first,
                rowCount: encoded.rowCount,
                oldest: encoded.oldest,
                newest: encoded.newest,
                hasRegularIDs: encoded.hasRegularIDs
            ),
            parts: encoded.parts
        )
    }
}
