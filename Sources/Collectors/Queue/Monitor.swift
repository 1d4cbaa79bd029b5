// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A lock with a condition to wait on: state that threads hand to each other.
///
/// `Synchronization.Mutex` has no condition, and a consumer thread must sleep
/// until there is work.
///
/// `@unchecked Sendable` is safe because `state` is only touched while the
/// mutex is held, and the two system objects are made to be shared.
package final class Monitor<State>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    /// Begins with a state that nobody else holds.
    package init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Looks at or changes the state; wakes nobody.
    package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Calls `body` until it gives a value, sleeping between calls until
    /// ``wakeAll()``; nil when `deadline` passes first.
    ///
    /// Never from a task: it blocks the thread.
    package func wait<Result>(
        until deadline: MonotonicTime? = nil,
        for body: (inout State) -> Result?
    ) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            guard let deadline else {
                pthread_cond_wait(condition, mutex)
                continue
            }
            var limit = deadline.timespec
            if pthread_cond_timedwait(condition, mutex, &limit) == ETIMEDOUT {
                return body(&state)
            }
        }
    }

    /// Lets every waiting thread look at the state again.
    package func wakeAll() {
        pthread_cond_broadcast(condition)
    }
}

/// A moment on the clock that never goes back, for time-outs.
package struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Since the machine started.
    let nanoseconds: Int64

    /// The present moment.
    package static var now: MonotonicTime {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(
            nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        )
    }

    /// This moment moved; it saturates at the end of time.
    package func advanced(by duration: Duration) -> MonotonicTime {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }

    /// Which of two moments is the earlier one.
    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// Seconds from another moment to this one.
    package func seconds(since other: MonotonicTime) -> Double {
        Double(nanoseconds &- other.nanoseconds) / 1e9
    }

    fileprivate var timespec: Glibc.timespec {
        Glibc.timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000),
            tv_nsec: Int(nanoseconds % 1_000_000_000)
        )
    }
}

extension Duration {
    /// Nanoseconds, saturating at the ends of Int64.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? .max : sum
    }
}
