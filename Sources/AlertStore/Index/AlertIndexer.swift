// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Follows a record and indexes it: the one writer of an index.
///
/// What is read of the record and what is indexed are committed together, so
/// after a crash at any moment no alert is in the index twice and none is
/// missing. A damaged index is begun anew, by itself.
///
/// ``run()`` blocks the thread it is given; the other calls are for any thread.
package final class AlertIndexer: Sendable {
    /// Where the record and the index are, and what is kept.
    package struct Configuration: Sendable {
        /// Folder of the record: `DATA/alerts`.
        package var record: String
        package var kind: RecordKind
        /// Folder of the index: `DATA/index`.
        package var index: String
        package var retention = Retention()
        /// A segment has so many alerts, at most 8,192.
        package var segmentRows = 8192
        /// A partition is followed by another when it has so many alerts.
        package var partitionRows = 1 << 20
        /// Or when its alerts are so many days apart.
        package var partitionDays = 7

        package init(record: String, kind: RecordKind, index: String) {
            self.record = record
            self.kind = kind
            self.index = index
        }
    }

    /// How much of the past is kept searchable: on by default.
    package struct Retention: Sendable, Hashable {
        /// A partition goes when all its alerts are older.
        package var maximumDays = 90
        /// The oldest partitions go until all are together at most this.
        package var maximumBytes = 10 << 30

        package init() {}
    }

    /// Something an operator should read.
    package enum Notice: Sendable, Hashable, CustomStringConvertible {
        /// The index is begun anew from the record.
        case rebuilding(reason: String)
        /// A pass failed; it is tried again.
        case failed(String)
        /// Old partitions were removed.
        case removed(partitions: Int)

        package var description: String {
            switch self {
            case .rebuilding(let reason): "builds the index anew from the record: \(reason)"
            case .failed(let reason): "cannot index alerts, will try again: \(reason)"
            case .removed(let count): "removed \(count) of the oldest parts of the index"
            }
        }
    }

    /// How far indexing is.
    package struct Progress: Sendable, Hashable {
        /// Alerts indexed since the start.
        package var alerts = 0
        /// Bytes of the record read since the start.
        package var bytes = 0
        /// Passes that failed.
        package var failures = 0
        package var isCaughtUp = false
    }

    package let configuration: Configuration
    let folder: IndexFolder
    private let lock: OpenFileLock
    private let doorbell: Doorbell
    private let shared = Mutex(Progress())
    private let damage = Mutex<String?>(nil)
    private let observer: @Sendable (Notice) -> Void

    /// Takes the index for this process.
    ///
    /// - Throws: ``AlertIndexError`` `locked` when another process writes it;
    ///   `unavailable` when the folder cannot be written.
    package init(
        _ configuration: Configuration,
        observer: @escaping @Sendable (Notice) -> Void
    ) throws(AlertIndexError) {
        self.configuration = configuration
        self.observer = observer
        folder = IndexFolder(path: configuration.index, kind: configuration.kind)
        do throws(AlertStoreError) {
            try Folder.make(folder.path)
            lock = try OpenFileLock(path: folder.lock)
            doorbell = try Doorbell()
        } catch {
            throw AlertIndexError(
                error.code == .locked ? .locked : .unavailable,
                error.message,
                cause: error
            )
        }
    }

    /// How far it is.
    package var progress: Progress { shared.withLock { $0 } }

    /// Says that there is something new in the record; cheap, from any thread.
    package func wake() { doorbell.ring() }

    /// Says that the index cannot be read: it is begun anew.
    package func reportDamage(_ reason: String) {
        damage.withLock { $0 = reason }
        doorbell.ring()
    }

    /// Ends ``run()`` soon; what was indexed is kept.
    package func stop() { doorbell.close() }

    /// Indexes what there is and what comes until ``stop()`` is called.
    package func run() {
        var pass = IndexingPass(configuration, folder)
        var pause: Int32 = 0
        var watch = FolderWatch(path: configuration.record)
        while !doorbell.isClosed {
            if pause > 0 {
                watch.wait(milliseconds: Int(pause), orUntilReadable: doorbell.descriptor)
                doorbell.answer()
            }
            pause = step(&pass)
        }
        pass.end()
    }

    /// Indexes what there is now, and returns.
    ///
    /// - Throws: ``AlertIndexError`` `unavailable`.
    package func catchUp(_ report: (Progress) -> Void) throws(AlertIndexError) {
        var pass = IndexingPass(configuration, folder)
        defer { pass.end() }
        do {
            while !doorbell.isClosed {
                let outcome = try pass.advance(now: Self.milliseconds())
                publish(outcome, &pass)
                report(progress)
                if outcome.isCaughtUp { return }
            }
        } catch {
            throw AlertIndexError(
                .unavailable,
                "cannot index alerts in \(folder.path): \(error)",
                cause: error
            )
        }
    }

    /// Forgets the index, to build it anew.
    ///
    /// - Throws: ``AlertIndexError`` `unavailable`.
    package func clear() throws(AlertIndexError) {
        do throws(AlertStoreError) {
            for number in try folder.partitions() { try folder.remove(partition: number) }
        } catch {
            throw AlertIndexError(.unavailable, error.message, cause: error)
        }
    }

    /// Does what is to do.
    ///
    /// - Returns: How many milliseconds to wait then.
    private func step(_ pass: inout IndexingPass) -> Int32 {
        do {
            if let reason = damage.withLock({ $0.take() }) { try pass.rebuild(reason) }
            let outcome = try pass.advance(now: Self.milliseconds())
            publish(outcome, &pass)
            return outcome.isCaughtUp ? 1000 : 0
        } catch {
            shared.withLock {
                $0.failures += 1
                $0.isCaughtUp = false
            }
            observer(.failed("\(error)"))
            pass.end()
            pass = IndexingPass(configuration, folder)
            return 2000
        }
    }

    private func publish(_ outcome: IndexingPass.Outcome, _ pass: inout IndexingPass) {
        shared.withLock {
            $0.alerts += outcome.alerts
            $0.bytes += outcome.bytes
            $0.isCaughtUp = outcome.isCaughtUp
        }
        for notice in pass.takeNotices() { observer(notice) }
    }

    private static func milliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
