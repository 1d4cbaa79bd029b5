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
    private let monitor = Monitor(isStopping: false)
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

    /// Begins to write changes as they come.
    ///
    /// The first are written before this returns: a run that is killed in its
    /// first second was alive, and what began after it was is read whole.
    /// - Throws: ``CollectorError`` `no-thread`, `positions-not-saved`.
    package func start() throws {
        try save()
        let started = try DedicatedThread(name: "positions") { [self] in
            while monitor.wait(
                until: MonotonicTime.now.advanced(by: Self.interval),
                for: { $0 ? true : nil }
            ) == nil {
                saveNotingFailure()
            }
        }
        thread.withLock { $0 = started }
    }

    /// Ends the thread and writes what changed since.
    ///
    /// Call it after the last delivery was acknowledged; it blocks.
    package func stop() {
        monitor.withLock { $0 = true }
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
        var active = contents
        active.lastActive = LocalClock.nanoseconds()
        try path.replaceContents(with: PositionFile.render(active))
        savedVersion.withLock { $0 = version }
    }

    private func saveNotingFailure() {
        do {
            try save()
            failure.withLock { $0 = nil }
        } catch {
            let said = error as? CollectorError
            failure.withLock { $0 = said }
        }
    }
}

extension Monitor where State == Bool {
    convenience init(isStopping: Bool) {
        self.init(isStopping)
    }
}
