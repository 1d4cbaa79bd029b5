// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Calls of agents that wait for something to be said, and what wakes them.
final class HeldCalls: Sendable {
    /// One call that waits.
    struct Call: Sendable {
        fileprivate let agent: String
        fileprivate let number: Int
        /// Until when it is held.
        let deadline: ContinuousClock.Instant
        /// An element for each reason to look again; several may come as one.
        fileprivate let signals: AsyncStream<Void>

        /// Waits for a reason to look again; false when the task is cancelled.
        func signalled() async -> Bool {
            var iterator = signals.makeAsyncIterator()
            return await iterator.next() != nil
        }
    }

    private struct Waiting {
        let deadline: ContinuousClock.Instant
        let signal: AsyncStream<Void>.Continuation
    }

    private struct State {
        var calls: [String: [Int: Waiting]] = [:]
        var number = 0
    }

    private let state = Mutex(State())

    /// Begins to hold a call of an agent for so long; ``release(_:)`` ends it.
    func hold(_ agent: String, for limit: Duration) -> Call {
        let deadline = ContinuousClock.now.advanced(by: limit)
        let (signals, signal) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let number = state.withLock { state in
            state.number += 1
            state.calls[agent, default: [:]][state.number] = Waiting(
                deadline: deadline,
                signal: signal
            )
            return state.number
        }
        return Call(agent: agent, number: number, deadline: deadline, signals: signals)
    }

    func release(_ call: Call) {
        state.withLock { state in
            state.calls[call.agent]?[call.number] = nil
            if state.calls[call.agent]?.isEmpty == true { state.calls[call.agent] = nil }
        }
    }

    /// There is something for an agent.
    func wake(_ agent: String) {
        let waiting = state.withLock { Array(($0.calls[agent] ?? [:]).values) }
        for one in waiting { one.signal.yield() }
    }

    /// Lets those go that were held long enough.
    func wakeOverdue() {
        let now = ContinuousClock.now
        let overdue = state.withLock { state in
            state.calls.values.flatMap { $0.values.filter { $0.deadline <= now } }
        }
        for one in overdue { one.signal.yield() }
    }
}
