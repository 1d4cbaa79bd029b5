// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// The work of a ``FileWatcher``'s thread.
///
/// Not `Sendable`: made and used on that thread alone.
final class FileWatchLoop {
    private let configuration: FileWatcher.Configuration
    private let queue: EventQueue
    private let ledger: PositionLedger
    private let board: StatusBoard
    private let inotify = Inotify()

    private var tails: [FileTargetID: FileTail] = [:]
    private var localFiles: [LocalFileExpansion] = []
    private var watches = WatchTable()
    /// Tails with something to read.
    private var ready: Set<FileTargetID> = []
    private var clock = LocalClock()
    private var nextSweep = MonotonicTime(nanoseconds: 0)
    private var nextLocalID = -1
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
    }

    /// Works until it is told to stop or the queue is closed.
    func run(bell: Bell, commands: () -> [FileWatcher.Command]) {
        while !isStopping {
            sleep(bell)
            for command in commands() { obey(command) }
            takeNotices()
            sweepIfDue()
            readReady()
        }
    }

    // MARK: Waiting

    /// Returns when there is a command, a notice, or it is time to sweep; at
    /// once when there is something to read.
    private func sleep(_ bell: Bell) {
        let wait = ready.isEmpty ? nextSweep.nanoseconds - MonotonicTime.now.nanoseconds : 0
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
        var changedFolders = false
        for notice in inotify.notices() {
            if notice.isOverflow { nextSweep = MonotonicTime(nanoseconds: 0) }
            changedFolders = changedFolders || watches.isFolder(notice.watch)
            for id in watches.users(of: notice.watch) { check(id) }
            if notice.isGone { watches.forget(notice.watch) }
        }
        if changedFolders { expandAll() }
    }

    /// Looks at everything again, and watches what could not be watched before.
    private func sweepIfDue() {
        let now = MonotonicTime.now
        guard now >= nextSweep else { return }
        expandAll()
        for id in tails.keys { check(id) }
        let isPolling = inotify == nil || watches.isIncomplete
        nextSweep = now.advanced(
            by: isPolling ? configuration.pollInterval : configuration.interval
        )
    }

    // MARK: Commands

    private func obey(_ command: FileWatcher.Command) {
        switch command {
        case .follow(let target): follow(target)
        case .replaceSource(let id, let source): tails[id]?.source = source
        case .settle(let id): tails[id]?.settle(clock: &clock, deliver: deliver)
        case .finish(let id, let reason): finish(id, reason)
        case .collect(let file, let agent):
            localFiles.append(LocalFileExpansion(file, agent: agent))
            expand(localFiles.count - 1)
        case .stop: isStopping = true
        }
    }

    private func follow(_ target: FileTarget) {
        tails[target.id] = FileTail(target, ledger: ledger)
        board.update(target.statusName) { _ in }
        check(target.id)
    }

    private func finish(_ id: FileTargetID, _ reason: FileWatcher.FinishReason) {
        guard let tail = tails.removeValue(forKey: id) else { return }
        ready.remove(id)
        if reason != .readElsewhere { tail.finish(clock: &clock, deliver: deliver) }
        report(tail)
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

    /// Looks at where a tail's path leads, and marks it for reading.
    private func check(_ id: FileTargetID) {
        guard let tail = tails[id] else { return }
        let mayHaveMore = tail.check(now: MonotonicTime.now, clock: &clock, deliver: deliver)
        if mayHaveMore { ready.insert(id) }
        watch(tail)
        report(tail)
    }

    private func watch(_ tail: FileTail) {
        guard let inotify else { return }
        let id = tail.target.id
        let files = [tail.retired, tail.current].compactMap { $0 }
        let old = watches.set(
            folder: inotify.watch(tail.target.path.parent, for: Inotify.folderChanges),
            files: files.map { inotify.watch(openFile: $0.descriptor) },
            for: id
        )
        for watch in old { inotify.unwatch(watch) }
    }

    private func readReady() {
        for id in ready {
            guard let tail = tails[id] else {
                ready.remove(id)
                continue
            }
            if !tail.read(clock: &clock, deliver: deliver) { ready.remove(id) }
            report(tail)
            if isStopping { return }
        }
    }

    private func deliver(_ delivery: Delivery) -> Bool {
        if queue.pushBlocking(delivery) { return true }
        isStopping = true
        return false
    }

    private func report(_ tail: FileTail) {
        board.update(tail.target.statusName) { status in
            switch tail.condition {
            case .reading: status.state = .connected("")
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

    // MARK: Local files

    private func expandAll() {
        for index in localFiles.indices { expand(index) }
    }

    private func expand(_ index: Int) {
        let folders = localFiles[index].file.location.folders()
        if let inotify {
            watches.keepFolders(
                folders.compactMap { inotify.watch($0, for: Inotify.folderChanges) }
            )
        }
        let change = localFiles[index].expand(
            atSeconds: LocalClock.nanoseconds() / 1_000_000_000,
            now: MonotonicTime.now,
            open: openFiles
        )
        for (path, start) in change.appeared {
            let id = FileTargetID(number: nextLocalID)
            nextLocalID -= 1
            localFiles[index].ids[path] = id
            follow(localFiles[index].target(path, id: id, start: start))
        }
        for id in change.vanished { finish(id, .removedBeforeStart) }
    }

    private func openFiles() -> Set<FileIdentity> {
        var files: Set<FileIdentity> = []
        for tail in tails.values {
            for file in [tail.current, tail.retired] { if let file { files.insert(file.identity) } }
        }
        return files
    }
}
