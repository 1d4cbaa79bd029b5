// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Spool
import Synchronization

/// Puts into the spool what collectors bring: the work of the thread `spool`.
///
/// One write for all that waits. When the spool is full, sources wait, but for Docker's
/// events, which may use its reserve; when the disk refuses, what was taken is kept and
/// tried again until it can be written.
final class SpoolWriting: Sendable {
    /// Bytes of events in one write, about.
    private static let groupBytes = 4 << 20
    /// A longer delivery is parted.
    private static let itemBytes = 16 << 20

    private let queue: EventQueue
    private let spool: Spool
    private let feed: SpoolFeed
    private let notice: @Sendable (OperatorNotice) -> Void
    private let isStopping = Atomic<Bool>(false)

    init(
        queue: EventQueue,
        spool: Spool,
        feed: SpoolFeed,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.queue = queue
        self.spool = spool
        self.feed = feed
        self.notice = notice
    }

    /// Gives up waiting for room: what was not written is read again by the next run.
    func stopWaiting() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// Works until the queue is closed and empty; blocks its thread.
    func run() {
        defer { feed.close() }
        while let group = queue.popGroup(bytes: Self.groupBytes) {
            guard store(group) else { return }
        }
    }

    /// False when it was stopped before there was room.
    private func store(_ group: [Delivery]) -> Bool {
        var pause: UInt32 = 50_000
        var said: SpoolError.Code?
        while true {
            let count = feed.acknowledgements
            do throws(SpoolError) {
                try write(group, usingReserve: group.allSatisfy(\.isUrgent))
                if let said { notice(said == .full ? .spoolHasRoom : .spoolWrittenAgain) }
                return true
            } catch {
                if said != error.code { notice(.spoolNotWritten(reason: "\(error)")) }
                said = error.code
                if error.code == .full, !storeUrgent() { return false }
            }
            if isStopping.load(ordering: .relaxed) { return false }
            if said == .full {
                feed.waitForRoom(since: count, within: .milliseconds(100))
            } else {
                usleep(pause)
                pause = min(pause * 2, 5_000_000)
            }
        }
    }

    /// Docker's events pass those that wait, as far as the reserve goes.
    ///
    /// - Returns: false when some were taken and could not be kept, which ends the work:
    ///   their positions must not be passed.
    private func storeUrgent() -> Bool {
        let urgent = queue.popUrgent()
        guard !urgent.isEmpty else { return true }
        while true {
            do throws(SpoolError) {
                try write(urgent, usingReserve: true)
                return true
            } catch {
                if isStopping.load(ordering: .relaxed) { return false }
                feed.waitForRoom(since: feed.acknowledgements, within: .milliseconds(100))
            }
        }
    }

    private func write(_ group: [Delivery], usingReserve: Bool) throws(SpoolError) {
        var items: [SpoolItem] = []
        // Which item ends a delivery.
        var lasts: [Int] = []
        for delivery in group {
            Self.split(delivery.batch, checkpoint: delivery.checkpoint?.encoded ?? [], &items)
            lasts.append(items.count - 1)
        }
        let placed = try spool.append(items, usingReserve: usingReserve)
        for (delivery, last) in zip(group, lasts) {
            delivery.acknowledge(before: placed[last].end)
        }
        for (item, place) in zip(items, placed) { feed.offer(item.batch, place) }
    }

    /// Parts what is too long for a record; only the last part has the position.
    private static func split(
        _ batch: EventBatch,
        checkpoint: [UInt8],
        _ items: inout [SpoolItem]
    ) {
        guard batch.bytes.count > itemBytes, batch.entries.count > 1 else {
            items.append(SpoolItem(batch: batch, checkpoint: checkpoint))
            return
        }
        let middle = batch.entries.count / 2
        split(batch.events(0..<middle), checkpoint: [], &items)
        split(batch.events(middle..<batch.entries.count), checkpoint: checkpoint, &items)
    }
}
