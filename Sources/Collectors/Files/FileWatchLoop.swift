// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// The work of a ``FileWatcher``'s thread.
///
/// Not `Sendable`: made and used on that thread alone.
final class FileWatchLoop {
    let configuration: FileWatcher.Configuration
    private let queue: EventQueue
    let board: StatusBoard
    let inotify: Inotify?
    private let openFileLimit: Int
    private lazy var context = TailContext(
        ledger: ledger,
        take: { [unowned self] in deliver($0) },
        isOpen: { [unowned self] in files.contains($0, besides: $1) }
    )
    private let ledger: PositionLedger

    var tails: [FileTargetID: FileTail] = [:]
    var idsByPath: [FilePath: FileTargetID] = [:]
    var watches = WatchTable()
    private var watchedVersions: [FileTargetID: Int] = [:]
    var files = OpenFileTable()
    var localFiles: [LocalFileExpansion] = []
    /// Tails with something to read.
    private var ready: Set<FileTargetID> = []
    /// When what a tail has gathered has waited long enough.
    private var deadlines: [FileTargetID: MonotonicTime] = [:]
    private var nextSweep = MonotonicTime(nanoseconds: 0)
    private var nextPoll = MonotonicTime(nanoseconds: .max)
    private var nextWatching = MonotonicTime(nanoseconds: 0)
    var nextExpansion = MonotonicTime(nanoseconds: 0)
    /// Before this, patterns are not expanded again for a change of folders.
    var earliestExpansion = MonotonicTime(nanoseconds: 0)
    var nextLocalID = -1
    private var isStopping = false

    init(
        configuration: FileWatcher.Configuration,
        queue: EventQueue,
        ledger: PositionLedger,
        board: StatusBoard
    ) {
        self.configuration = configuration
        self.queue = queue
        self.ledger = ledger
        self.board = board
        inotify = Inotify(limit: configuration.watchLimit)
        openFileLimit = configuration.openFileLimit ?? OpenFileTable.systemLimit
    }

    /// Works until it is told to stop or the queue is closed.
    func run(bell: Bell, commands: () -> [FileWatcher.Command]) {
        while !isStopping {
            sleep(bell)
            for command in commands() { obey(command) }
            takeNotices()
            lookAgainIfDue()
            readReady()
            flushDue()
            closeIdle()
        }
        context.catcher?.stop()
    }

    // MARK: Waiting

    /// Returns when there is a command, a notice, or it is time to look again;
    /// at once when there is something to read.
    private func sleep(_ bell: Bell) {
        var next = min(nextSweep, nextPoll)
        if let due = deadlines.values.min() { next = min(next, due) }
        if nextExpansion < next { next = max(nextExpansion, earliestExpansion) }
        let wait = ready.isEmpty ? next.nanoseconds - MonotonicTime.now.nanoseconds : 0
        var polled = [pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)]
        if let inotify {
            polled.append(pollfd(fd: inotify.descriptor, events: Int16(POLLIN), revents: 0))
        }
        // Rounded up: rounded down it would wake just before the time.
        let milliseconds = Int32(clamping: max(0, wait + 999_999) / 1_000_000)
        poll(&polled, nfds_t(polled.count), milliseconds)
        if polled[0].revents != 0 { bell.silence() }
    }

    private func takeNotices() {
        guard let inotify else { return }
        var changed: Set<FileTargetID> = []
        for notice in inotify.notices() {
            if notice.isOverflow {
                nextSweep = MonotonicTime(nanoseconds: 0)
                nextExpansion = nextSweep
            } else if watches.isFolder(notice.watch), !notice.name.isEmpty {
                takeFolderNotice(notice, &changed)
            } else {
                changed.formUnion(watches.users(of: notice.watch))
                if watches.isFolder(notice.watch) { nextExpansion = MonotonicTime(nanoseconds: 0) }
            }
            if notice.isGone { watches.forget(notice.watch) }
        }
        for id in changed { check(id) }
    }

    /// Only what bears the name can have changed.
    private func takeFolderNotice(_ notice: Inotify.Notice, _ changed: inout Set<FileTargetID>) {
        if notice.isFolder { nextExpansion = MonotonicTime(nanoseconds: 0) }
        for folder in watches.paths(of: notice.watch) {
            let path = folder.appending(notice.name)
            if let id = idsByPath[path] {
                changed.insert(id)
            } else if !notice.isFolder {
                consider(path)
            }
        }
    }

    /// Looks at what inotify does not tell of: at everything now and then, more
    /// often at what cannot be watched.
    private func lookAgainIfDue() {
        let now = MonotonicTime.now
        if now >= nextExpansion, now >= earliestExpansion { expandAll() }
        if now >= nextSweep {
            for id in tails.keys { checkIfChanged(id) }
            giveUpVanished(now)
            nextSweep = now.advanced(
                by: inotify == nil ? configuration.pollInterval : configuration.interval
            )
            if localFiles.contains(where: { !$0.file.location.isGlob }) || inotify == nil {
                nextExpansion = MonotonicTime(nanoseconds: 0)
            }
        } else if now >= nextPoll {
            for id in watches.incomplete { checkIfChanged(id) }
        }
        let isPolling = inotify != nil && !watches.incomplete.isEmpty
        nextPoll =
            isPolling
            ? now.advanced(by: configuration.pollInterval) : MonotonicTime(nanoseconds: .max)
    }

    // MARK: Commands

    private func obey(_ command: FileWatcher.Command) {
        switch command {
        case .follow(let target): follow(target)
        case .replaceSource(let id, let source): tails[id]?.source = source
        case .catchRotations(let id): tails[id]?.beginCatching()
        case .settle(let id): tails[id]?.settle()
        case .finish(let id, let reason): finish(id, reason)
        case .collect(let file, let agent):
            localFiles.append(LocalFileExpansion(file, agent: agent))
            expand(localFiles.count - 1)
        case .stop: isStopping = true
        }
    }

    func follow(_ target: FileTarget) {
        tails[target.id] = FileTail(target, context: context)
        idsByPath[target.path] = target.id
        board.update(target.statusName) { _ in }
        check(target.id)
    }

    func finish(_ id: FileTargetID, _ reason: FileWatcher.FinishReason) {
        guard let tail = tails.removeValue(forKey: id) else { return }
        ready.remove(id)
        deadlines[id] = nil
        watchedVersions[id] = nil
        if idsByPath[tail.target.path] == id { idsByPath[tail.target.path] = nil }
        if reason != .readElsewhere { tail.finish() }
        report(tail)
        files.set([], open: 0, of: id)
        for watch in watches.remove(id) { inotify?.unwatch(watch) }
        if reason == .removedAfterStart, !tail.wasOpened {
            board.updateTotals { $0.missedContainers += 1 }
            board.update(tail.target.statusName) {
                $0.state = .failed(reason: "gone before its log could be opened")
            }
        }
        board.remove(tail.target.statusName)
        _ = deliver(
            Delivery(
                batch: EventBatch(),
                checkpoint: Checkpoint(
                    ledger: ledger,
                    source: tail.target.key,
                    change: .forget
                )
            )
        )
    }

    // MARK: Files

    /// One call to the system when nothing has changed.
    private func checkIfChanged(_ id: FileTargetID) {
        guard let tail = tails[id] else { return }
        let seen = FileStamp(at: tail.target.path)
        if tail.isUnchanged(seen), watches.isWatched(id) || inotify == nil { return }
        check(tail, seen)
    }

    /// Looks at where a tail's path leads, and marks it for reading.
    private func check(_ id: FileTargetID) {
        guard let tail = tails[id] else { return }
        check(tail, FileStamp(at: tail.target.path))
    }

    private func check(_ tail: FileTail, _ seen: FileStamp?) {
        let mayHaveMore = tail.check(seen, now: MonotonicTime.now)
        if mayHaveMore { ready.insert(tail.target.id) }
        watch(tail)
        report(tail)
    }

    private func watch(_ tail: FileTail) {
        let id = tail.target.id
        let isNew = watchedVersions[id] != tail.filesVersion
        if isNew { files.set(tail.identities, open: tail.openFiles.count, of: id) }
        guard let inotify, isNew || !watches.isWatched(id) else { return }
        // Without room for more watches, asking for one is not repeated at once.
        guard isNew || !watches.incomplete.contains(id) || MonotonicTime.now >= nextWatching else {
            return
        }
        watchedVersions[id] = tail.filesVersion
        var watched = tail.openFiles.map { inotify.watch(openFile: $0.descriptor) }
        if tail.parked != nil {
            watched.append(inotify.watch(tail.target.path, for: Inotify.fileChanges))
        }
        let folder = tail.target.path.parent
        let old = watches.set(
            folder: inotify.watch(folder, for: Inotify.folderChanges),
            at: folder,
            files: watched,
            for: id
        )
        for watch in old { inotify.unwatch(watch) }
        if watched.contains(nil) {
            nextWatching = MonotonicTime.now.advanced(by: Self.watchingInterval)
        }
    }

    /// How long after a refusal another watch is asked for.
    private static let watchingInterval = Duration.seconds(10)

    private func readReady() {
        for id in ready {
            guard let tail = tails[id] else {
                ready.remove(id)
                continue
            }
            let hasMore = tail.read()
            if !hasMore { ready.remove(id) }
            deadlines[id] = tail.deadline
            // A file that was written anew while it was read is another.
            watch(tail)
            report(tail)
            if isStopping { return }
        }
    }

    private func flushDue() {
        guard !deadlines.isEmpty else { return }
        let now = MonotonicTime.now
        for (id, deadline) in deadlines where deadline <= now && !ready.contains(id) {
            deadlines[id] = nil
            guard let tail = tails[id] else { continue }
            // What was written meanwhile may belong to it.
            check(id)
            if tail.read() {
                ready.insert(id)
            } else if let due = tail.deadline, due > MonotonicTime.now {
                deadlines[id] = due
            } else {
                tail.flush()
            }
            report(tail)
        }
    }

    /// Closes files that rest when too many are open, those first that were
    /// read longest ago.
    private func closeIdle() {
        guard files.openCount > openFileLimit else { return }
        let idle = tails.values.filter { !ready.contains($0.target.id) }
            .sorted { $0.lastRead < $1.lastRead }
        for tail in idle where files.openCount > openFileLimit * 9 / 10 {
            guard tail.park() else { continue }
            deadlines[tail.target.id] = nil
            watch(tail)
        }
    }

    private func deliver(_ delivery: Delivery) -> Bool {
        if queue.pushBlocking(delivery) { return true }
        isStopping = true
        return false
    }

    private func report(_ tail: FileTail) {
        let isPolled = watches.incomplete.contains(tail.target.id)
        board.update(tail.target.statusName) { status in
            switch tail.condition {
            case .reading:
                let detail = inotify == nil ? Self.unnoticed : isPolled ? Self.polled : ""
                status.state = .connected(detail)
            case .missing:
                status.state = .waiting(reason: "no such file", retrySeconds: nil)
            case .unreadable(let reason):
                status.state = .waiting(reason: reason, retrySeconds: nil)
            }
            status.offset = tail.offset
            status.lag = tail.lag
            status.counts = tail.counts
        }
    }

    private static let polled =
        "looked at every second, for lack of watches: raise fs.inotify.max_user_watches"

    private static let unnoticed =
        "looked at every second, for lack of inotify: raise fs.inotify.max_user_instances"
}
