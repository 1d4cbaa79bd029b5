// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import GRDB

/// An indexer's work, step by step: reads some of the record, commits it, begins
/// new partitions and removes old ones.
struct IndexingPass: ~Copyable {
    /// What a step came to.
    struct Outcome {
        var alerts = 0
        var bytes = 0
        /// Nothing of the record waits.
        var isCaughtUp = false
    }

    /// A segment has no more bytes of lines, and at least one line.
    private static let segmentBytes = 24 << 20

    private let configuration: AlertIndexer.Configuration
    private let folder: IndexFolder
    private let encoder = SegmentEncoder(compression: 3)
    private let record: AlertFolder
    private var reader: RecordReader
    private var writer: PartitionWriter?
    private var number = 0
    private var notices: [AlertIndexer.Notice] = []
    private var nextCleaning: Int64 = 0

    init(_ configuration: AlertIndexer.Configuration, _ folder: IndexFolder) {
        self.configuration = configuration
        self.folder = folder
        record = AlertFolder(path: configuration.record, kind: configuration.kind)
        reader = RecordReader(record, from: nil)
    }

    /// What happened since the last call, oldest first.
    mutating func takeNotices() -> [AlertIndexer.Notice] {
        defer { notices = [] }
        return notices
    }

    /// Lets go of all files; what was committed stays.
    mutating func end() {
        // What cannot be checkpointed now is when the partition is opened next.
        try? writer?.close()
        writer = nil
    }

    /// Reads on, to the record's end or a segment's, and commits.
    ///
    /// - Parameter now: In milliseconds since the epoch, for retention.
    /// - Returns: What was done.
    /// - Throws: What a file or SQLite says; the pass must be ended then.
    mutating func advance(now: Int64) throws -> Outcome {
        let writer = try openedWriter()
        var outcome = Outcome()
        var reading = RecordReader.Outcome.lines
        while reading == .lines, !isFull(writer) {
            reading = try readSome(into: writer, &outcome)
        }
        if reading == .foreign {
            try rebuild("the record is not the one that was indexed")
            return outcome
        }
        outcome.isCaughtUp = reading == .atEnd
        if isFull(writer) {
            try writer.seal(with: encoder)
            if writer.sealedRows >= configuration.partitionRows { try roll(writer) }
        } else if outcome.bytes > 0 {
            try writer.commit()
        }
        if now >= nextCleaning {
            nextCleaning = now + 60_000
            try clean(now: now)
        }
        return outcome
    }

    /// Reads one piece of the record into the open segment.
    private mutating func readSome(
        into writer: PartitionWriter,
        _ outcome: inout Outcome
    ) throws -> RecordReader.Outcome {
        let (encoder, limit) = (encoder, configuration.segmentRows)
        let (skipped, before) = (reader.skippedLines, writer.open.count)
        var (malformed, bytes) = (0, 0)
        let result = try reader.next { line in
            bytes += line.count + 1
            if encoder.accepts(line) { writer.append(line) } else { malformed += 1 }
            return writer.open.count < limit && writer.open.bytes.count < Self.segmentBytes
        }
        outcome.bytes += bytes
        outcome.alerts += writer.open.count - before
        malformed += reader.skippedLines - skipped
        let position = reader.position
        writer.update {
            $0.malformedLines += malformed
            $0.position = position
        }
        return result
    }

    private func isFull(_ writer: PartitionWriter) -> Bool {
        writer.open.count >= configuration.segmentRows
            || writer.open.bytes.count >= Self.segmentBytes
    }
}

/// Partitions: the one that is written to, new ones, old ones.
extension IndexingPass {
    /// The newest partition, opened, or the first one, begun.
    private mutating func openedWriter() throws -> PartitionWriter {
        if let writer { return writer }
        for number in try folder.partitions().reversed() {
            do {
                let opened = try PartitionWriter(path: folder.path(ofPartition: number))
                self.number = number
                return use(opened)
            } catch is UnfinishedPartition {
                // The process ended between making the file and its tables.
                try folder.remove(partition: number)
            } catch  where PartitionSchema.isDamage(error) {
                try removeAll("\(folder.path(ofPartition: number)) is damaged (\(error))")
                break
            }
        }
        return try begin(PartitionState(epoch: .random(in: 0...Int64.max)))
    }

    private mutating func use(_ opened: PartitionWriter) -> PartitionWriter {
        writer = opened
        reader = RecordReader(record, from: opened.state.position)
        return opened
    }

    private mutating func begin(_ state: PartitionState) throws -> PartitionWriter {
        number = (try folder.partitions().last ?? 0) + 1
        var state = state
        state.nextSegment = 1
        return use(
            try PartitionWriter(creating: folder.path(ofPartition: number), state)
        )
    }

    /// Goes on in a new partition; all alerts of this one are in segments.
    private mutating func roll(_ full: PartitionWriter) throws {
        let state = full.state
        try full.close()
        writer = nil
        var next = PartitionState(epoch: state.epoch)
        next.nextSequence = state.nextSequence
        next.position = state.position
        next.lastTime = state.lastTime
        next.droppedFields = state.droppedFields
        next.malformedLines = state.malformedLines
        _ = try begin(next)
    }

    /// Removes the whole index; the next step begins it anew.
    mutating func rebuild(_ reason: String) throws {
        try writer?.close()
        writer = nil
        try removeAll(reason)
    }

    private mutating func removeAll(_ reason: String) throws {
        notices.append(.rebuilding(reason: reason))
        for number in try folder.partitions() { try folder.remove(partition: number) }
    }

    /// Closes the partition when it holds many days, and removes what is older
    /// or more than is kept.
    private mutating func clean(now: Int64) throws {
        let day: Int64 = 86_400_000
        if let writer,
            let oldest = writer.oldest ?? (writer.open.isEmpty ? nil : writer.state.lastTime),
            oldest > 0, now - oldest > Int64(configuration.partitionDays) * day
        {
            try writer.seal(with: encoder)
            try roll(writer)
        }
        var removed = 0
        var numbers = try folder.partitions()
        var total = 0
        for number in numbers { total += try folder.bytes(ofPartition: number) }
        let oldestKept = now - Int64(configuration.retention.maximumDays) * day
        while let oldest = numbers.first, oldest != number {
            let bytes = try folder.bytes(ofPartition: oldest)
            let newest = try PartitionSchema.newestTime(folder.path(ofPartition: oldest))
            guard total > configuration.retention.maximumBytes || newest ?? 0 < oldestKept else {
                break
            }
            try folder.remove(partition: oldest)
            numbers.removeFirst()
            total -= bytes
            removed += 1
        }
        if removed > 0 { notices.append(.removed(partitions: removed)) }
    }

}
