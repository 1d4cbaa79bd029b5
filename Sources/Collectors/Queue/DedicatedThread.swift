// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A thread of our own, for work that blocks; named for `top -H`.
package final class DedicatedThread: Sendable {
    private let handle = Mutex<pthread_t?>(nil)

    /// Starts the thread.
    ///
    /// `name` is cut at 15 bytes, which is what Linux keeps.
    /// - Throws: ``CollectorError`` `no-thread` when the system gives none.
    package init(name: String, body: @escaping @Sendable () -> Void) throws {
        let work = Unmanaged.passRetained(Work(name: String(name.prefix(15)), body: body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            },
            work.toOpaque()
        )
        guard failure == 0 else {
            work.release()
            throw CollectorError(
                .noThread,
                "cannot start the thread \(name): \(SystemCall.reason(failure))"
            )
        }
        let started = thread
        handle.withLock { $0 = started }
    }

    /// Waits until the thread has ended; a second call returns at once.
    ///
    /// Never from a task: it blocks.
    package func join() {
        let taken = handle.withLock { handle in
            defer { handle = nil }
            return handle
        }
        if let taken { pthread_join(taken, nil) }
    }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }

        func run() {
            setName()
            body()
        }

        /// Names the thread.
        ///
        /// Without it the thread has the process's name, which hurts nobody.
        /// Source: proc(5), `/proc/thread-self/comm`.
        private func setName() {
            let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return }
            _ = name.withCString { write(descriptor, $0, strlen($0)) }
            close(descriptor)
        }
    }
}
