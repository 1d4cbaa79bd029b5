// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Spool
import Synchronization

/// The spool as the reporter reads it: from where the manager has everything on, beside the
/// analysis.
final class ReportedSpool: Sendable {
    /// What was read: events to report, and the first sequence after them.
    struct Portion: Sendable {
        let batch: EventBatch
        let end: UInt64
        /// Events in the spool; a container's may be several lines each.
        let events: Int
    }

    /// Bytes that are read at once, about.
    private static let portionBytes = 1 << 20

    private struct Reading {
        var reader: SpoolReader
        var form: WireForm
    }

    private let spool: Spool
    private let feed: SpoolFeed?
    private let reading: Mutex<Reading>
    private let next: Mutex<UInt64>

    /// `feed` is told when there is room again, by the only reader of the spool.
    init(_ spool: Spool, _ feed: SpoolFeed?, from sequence: UInt64, agentID: String) {
        self.spool = spool
        self.feed = feed
        reading = Mutex(
            Reading(reader: SpoolReader(spool, from: sequence), form: WireForm(agentID: agentID))
        )
        next = Mutex(sequence)
    }

    /// Whether there is something that was not read yet.
    var hasMore: Bool { next.withLock { $0 } < spool.nextSequence }

    /// Events that no manager is known to have when it has everything before a sequence.
    func waiting(from sequence: UInt64) -> Int {
        let next = spool.nextSequence
        return next > sequence ? Int(clamping: next - sequence) : 0
    }

    /// Keeps what is needed from here on; gives how much of it is gone already, for a
    /// spool that had no room.
    func hold(from sequence: UInt64) -> Int {
        let oldest = spool.hold(from: sequence)
        return oldest > sequence ? Int(clamping: oldest - sequence) : 0
    }

    /// Lets go of what a manager has: events before a sequence are done.
    func settle(before sequence: UInt64, events: Int) {
        guard sequence > spool.acknowledgedBefore else { return }
        spool.acknowledge(before: sequence, events: events)
        spool.keep(from: sequence)
        feed?.acknowledged()
    }

    /// The next events of the disk; empty at the end.
    ///
    /// - Throws: `CollectorError` when there is no thread, `SpoolError`.
    func read() async throws -> [Portion] {
        let outcome = Handback<Result<[Portion], SpoolError>>()
        try await DedicatedThread.run("report") { [self] in
            outcome.give(Result(catching: readBlocking))
        }
        return try outcome.take()?.get() ?? []
    }

    private func readBlocking() throws(SpoolError) -> [Portion] {
        let end = spool.nextSequence
        let portions = try reading.withLock { reading throws(SpoolError) in
            var portions: [Portion] = []
            var bytes = 0
            while bytes < Self.portionBytes, let record = try reading.reader.read() {
                bytes += record.batch.bytes.count
                let batch = reading.form.convert(record.batch)
                portions.append(
                    Portion(batch: batch, end: record.end, events: record.batch.entries.count)
                )
            }
            return portions
        }
        next.withLock { $0 = portions.last?.end ?? end }
        return portions
    }
}
