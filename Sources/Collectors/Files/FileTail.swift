// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// One path that is followed through rotation, truncation and absence.
///
/// Not `Sendable`: it belongs to the thread that reads.
final class FileTail {
    /// How the path stands.
    enum Condition: Equatable {
        case reading
        case missing
        case unreadable(reason: String)
    }

    /// A file that had the path before; its writer may not have noticed.
    struct Retired {
        let file: OpenFile
        let until: MonotonicTime
    }

    let target: FileTarget
    /// Replaced when more becomes known of the container it belongs to.
    var source: EventSource
    let context: TailContext
    var condition = Condition.missing
    var current: OpenFile? { didSet { filesVersion += 1 } }
    /// The oldest first.
    var retired: [Retired] = [] { didSet { filesVersion += 1 } }
    /// How far the file was read that was closed for want of descriptors; it is
    /// opened again when it changes.
    var parked: FilePosition?
    /// Files of this path that were read to their end and closed, the last ones:
    /// rotation keeps them under other names.
    var finished: [FilePosition] = []
    var wasOpened = false
    /// Grows when other files are open.
    private(set) var filesVersion = 0
    /// When something was last read.
    private(set) var lastRead = MonotonicTime(nanoseconds: 0)

    /// As the path was when it was last looked at.
    var lastSeen: FileStamp?
    /// When the file before this one was last written, nanoseconds since the
    /// epoch; what is older was there before, nil while there was none.
    var writtenBefore: Int64?
    /// Of files that were closed.
    var earlierCounts = FramingCounts()
    var isFirstOpen = true
    /// When another file last took the path.
    var lastRotation: MonotonicTime?
    /// Whether files of the path are opened as they appear.
    var isCaught = false
    private var deletedSince: MonotonicTime?

    /// How long a file is read on after another took its path: a daemon goes on
    /// writing to the old one until it is told to open the new.
    static let linger = Duration.seconds(10)
    /// Chunks read before others get their turn.
    private static let chunksPerTurn = 4

    init(_ target: FileTarget, context: TailContext) {
        self.target = target
        self.context = context
        source = target.source
    }

    /// All that framing did for this path.
    var counts: FramingCounts {
        var sum = earlierCounts
        for file in openFiles { sum.add(file.framer.counts) }
        return sum
    }

    var openFiles: [OpenFile] {
        retired.map(\.file) + (current.map { [$0] } ?? [])
    }

    /// The files that are followed, open or not.
    var identities: [FileIdentity] {
        openFiles.map(\.identity) + (parked.map { [$0.identity] } ?? [])
    }

    /// Bytes delivered or dropped of the file that now has the path.
    var offset: Int64 { current?.framer.safeOffset ?? parked?.offset ?? 0 }

    /// Bytes of it that wait to be read, when it was last looked at.
    var lag: Int64 {
        guard let seen = lastSeen else { return 0 }
        return max(0, seen.size - (current?.endOffset ?? parked?.offset ?? seen.size))
    }

    /// When what is gathered has waited long enough; nil when nothing waits.
    var deadline: MonotonicTime? {
        guard let patience = current?.framer.patience else { return nil }
        return lastRead.advanced(by: patience)
    }

    /// Whether the path leads to what it led to, and that was not written since.
    func isUnchanged(_ seen: FileStamp?) -> Bool {
        seen != nil && seen == lastSeen && retired.isEmpty && condition == .reading
            && (current != nil || parked != nil)
    }

    /// Looks at what the path leads to, and follows; true when there may be
    /// something to read.
    func check(_ seen: FileStamp?, now: MonotonicTime) -> Bool {
        closeRetired(now: now)
        defer { lastSeen = seen ?? lastSeen }
        if let current {
            let unread = current.unreadBytes ?? 0
            // With more to read, reading looks whether it is the same file.
            let isLast = unread == 0 || seen?.identity != current.identity
            if unread < 0 || isLast && current.isRewritten {
                restart()
            } else if let seen {
                deletedSince = nil
                if seen.identity == current.identity {
                    condition = .reading
                } else {
                    rotate(now: now)
                }
            } else {
                vanish(current, now: now)
            }
        } else if let position = parked {
            guard seen != nil else {
                condition = .missing
                return false
            }
            guard seen != lastSeen || condition != .reading else { return false }
            writtenBefore = writtenBefore ?? lastSeen?.modified
            parked = nil
            open(resuming: position)
        }
        if current == nil, parked == nil { openCaught() }
        if current == nil, parked == nil { openCurrent() }
        return current != nil || !retired.isEmpty
    }

    /// Reads a turn; true when more is waiting.
    func read() -> Bool {
        var isMore = false
        // The older first: what was written earlier is seen earlier.
        for old in retired where read(old.file, holdsPosition: false) == .more { isMore = true }
        guard let current else { return isMore }
        switch read(current, holdsPosition: true) {
        case .more: isMore = true
        case .end: break
        case .rewritten:
            restart()
            isMore = true
        }
        return isMore
    }

    /// Makes events of what was gathered and waited long enough.
    func flush() {
        guard let current else { return }
        var batch = EventBatch()
        current.flush(from: source, at: context.clock.now(), into: &batch)
        _ = send(batch, of: current, holdsPosition: true)
    }

    /// Reads to the end, and makes events of what waits but may be continued.
    func settle() {
        prepareLastReading()
        guard let current else { return }
        drain(current, holdsPosition: true)
        var batch = EventBatch()
        current.settle(from: source, at: context.clock.now(), into: &batch)
        _ = send(batch, of: current, holdsPosition: true)
    }

    /// Reads to the end, makes events of what waits, and closes.
    func finish() {
        prepareLastReading()
        closeAllRetired()
        if let current {
            drain(current, holdsPosition: true)
            close(current, holdsPosition: true)
        }
        current = nil
        parked = nil
        condition = .missing
        endCatching()
    }

    /// Closes the file until it changes; false when it has something to do.
    func park() -> Bool {
        guard let current, retired.isEmpty, condition == .reading,
            let stamp = current.stamp, stamp.size == current.endOffset, stamp == lastSeen
        else { return false }
        earlierCounts.add(current.framer.counts)
        parked = current.position
        self.current = nil
        return true
    }

    /// Opens what was not open yet, or is another file by now.
    private func prepareLastReading() {
        if isCaught { takeCaught() }
        if let position = parked {
            parked = nil
            open(resuming: position)
        } else if current == nil {
            openCurrent()
        } else if current?.isRewritten == true {
            restart()
        }
    }

    /// No file has the path.
    ///
    /// One that was only renamed is read on until another
    /// appears; a deleted one is given up after a while, for its space.
    private func vanish(_ file: OpenFile, now: MonotonicTime) {
        condition = .missing
        guard file.isDeleted else { return }
        let since = deletedSince ?? now
        deletedSince = since
        guard now > since.advanced(by: Self.linger) else { return }
        drain(file, holdsPosition: true)
        writtenBefore = file.stamp?.modified ?? writtenBefore
        close(file, holdsPosition: true)
        current = nil
        deletedSince = nil
    }

    private func closeRetired(now: MonotonicTime) {
        for old in retired where now > old.until {
            drain(old.file, holdsPosition: false)
            close(old.file, holdsPosition: false)
        }
        guard retired.contains(where: { now > $0.until }) else { return }
        retired.removeAll { now > $0.until }
        // What comes next is in the file that has the path: its position takes
        // over, also when nothing came yet.
        if retired.isEmpty { takePosition() }
    }

    /// From here on a restart goes on with the file that has the path.
    func takePosition() {
        guard let current else { return }
        let checkpoint = checkpoint(of: current)
        _ = context.deliver(Delivery(batch: EventBatch(), checkpoint: checkpoint))
    }

    private func closeAllRetired() {
        for old in retired {
            drain(old.file, holdsPosition: false)
            close(old.file, holdsPosition: false)
        }
        retired.removeAll()
    }

    /// Makes events of what waits for its end, and remembers the file as read.
    func close(_ file: OpenFile, holdsPosition: Bool) {
        var batch = EventBatch()
        file.finish(from: source, at: context.clock.now(), into: &batch)
        _ = send(batch, of: file, holdsPosition: holdsPosition)
        forget(file)
    }

    /// Keeps what a file counted and which it was.
    func forget(_ file: OpenFile) {
        earlierCounts.add(file.framer.counts)
        // A file without a byte is not known again by its beginning.
        guard file.head.length > 0 else { return }
        finished.append(file.position)
        if finished.count > Self.finishedLimit { finished.removeFirst() }
    }

    private static let finishedLimit = 16

    /// Reads to the end; false when the file was written anew meanwhile.
    @discardableResult
    func drain(_ file: OpenFile, holdsPosition: Bool) -> Bool {
        var turn = Turn.more
        while turn == .more { turn = read(file, holdsPosition: holdsPosition) }
        return turn != .rewritten
    }

    /// How a turn of reading ended.
    private enum Turn {
        case more, end, rewritten
    }

    private func read(_ file: OpenFile, holdsPosition: Bool) -> Turn {
        for _ in 0..<Self.chunksPerTurn {
            var batch = EventBatch()
            switch file.read(from: source, at: context.clock.now(), into: &batch) {
            case .end: return .end
            case .rewritten: return .rewritten
            case .failed(let reason):
                condition = .unreadable(reason: reason)
                return .end
            case .bytes:
                lastRead = MonotonicTime.now
                guard send(batch, of: file, holdsPosition: holdsPosition) else { return .end }
            }
        }
        return .more
    }

    /// Only one file of the path has a position to remember: the one that is
    /// read on after a restart.
    private func send(_ batch: EventBatch, of file: OpenFile, holdsPosition: Bool) -> Bool {
        guard !batch.isEmpty else { return true }
        return context.deliver(
            Delivery(batch: batch, checkpoint: holdsPosition ? checkpoint(of: file) : nil)
        )
    }

    private func checkpoint(of file: OpenFile) -> Checkpoint {
        Checkpoint(
            ledger: context.ledger,
            source: target.key,
            change: .advance(.file(file.position))
        )
    }

    /// Source: around-the-engine.md §2.4; rules of the group `ossec` match
    /// these texts.
    func announce(_ what: String) {
        guard target.announcesChanges else { return }
        var text = Array("ossec: \(what): '".utf8)
        text += target.path.bytes
        text += Array("'.".utf8)
        var batch = EventBatch()
        let source = EventSource(agent: target.source.agent, location: "logcollector")
        batch.append(text, from: source, at: context.clock.now())
        _ = context.deliver(Delivery(batch: batch, checkpoint: nil))
    }
}
