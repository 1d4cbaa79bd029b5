// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// One path that is followed through rotation, truncation and absence.
///
/// Not `Sendable`: it belongs to the thread that reads. Its deliveries go to
/// `deliver`, which says false when no more are taken.
final class FileTail {
    typealias Deliver = (Delivery) -> Bool

    /// How the path stands.
    enum Condition: Equatable {
        case reading
        case missing
        case unreadable(reason: String)
    }

    let target: FileTarget
    /// Replaced when more becomes known of the container it belongs to.
    var source: EventSource
    private(set) var condition = Condition.missing
    private(set) var current: OpenFile?
    /// The file that had the path before; its writer may not have noticed.
    private(set) var retired: OpenFile?
    private(set) var wasOpened = false

    private let ledger: PositionLedger
    private var retiredUntil = MonotonicTime(nanoseconds: 0)
    private var deletedSince: MonotonicTime?
    /// Of files that were closed.
    private var earlierCounts = FramingCounts()
    private var isFirstOpen = true

    /// How long a file is read on after another took its path: a daemon goes on
    /// writing to the old one until it is told to open the new.
    static let linger = Duration.seconds(10)
    /// Chunks read before others get their turn.
    private static let chunksPerTurn = 4

    init(_ target: FileTarget, ledger: PositionLedger) {
        self.target = target
        self.ledger = ledger
        source = target.source
    }

    /// All that framing did for this path.
    var counts: FramingCounts {
        var sum = earlierCounts
        for file in [current, retired] { if let file { sum.add(file.framer.counts) } }
        return sum
    }

    /// Bytes delivered or dropped of the file that now has the path.
    var offset: Int64 { current?.framer.safeOffset ?? 0 }

    /// Bytes of it that wait to be read.
    var lag: Int64 { max(0, current?.unreadBytes ?? 0) }

    /// Looks at what the path leads to, and follows; true when there may be
    /// something to read.
    func check(now: MonotonicTime, clock: inout LocalClock, deliver: Deliver) -> Bool {
        closeRetired(now: now, clock: &clock, deliver: deliver)
        if let current {
            if (current.unreadBytes ?? 0) < 0 || current.isRewritten {
                restart(clock: &clock, deliver: deliver)
            } else if let found = FileIdentity(at: target.path) {
                deletedSince = nil
                if found != current.identity {
                    rotate(now: now, clock: &clock, deliver: deliver)
                } else {
                    condition = .reading
                }
            } else {
                vanish(current, now: now, clock: &clock, deliver: deliver)
            }
        }
        if current == nil { openCurrent(clock: &clock, deliver: deliver) }
        return current != nil || retired != nil
    }

    /// Reads a turn; true when more is waiting.
    func read(clock: inout LocalClock, deliver: Deliver) -> Bool {
        var isMore = false
        // The older first: what was written earlier is seen earlier.
        for (file, isCurrent) in [(retired, false), (current, true)] {
            guard let file else { continue }
            switch read(file, isCurrent: isCurrent, clock: &clock, deliver: deliver) {
            case .more: isMore = true
            case .end: break
            case .rewritten:
                guard isCurrent else { break }
                restart(clock: &clock, deliver: deliver)
                isMore = true
            }
        }
        return isMore
    }

    /// Reads to the end, and makes events of what waits but may be continued.
    func settle(clock: inout LocalClock, deliver: Deliver) {
        prepareLastReading(clock: &clock, deliver: deliver)
        guard let current else { return }
        drain(current, isCurrent: true, clock: &clock, deliver: deliver)
        var batch = EventBatch()
        current.settle(from: source, at: clock.now(), into: &batch)
        _ = send(batch, of: current, isCurrent: true, deliver: deliver)
    }

    /// Reads to the end, makes events of what waits, and closes.
    func finish(clock: inout LocalClock, deliver: Deliver) {
        prepareLastReading(clock: &clock, deliver: deliver)
        for (file, isCurrent) in [(retired, false), (current, true)] {
            guard let file else { continue }
            drain(file, isCurrent: isCurrent, clock: &clock, deliver: deliver)
            close(file, isCurrent: isCurrent, clock: &clock, deliver: deliver)
        }
        retired = nil
        current = nil
        condition = .missing
    }

    /// Opens what was not open yet, or is another file by now.
    private func prepareLastReading(clock: inout LocalClock, deliver: Deliver) {
        if current == nil {
            openCurrent(clock: &clock, deliver: deliver)
        } else if current?.isRewritten == true {
            restart(clock: &clock, deliver: deliver)
        }
    }

    private func openCurrent(clock: inout LocalClock, deliver: Deliver) {
        let saved = isFirstOpen ? savedPosition : nil
        let isFirst = isFirstOpen
        var replaced: FilePosition?
        do {
            let file = try OpenFile(target.path, format: target.format) { look in
                guard let saved else {
                    return isFirst && target.start == .end ? look.size : 0
                }
                if look.isContinued(from: saved) { return saved.offset }
                replaced = saved
                return 0
            }
            current = file
            condition = .reading
            wasOpened = true
            if let replaced {
                readRotated(replaced, clock: &clock, deliver: deliver)
            }
            // A file that has no position yet has one from now on, lest a restart
            // before its first line takes it for new and skips that line.
            if ledger.position(of: target.key) == nil {
                ledger.record(.file(file.position), for: target.key)
            }
        } catch {
            condition = error.isMissing ? .missing : .unreadable(reason: error.reason)
        }
        isFirstOpen = false
    }

    private var savedPosition: FilePosition? {
        guard case .file(let position) = ledger.position(of: target.key) else { return nil }
        return position
    }

    /// The file was rotated while Jaga was not running: what it had not yet
    /// read is in a sibling of the same inode, unless that was compressed.
    private func readRotated(
        _ position: FilePosition,
        clock: inout LocalClock,
        deliver: Deliver
    ) {
        guard position.identity.inode != current?.identity.inode,
            let sibling = Folder(target.path.parent).path(ofInode: position.identity.inode)
        else { return }
        let file = try? OpenFile(sibling, format: target.format) { look in
            look.isContinued(from: position) ? position.offset : look.size
        }
        // Without it only what was written before a rotation that Jaga did not
        // see is lost, as it would be without the sibling.
        guard let file else { return }
        drain(file, isCurrent: false, clock: &clock, deliver: deliver)
        close(file, isCurrent: false, clock: &clock, deliver: deliver)
    }

    private func rotate(now: MonotonicTime, clock: inout LocalClock, deliver: Deliver) {
        guard let old = current else { return }
        if let older = retired {
            drain(older, isCurrent: false, clock: &clock, deliver: deliver)
            close(older, isCurrent: false, clock: &clock, deliver: deliver)
        }
        drain(old, isCurrent: false, clock: &clock, deliver: deliver)
        retired = old
        retiredUntil = now.advanced(by: Self.linger)
        current = nil
        announce("File rotated (inode changed)", clock: &clock, deliver: deliver)
        openCurrent(clock: &clock, deliver: deliver)
    }

    private func restart(clock: inout LocalClock, deliver: Deliver) {
        guard let old = current else { return }
        close(old, isCurrent: false, clock: &clock, deliver: deliver)
        current = nil
        announce("File size reduced (inode remained)", clock: &clock, deliver: deliver)
        openCurrent(clock: &clock, deliver: deliver)
    }

    /// No file has the path.
    ///
    /// One that was only renamed is read on until another
    /// appears; a deleted one is given up after a while, for its space.
    private func vanish(
        _ file: OpenFile,
        now: MonotonicTime,
        clock: inout LocalClock,
        deliver: Deliver
    ) {
        condition = .missing
        guard file.isDeleted else { return }
        let since = deletedSince ?? now
        deletedSince = since
        guard now > since.advanced(by: Self.linger) else { return }
        drain(file, isCurrent: true, clock: &clock, deliver: deliver)
        close(file, isCurrent: true, clock: &clock, deliver: deliver)
        current = nil
        deletedSince = nil
    }

    private func closeRetired(now: MonotonicTime, clock: inout LocalClock, deliver: Deliver) {
        guard let file = retired, now > retiredUntil else { return }
        drain(file, isCurrent: false, clock: &clock, deliver: deliver)
        close(file, isCurrent: false, clock: &clock, deliver: deliver)
        retired = nil
    }

    private func close(
        _ file: OpenFile,
        isCurrent: Bool,
        clock: inout LocalClock,
        deliver: Deliver
    ) {
        var batch = EventBatch()
        file.finish(from: source, at: clock.now(), into: &batch)
        _ = send(batch, of: file, isCurrent: isCurrent, deliver: deliver)
        earlierCounts.add(file.framer.counts)
    }

    private func drain(
        _ file: OpenFile,
        isCurrent: Bool,
        clock: inout LocalClock,
        deliver: Deliver
    ) {
        while read(file, isCurrent: isCurrent, clock: &clock, deliver: deliver) == .more {}
    }

    /// How a turn of reading ended.
    private enum Turn {
        case more, end, rewritten
    }

    private func read(
        _ file: OpenFile,
        isCurrent: Bool,
        clock: inout LocalClock,
        deliver: Deliver
    ) -> Turn {
        for _ in 0..<Self.chunksPerTurn {
            var batch = EventBatch()
            switch file.read(from: source, at: clock.now(), into: &batch) {
            case .end: return .end
            case .rewritten: return .rewritten
            case .failed(let reason):
                condition = .unreadable(reason: reason)
                return .end
            case .bytes:
                guard send(batch, of: file, isCurrent: isCurrent, deliver: deliver) else {
                    return .end
                }
            }
        }
        return .more
    }

    /// Only the file that has the path has a position to remember.
    private func send(
        _ batch: EventBatch,
        of file: OpenFile,
        isCurrent: Bool,
        deliver: Deliver
    ) -> Bool {
        guard !batch.isEmpty else { return true }
        let checkpoint = Checkpoint(
            ledger: ledger,
            source: target.key,
            change: .advance(.file(file.position))
        )
        return deliver(Delivery(batch: batch, checkpoint: isCurrent ? checkpoint : nil))
    }

    /// Source: around-the-engine.md §2.4; rules of the group `ossec` match
    /// these texts.
    private func announce(_ what: String, clock: inout LocalClock, deliver: Deliver) {
        guard target.announcesChanges else { return }
        var text = Array("ossec: \(what): '".utf8)
        text += target.path.bytes
        text += Array("'.".utf8)
        var batch = EventBatch()
        let source = EventSource(agent: target.source.agent, location: "logcollector")
        batch.append(text, from: source, at: clock.now())
        _ = deliver(Delivery(batch: batch, checkpoint: nil))
    }
}

extension FramingCounts {
    /// Adds what another file's framing did.
    mutating func add(_ other: FramingCounts) {
        events += other.events
        bytes += other.bytes
        dropped += other.dropped
        truncated += other.truncated
        malformed += other.malformed
    }
}
