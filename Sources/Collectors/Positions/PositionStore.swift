// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Writes a ledger's positions to a file whenever they changed, on a thread of
/// its own.
package final class PositionStore: Sendable {
    /// Largest file that is read; some 500,000 positions.
    private static let sizeLimit = 64 << 20
    /// Changes are gathered for this long.
    private static let interval = Duration.seconds(1)

    package let ledger: PositionLedger
    /// Lines of the file that could not be understood at the start.
    package let damagedLines: Int
    private let path: FilePath
    private let began = LocalClock.nanoseconds()
    /// Why the thread should not go on waiting.
    private struct Calls {
        var isStopping = false
        var hasNewSource = false
    }

    private let monitor = Monitor(Calls())
    private let prepare = Mutex<(@Sendable (UInt64) throws -> Void)?>(nil)
    private let savedVersion = Mutex(-1)
    private let thread = Mutex<DedicatedThread?>(nil)
    private let failure = Mutex<CollectorError?>(nil)

    /// Reads the positions at `path`; there are none when the file is missing.
    ///
    /// - Throws: ``CollectorError`` `positions-unreadable`: the caller may go
    ///   on with a fresh ledger, and sources are read as at the first start.
    package init(path: String) throws {
        self.path = FilePath(path)
        guard let bytes = try self.path.contents(limit: Self.sizeLimit) else {
            ledger = PositionLedger()
            damagedLines = 0
            return
        }
        guard let (contents, damaged) = PositionFile.parse(bytes) else {
            throw CollectorError(
                .positionsUnreadable,
                "\(path) is no file of positions: remove it to start anew"
            )
        }
        ledger = PositionLedger(contents)
        damagedLines = damaged
    }

    /// Why the last write failed; nil when it did not.
    package var lastFailure: CollectorError? { failure.withLock { $0 } }

    /// Begins to write changes as they come; at once when a source is new, else every
    /// second.
    ///
    /// `prepare` is called before each writing: it makes sure that the spool's records
    /// before a sequence are on the disk, which the positions rely on. The first are
    /// written before this returns: a run that is killed in its first second was alive,
    /// and what began after it was is read whole.
    /// - Throws: ``CollectorError`` `no-thread`, `positions-not-saved`.
    package func start(prepare: @escaping @Sendable (UInt64) throws -> Void) throws {
        self.prepare.withLock { $0 = prepare }
        try save()
        ledger.onNewSource { [monitor] in
            monitor.withLock { $0.hasNewSource = true }
            monitor.wakeAll()
        }
        let started = try DedicatedThread(name: "positions") { [self] in
            while waitForWork() { saveNotingFailure() }
        }
        thread.withLock { $0 = started }
    }

    /// False when the thread is to end.
    private func waitForWork() -> Bool {
        let isStopping = monitor.wait(
            until: MonotonicTime.now.advanced(by: Self.interval)
        ) { calls -> Bool? in
            guard calls.isStopping || calls.hasNewSource else { return nil }
            calls.hasNewSource = false
            return calls.isStopping
        }
        return isStopping != true
    }

    /// Ends the thread and writes what changed since.
    ///
    /// Call it after the last delivery was acknowledged; it blocks.
    package func stop() {
        monitor.withLock { $0.isStopping = true }
        monitor.wakeAll()
        thread.withLock { $0 }?.join()
        saveNotingFailure()
    }

    /// Writes the positions if they changed since the last time.
    ///
    /// - Throws: ``CollectorError`` `positions-not-saved`.
    package func save() throws {
        let (contents, version) = ledger.snapshot
        guard savedVersion.withLock({ $0 != version }) else { return }
        try prepare.withLock { $0 }?(contents.spooledBefore)
        var active = contents
        active.lastActive = LocalClock.nanoseconds()
        active.firstRun = ledger.firstRun ?? began
        try path.replaceContents(with: PositionFile.render(active))
        savedVersion.withLock { $0 = version }
    }

    private func saveNotingFailure() {
        do {
            try save()
            failure.withLock { $0 = nil }
        } catch {
            let said = error as? CollectorError ?? CollectorError(.positionsNotSaved, "\(error)")
            failure.withLock { $0 = said }
        }
    }
}
