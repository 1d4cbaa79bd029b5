// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The bounded way from the collectors to the spool.
///
/// Collectors wait when it is full, so nothing is dropped here: files and the
/// engine keep what was not read yet. What an engine keeps only for a while, its
/// events, has a reserve beyond the limits. Order is kept. A delivery larger than the
/// limits passes when it is alone.
package final class EventQueue: Sendable {
    /// How much may wait.
    package struct Limits: Sendable {
        /// Of events' texts.
        package var bytes: Int
        package var events: Int
        /// What Docker's events may take beyond ``bytes``.
        package var reserveBytes = 4 << 20
        /// What they may take beyond ``events``.
        package var reserveEvents = 16_384

        package init(bytes: Int = 16 << 20, events: Int = 65_536) {
            self.bytes = bytes
            self.events = events
        }
    }

    /// What waits, and what waited at most since the start.
    package struct Depth: Sendable, Equatable {
        package var deliveries = 0
        package var events = 0
        package var bytes = 0
        package var highestEvents = 0
        package var highestBytes = 0
        /// How often a delivery took of the reserve.
        package var reserveUses = 0

        package init() {}
    }

    private enum Attempt {
        case pushed, closed, full
    }

    private struct State {
        var items: [Delivery] = []
        /// Items before this index were taken.
        var first = 0
        var depth = Depth()
        var isClosed = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let limits: Limits
    private let monitor = Monitor(State())

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    package var depth: Depth { monitor.withLock { $0.depth } }

    /// Adds a delivery, blocking the thread while there is no room; false when
    /// the queue is closed and the delivery was not taken.
    package func pushBlocking(_ delivery: Delivery) -> Bool {
        let isPushed = monitor.wait { state in
            switch self.attempt(delivery, on: &state) {
            case .pushed: true
            case .closed: false
            case .full: nil
            }
        }
        monitor.wakeAll()
        return isPushed == true
    }

    /// Adds a delivery, suspending the task while there is no room; false when
    /// the queue is closed or the task cancelled, and it was not taken.
    package func push(_ delivery: Delivery) async -> Bool {
        while !Task.isCancelled {
            switch monitor.withLock({ attempt(delivery, on: &$0) }) {
            case .pushed:
                monitor.wakeAll()
                return true
            case .closed: return false
            case .full: await roomMayHaveCome(for: delivery)
            }
        }
        return false
    }

    /// Takes the oldest deliveries, blocking the thread until there is one: as many as
    /// wait, one at least, and no more than `bytes` beyond it; nil when the queue is
    /// closed and empty.
    package func popGroup(bytes: Int) -> [Delivery]? {
        pop(deadline: nil) { state in
            var group = [Self.takeFirst(&state)]
            var sum = group[0].batch.bytes.count
            while state.first < state.items.count {
                sum += state.items[state.first].batch.bytes.count
                guard sum <= bytes else { break }
                group.append(Self.takeFirst(&state))
            }
            return group
        }
    }

    /// Takes the deliveries that cannot wait from among all, without waiting itself.
    package func popUrgent() -> [Delivery] {
        var waiters: [CheckedContinuation<Void, Never>] = []
        let urgent = monitor.withLock { state -> [Delivery] in
            let rest = state.items[state.first...]
            let urgent = rest.filter(\.isUrgent)
            guard !urgent.isEmpty else { return urgent }
            state.items = rest.filter { !$0.isUrgent }
            state.first = 0
            for delivery in urgent { Self.leave(delivery, &state) }
            waiters = Self.takeWaiters(&state)
            return urgent
        }
        monitor.wakeAll()
        for waiter in waiters { waiter.resume() }
        return urgent
    }

    /// Takes the oldest delivery, blocking the thread until there is one; nil
    /// when the queue is closed and empty.
    package func pop() -> Delivery? {
        pop(deadline: nil, Self.takeFirst)
    }

    /// As ``pop()``, but nil also when nothing came within `limit`.
    package func pop(within limit: Duration) -> Delivery? {
        pop(deadline: MonotonicTime.now.advanced(by: limit), Self.takeFirst)
    }

    /// Whether ``close()`` was called; deliveries may still be waiting.
    package var isClosed: Bool { monitor.withLock { $0.isClosed } }

    /// Takes no further delivery; those waiting can still be popped.
    package func close() {
        let waiters = monitor.withLock { state in
            state.isClosed = true
            return Self.takeWaiters(&state)
        }
        monitor.wakeAll()
        for waiter in waiters { waiter.resume() }
    }

    private func attempt(_ delivery: Delivery, on state: inout State) -> Attempt {
        if state.isClosed { return .closed }
        guard hasRoom(for: delivery, in: state) else {
            guard delivery.isUrgent, hasReserve(for: delivery, in: state) else { return .full }
            state.depth.reserveUses += 1
            return put(delivery, on: &state)
        }
        return put(delivery, on: &state)
    }

    private func put(_ delivery: Delivery, on state: inout State) -> Attempt {
        delivery.checkpoint?.take()
        state.items.append(delivery)
        state.depth.deliveries += 1
        state.depth.events += delivery.batch.entries.count
        state.depth.bytes += delivery.batch.bytes.count
        state.depth.highestEvents = max(state.depth.highestEvents, state.depth.events)
        state.depth.highestBytes = max(state.depth.highestBytes, state.depth.bytes)
        return .pushed
    }

    private func hasRoom(for delivery: Delivery, in state: State) -> Bool {
        state.depth.deliveries == 0
            || state.depth.events + delivery.batch.entries.count <= limits.events
                && state.depth.bytes + delivery.batch.bytes.count <= limits.bytes
                && state.depth.deliveries < limits.events
    }

    private func hasReserve(for delivery: Delivery, in state: State) -> Bool {
        state.depth.events + delivery.batch.entries.count <= limits.events + limits.reserveEvents
            && state.depth.bytes + delivery.batch.bytes.count <= limits.bytes + limits.reserveBytes
            && state.depth.deliveries < limits.events + limits.reserveEvents
    }

    private func pop<Taken>(
        deadline: MonotonicTime?,
        _ take: (inout State) -> Taken
    ) -> Taken? {
        var waiters: [CheckedContinuation<Void, Never>] = []
        let delivery: Taken?? = monitor.wait(until: deadline) { state in
            guard state.first < state.items.count else {
                return state.isClosed ? .some(nil) : .none
            }
            waiters = Self.takeWaiters(&state)
            return .some(take(&state))
        }
        monitor.wakeAll()
        for waiter in waiters { waiter.resume() }
        return delivery ?? nil
    }

    private static func takeFirst(_ state: inout State) -> Delivery {
        let delivery = state.items[state.first]
        state.first += 1
        // Moving the rest only when half was taken keeps a pop O(1) on average.
        if state.first * 2 >= state.items.count {
            state.items.removeFirst(state.first)
            state.first = 0
        }
        leave(delivery, &state)
        return delivery
    }

    private static func leave(_ delivery: Delivery, _ state: inout State) {
        state.depth.deliveries -= 1
        state.depth.events -= delivery.batch.entries.count
        state.depth.bytes -= delivery.batch.bytes.count
    }

    private static func takeWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        let waiters = state.waiters.sorted { $0.key < $1.key }.map(\.value)
        state.waiters.removeAll()
        return waiters
    }

    /// Suspends until something was popped, the queue closed or the task
    /// cancelled; at once when there is room by now.
    private func roomMayHaveCome(for delivery: Delivery) async {
        let number = monitor.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = monitor.withLock { state in
                    if Task.isCancelled || state.isClosed || hasRoom(for: delivery, in: state) {
                        return false
                    }
                    state.waiters[number] = continuation
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            monitor.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
