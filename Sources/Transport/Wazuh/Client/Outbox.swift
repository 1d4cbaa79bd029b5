// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Synchronization

/// Events on their way to a manager, kept until it is known to have them.
///
/// The protocol acknowledges keep-alives and no events; what was sent before a
/// keep-alive on the same connection has arrived when the keep-alive has. What
/// was not acknowledged is sent again over the next connection.
final class Outbox: Sendable {
    private struct Item {
        let batch: EventBatch
        let acknowledged: @Sendable () -> Void
    }

    private struct State {
        var items: [Item] = []
        /// Items before it were sent over this connection.
        var unsent = 0
        /// The number of ``items``' first, counted from the start.
        var first = 0
        var bytes = 0
        var isClosed = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
        var wake: (@Sendable () -> Void)?
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes that no manager has acknowledged.
    var waitingBytes: Int { state.withLock { $0.bytes } }

    var isEmpty: Bool { state.withLock { $0.items.isEmpty } }

    /// Adds events, waiting for room; false at the end, when they were not taken.
    func add(_ batch: EventBatch, acknowledged: @escaping @Sendable () -> Void) async -> Bool {
        while !Task.isCancelled {
            enum Result { case added, closed, full }
            let (result, wake) = state.withLock { state -> (Result, (@Sendable () -> Void)?) in
                if state.isClosed { return (.closed, nil) }
                guard state.items.isEmpty || state.bytes + batch.bytes.count <= limit else {
                    return (.full, nil)
                }
                state.items.append(Item(batch: batch, acknowledged: acknowledged))
                state.bytes += batch.bytes.count
                return (.added, state.wake)
            }
            switch result {
            case .added:
                wake?()
                return true
            case .closed: return false
            case .full: await room()
            }
        }
        return false
    }

    /// Starts with a new connection: everything is to be sent; `wake` is called
    /// when there is more.
    func restart(wake: @escaping @Sendable () -> Void) {
        state.withLock { state in
            state.unsent = 0
            state.wake = wake
        }
    }

    /// The next events to send; nil when there are none.
    func next() -> EventBatch? {
        state.withLock { state in
            guard state.unsent < state.items.count else { return nil }
            state.unsent += 1
            return state.items[state.unsent - 1].batch
        }
    }

    /// How far was sent, for ``acknowledge(upTo:)``.
    var mark: Int { state.withLock { $0.first + $0.unsent } }

    /// Whether something was sent that is not acknowledged.
    var hasUnacknowledged: Bool { state.withLock { $0.unsent > 0 } }

    /// Forgets what a mark says has arrived.
    func acknowledge(upTo mark: Int) {
        let (done, waiters) = state.withLock { state in
            let count = max(0, min(mark - state.first, state.unsent))
            let done = Array(state.items.prefix(count))
            state.items.removeFirst(count)
            state.first += count
            state.unsent -= count
            state.bytes -= done.reduce(0) { $0 + $1.batch.bytes.count }
            let waiters = count > 0 ? Array(state.waiters.values) : []
            if count > 0 { state.waiters.removeAll() }
            return (done, waiters)
        }
        for item in done { item.acknowledged() }
        for waiter in waiters { waiter.resume() }
    }

    /// Takes nothing more.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            state.wake = nil
            let waiters = Array(state.waiters.values)
            state.waiters.removeAll()
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func room() async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if Task.isCancelled || state.isClosed || state.items.isEmpty {
                        return false
                    }
                    state.waiters[number] = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
