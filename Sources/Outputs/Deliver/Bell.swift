// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Ends one task's wait from anywhere.
final class Bell: Sendable {
    private struct State {
        var isRung = false
        /// The current wait is over, for time or cancellation.
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Ends the wait, or the next one.
    func ring() {
        state.withLock { state in
            state.isRung = true
            return state.waiter.take()
        }?.resume()
    }

    /// Returns after a ring, after the time, or when the task is cancelled.
    ///
    /// One task at a time; nil waits without end.
    func wait(_ duration: Duration?) async {
        state.withLock { $0.isOver = false }
        await withDiscardingTaskGroup { group in
            group.addTask { [self] in
                // Cancellation ends the sleep, and the wait with it.
                try? await Task.sleep(for: duration ?? .seconds(1_000_000))
                over()
            }
            await rung()
            group.cancelAll()
        }
    }

    private func over() {
        state.withLock { state in
            state.isOver = true
            return state.waiter.take()
        }?.resume()
    }

    private func rung() async {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.isRung || state.isOver else {
                    state.waiter = continuation
                    return false
                }
                return true
            }
            if isDone { continuation.resume() }
        }
        state.withLock { $0.isRung = false }
    }
}
