// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Fleet
import Spool
import Synchronization

/// Takes an agent's events from its spool to the manager: the one reader of the spool, on a
/// thread of its own.
///
/// One delivery is on its way at a time, of about a mebibyte when much waits and at once
/// when little does. The spool lets go of what a manager has committed.
final class AgentDelivery: Sendable {
    /// What one delivery takes, about.
    private static let groupBytes = 1 << 20
    private static let groupEvents = 16_384

    private struct Answer {
        var committed: UInt64?
        var isGiven = false
    }

    private let spool: Spool
    private let feed: SpoolFeed
    private let mark: DeliveryMark
    private let notice: @Sendable (OperatorNotice) -> Void
    private let monitor = Monitor(Answer())
    private let shipments: AsyncStream<Shipment>
    private let send: AsyncStream<Shipment>.Continuation
    private let isStopping = Atomic<Bool>(false)

    init(
        spool: Spool,
        feed: SpoolFeed,
        mark: DeliveryMark,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.spool = spool
        self.feed = feed
        self.mark = mark
        self.notice = notice
        // One at a time waits.
        (shipments, send) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Carries what the thread hands over, until the task is cancelled.
    func carry(over link: AgentLink) async {
        for await shipment in shipments {
            let committed = await link.deliver(shipment)
            answer(committed)
            if committed == nil { return }
        }
    }

    /// Ends the thread's work: what was not delivered stays in the spool.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        send.finish()
        answer(nil)
    }

    private func answer(_ committed: UInt64?) {
        monitor.withLock { answer in
            answer.committed = committed
            answer.isGiven = true
        }
        monitor.wakeAll()
    }

    private var hasStopped: Bool { isStopping.load(ordering: .relaxed) }

    /// Works until the feed is closed or ``stop()``; blocks its thread.
    func run() {
        var reader = SpoolReader(spool, from: mark.opened)
        while let next = feed.next(leavesDisk: { hasStopped }) {
            switch next {
            case .batches(let batches):
                guard ship(batches) else { return }
            case .disk(let resumption, let end):
                guard read(&reader, from: resumption, before: end) else { return }
            }
        }
    }

    /// Reads and ships what only the disk has; false when the work has ended.
    private func read(
        _ reader: inout SpoolReader,
        from resumption: SpoolFeed.Resumption?,
        before end: UInt64
    ) -> Bool {
        if let resumption {
            guard
                persist({
                    try reader.seek(to: resumption.place, sequence: resumption.sequence)
                }) != nil
            else { return false }
        }
        while !hasStopped {
            guard let group = persist({ try Self.group(&reader) }) else { return false }
            if group.isEmpty {
                feed.caughtUp(before: end)
                return true
            }
            guard ship(group) else { return false }
        }
        return false
    }

    private static func group(_ reader: inout SpoolReader) throws -> [EventBatch] {
        var group: [EventBatch] = []
        var (bytes, events) = (0, 0)
        while bytes < groupBytes, events < groupEvents, let record = try reader.read() {
            group.append(record.batch)
            bytes += record.batch.bytes.count
            events += record.batch.entries.count
        }
        return group
    }

    /// Tries until it succeeds; nil when the work has ended.
    private func persist<Result>(_ body: () throws -> Result) -> Result? {
        var hasReported = false
        while !hasStopped {
            do {
                return try body()
            } catch {
                if !hasReported { notice(.spoolNotWritten(reason: "\(error)")) }
                hasReported = true
                feed.waitForRoom(since: feed.acknowledgements, within: .seconds(1))
            }
        }
        return nil
    }

    /// Ships batches; false when the work has ended.
    private func ship(_ batches: [EventBatch]) -> Bool {
        var rest = batches[...]
        while !rest.isEmpty {
            var count = 0
            var (bytes, events) = (0, 0)
            for batch in rest where bytes < Self.groupBytes && events < Self.groupEvents {
                bytes += batch.bytes.count
                events += batch.entries.count
                count += 1
            }
            guard shipOne(Array(rest.prefix(count))) else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func shipOne(_ group: [EventBatch]) -> Bool {
        guard let last = group.last else { return true }
        let end = last.sequence(of: last.entries.count)
        let shipment = Shipment(stream: 1, end: end, content: DeliveryCoding.encode(group))
        monitor.withLock { $0 = Answer() }
        guard !hasStopped else { return false }
        send.yield(shipment)
        let committed = monitor.wait { $0.isGiven ? .some($0.committed) : nil } ?? nil
        guard let committed, committed >= end else { return false }
        let events = group.reduce(0) { $0 + $1.entries.count }
        mark.write(end)
        spool.acknowledge(before: end, events: events)
        spool.keep(from: end)
        feed.acknowledged()
        return true
    }
}
