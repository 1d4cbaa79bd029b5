// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Calls of agents that wait for something to be said, and what wakes them.
final class HeldCalls: Sendable {
    /// One call that waits.
    struct Call: Sendable {
        fileprivate let agent: String
        fileprivate let number: Int
        /// An element for each reason to look again; several may come as one.
        fileprivate let signals: AsyncStream<Void>

        /// Waits for a reason to look again; false when the task is cancelled.
        func signalled() async -> Bool {
            var iterator = signals.makeAsyncIterator()
            return await iterator.next() != nil
        }
    }

    private struct State {
        var calls: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
        var number = 0
    }

    private let state = Mutex(State())

    /// Begins to hold a call of an agent; ``release(_:)`` ends it.
    func hold(_ agent: String) -> Call {
        let (signals, signal) = AsyncStream.makeStream(
            of: Void.self,
            bufferingPolicy: .bufferingNewest(1)
        )
        let number = state.withLock { state in
            state.number += 1
            state.calls[agent, default: [:]][state.number] = signal
            return state.number
        }
        return Call(agent: agent, number: number, signals: signals)
    }

    func release(_ call: Call) {
        state.withLock { state in
            state.calls[call.agent]?[call.number] = nil
            if state.calls[call.agent]?.isEmpty == true { state.calls[call.agent] = nil }
        }
    }

    /// There is something for an agent.
    func wake(_ agent: String) {
        let signals = state.withLock { Array(($0.calls[agent] ?? [:]).values) }
        for signal in signals { signal.yield() }
    }

    /// Time has passed: each looks whether something has changed.
    func wakeAll() {
        let signals = state.withLock { $0.calls.values.flatMap(\.values) }
        for signal in signals { signal.yield() }
    }
}
