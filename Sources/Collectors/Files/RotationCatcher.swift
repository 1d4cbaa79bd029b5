// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Opens the files of paths that are rotated many times a second in the moment they
/// appear, on a thread that does nothing else.
///
/// A file that is open stays readable when its last name is gone. The thread that
/// reads may come too late to open it: a `json-file` of 10 kB of which three are kept
/// is gone some milliseconds after it began. What even this thread misses is counted:
/// the kernel tells of every file that was made.
package final class RotationCatcher: Sendable {
    /// An open file; whoever takes it closes it.
    package struct CaughtFile: Sendable {
        package let descriptor: Int32
        let identity: FileIdentity
    }

    /// What came since the last time, the oldest first.
    package struct Haul: Sendable {
        package var files: [CaughtFile] = []
        /// Files that were made, and gone before they could be opened.
        package var missed = 0
    }

    /// Rings when the thread is to end.
    private let bell: Bell
    /// Readable while the kernel has something to tell.
    private let notices: Int32
    private let table: Mutex<CatchTable>
    private let thread = Mutex<DedicatedThread?>(nil)
    private let isStopping = Atomic(false)

    /// Starts the thread; nil when the system has none, or no inotify.
    ///
    /// - Parameter heldLimit: Files of one path that may lie open before they are taken;
    ///   more are left where they are.
    package init?(heldLimit: Int = 256) {
        guard let bell = try? Bell(), let inotify = Inotify(limit: nil) else { return nil }
        self.bell = bell
        notices = inotify.descriptor
        table = Mutex(CatchTable(heldLimit: heldLimit, inotify))
        guard let started = try? DedicatedThread(name: "rotation", body: { [self] in run() }) else {
            return nil
        }
        thread.withLock { $0 = started }
    }

    /// Ends the thread, and closes what nobody took.
    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        bell.ring()
        thread.withLock { $0 }?.join()
        table.withLock { $0.closeAll() }
    }

    /// Opens what has the path now, and every file that will have it.
    package func begin(_ path: FilePath) {
        table.withLock { $0.begin(path) }
    }

    /// Forgets a path, and closes what was not taken.
    package func end(_ path: FilePath) {
        table.withLock { $0.end(path) }
    }

    /// What was opened of a path since the last time.
    package func take(_ path: FilePath) -> Haul {
        table.withLock { $0.take(path) }
    }

    private func run() {
        Self.goFirst()
        while !isStopping.load(ordering: .relaxed) {
            var polled = [
                pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: notices, events: Int16(POLLIN), revents: 0),
            ]
            poll(&polled, nfds_t(polled.count), -1)
            table.withLock { $0.takeNotices() }
        }
    }

    /// Lets this thread run as soon as it has something to do: it works for some
    /// microseconds, and what it waits for is gone in milliseconds.
    ///
    /// Where that is not allowed it has its turn as others have. Source: sched(7).
    private static func goFirst() {
        var parameters = sched_param()
        parameters.sched_priority = 1
        _ = pthread_setschedparam(pthread_self(), SCHED_RR, &parameters)
    }
}
