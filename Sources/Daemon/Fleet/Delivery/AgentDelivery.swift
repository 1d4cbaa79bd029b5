// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Fleet
import Spool
import Synchronization

/// Takes an agent's events from its spool to the manager, on a thread of its own.
///
/// One delivery is on its way at a time, of about a mebibyte when much waits and at once
/// when little does. After a long time alone what waits goes over a lane of its own, on a
/// second thread, so that what is new does not wait behind it. The spool lets go of what a
/// manager has committed.
final class AgentDelivery: Sendable {
    /// What one delivery takes, about.
    private static let groupBytes = 1 << 20
    private static let groupEvents = 16_384

    private let spool: Spool
    private let feed: SpoolFeed
    private let mark: DeliveryMark
    private let backlogEvents: Int
    private let notice: @Sendable (OperatorNotice) -> Void
    private let main = DeliveryLane()
    private let backlog = DeliveryLane()
    private let catchingUp = Mutex<DedicatedThread?>(nil)
    private let settling = Mutex<Void>(())
    private let isStopping = Atomic<Bool>(false)

    /// When more than `backlogEvents` wait on the disk, they get a lane of their own.
    init(
        spool: Spool,
        feed: SpoolFeed,
        mark: DeliveryMark,
        backlogEvents: Int,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.spool = spool
        self.feed = feed
        self.mark = mark
        self.backlogEvents = backlogEvents
        self.notice = notice
    }

    /// Carries what the threads hand over, until the task is cancelled.
    func carry(over link: AgentLink) async {
        async let old: Void = backlog.carry(over: link)
        await main.carry(over: link)
        await old
    }

    /// Ends the threads' work: what was not delivered stays in the spool.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        main.stop()
        backlog.stop()
    }

    private var hasStopped: Bool { isStopping.load(ordering: .relaxed) }

    /// Works until the feed is closed or ``stop()``; blocks its thread.
    func run() {
        if mark.now.backlog != nil { startCatchingUp() }
        var reader = SpoolReader(spool, from: mark.now.main.next)
        work(&reader)
        // The other thread ends by stop(), which whoever closes the feed calls too.
        catchingUp.withLock { $0 }?.join()
    }

    private func work(_ reader: inout SpoolReader) {
        while let next = feed.next(leavesDisk: { hasStopped }) {
            switch next {
            case .batches(let batches):
                guard ship(batches) else { return }
            case .disk(let resumption, let end):
                guard read(&reader, from: resumption, before: end) else { return }
            }
        }
    }

    // MARK: What is new

    /// Reads and ships what only the disk has; false when the work has ended.
    private func read(
        _ reader: inout SpoolReader,
        from resumption: SpoolFeed.Resumption?,
        before end: UInt64
    ) -> Bool {
        if part(at: end) {
            reader = SpoolReader(spool, from: end)
            feed.caughtUp(before: end)
            return true
        }
        if let resumption {
            guard
                persist({
                    try reader.seek(to: resumption.place, sequence: resumption.sequence)
                }) != nil
            else { return false }
        }
        while !hasStopped {
            guard let group = persist({ try Self.group(&reader, before: .max) }) else {
                return false
            }
            if group.isEmpty {
                feed.caughtUp(before: end)
                return true
            }
            guard ship(group) else { return false }
        }
        return false
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
            let group = Array(rest.prefix(count))
            guard let end = main.ship(group, as: mark.now.main.stream) else { return false }
            let delivered = Self.events(group)
            settle { $0.deliveredMain(before: end, events: delivered) }
            rest = rest.dropFirst(count)
        }
        return true
    }

    // MARK: What is old

    /// Whether what waits before a sequence goes over the other lane from now on.
    private func part(at end: UInt64) -> Bool {
        let next = mark.now.main.next
        guard end > next, end - next > UInt64(backlogEvents), mark.part(at: end) else {
            return false
        }
        notice(
            .manager(
                "\(end - next) events wait: they are delivered beside what is new",
                isTrouble: false
            )
        )
        startCatchingUp()
        return true
    }

    private func startCatchingUp() {
        do {
            // One of before has ended, or there would be no new backlog.
            let thread = try DedicatedThread(name: "catch-up") { self.catchUp() }
            catchingUp.withLock { $0 = thread }
        } catch {
            // The next start tries again; what is new goes on.
            notice(.maintenanceFailed("\(error)"))
        }
    }

    private func catchUp() {
        let progress = mark.now
        guard let lane = progress.backlog else { return }
        var reader = SpoolReader(spool, from: lane.next)
        while !hasStopped {
            let limit = progress.main.stream
            guard let group = persist({ try Self.group(&reader, before: limit) }) else { return }
            if group.isEmpty {
                settle { $0.finishedBacklog() }
                notice(.manager("what had waited is delivered", isTrouble: false))
                return
            }
            guard let end = backlog.ship(group, as: lane.stream) else { return }
            let events = Self.events(group)
            settle { $0.deliveredBacklog(before: end, events: events) }
        }
    }

    // MARK: Both

    private static func events(_ group: [EventBatch]) -> Int {
        group.reduce(0) { $0 + $1.entries.count }
    }

    /// The next records that begin before a sequence; none at the end.
    private static func group(
        _ reader: inout SpoolReader,
        before limit: UInt64
    ) throws -> [EventBatch] {
        var group: [EventBatch] = []
        var (bytes, events) = (0, 0)
        while bytes < groupBytes, events < groupEvents, let record = try reader.read(),
            record.batch.firstSequence < limit
        {
            group.append(record.batch)
            bytes += record.batch.bytes.count
            events += record.batch.entries.count
        }
        return group
    }

    /// Notes what was delivered, and lets go of what is done by it.
    ///
    /// One lane at a time: the spool is told in order.
    private func settle(
        _ change: (inout DeliveryProgress) -> DeliveryProgress.Done?
    ) {
        settling.withLock { _ in
            guard let done = mark.note(change) else { return }
            spool.acknowledge(before: done.before, events: done.events)
            spool.keep(from: done.before)
        }
        feed.acknowledged()
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
}
