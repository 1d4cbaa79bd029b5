// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import NIOCore
import Synchronization

/// The bounded way from the agents' connections to whoever takes their events.
///
/// When it is full, connections stop reading until half of it was taken; so it
/// holds at most its limit and one read of each connection.
final class AgentInbox: Sendable {
    /// Events, and whom to tell when they are kept.
    struct Item: Sendable {
        let batch: EventBatch
        let kept: @Sendable () -> Void
    }

    private struct State {
        var items: [Item] = []
        var bytes = 0
        var isClosed = false
        var consumer: Consumer?
        var stopped: [EventLoopPromise<Void>] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Of `limit` bytes of events' texts.
    init(limit: Int) {
        self.limit = limit
    }

    var isFull: Bool { state.withLock { $0.bytes >= limit } }

    /// Takes a batch; what it gives is done when the caller may read on, nil for at once.
    ///
    /// `kept` is called from anywhere when the events outlast a crash.
    func offer(
        _ batch: EventBatch,
        on loop: any EventLoop,
        kept: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<Void>? {
        add(Item(batch: batch, kept: kept))
        return state.withLock { state in
            guard state.bytes >= limit, !state.isClosed else { return nil }
            let promise = loop.makePromise(of: Void.self)
            state.stopped.append(promise)
            return promise.futureResult
        }
    }

    /// Takes a batch, whatever waits; after the end it is lost.
    func add(_ batch: EventBatch) {
        add(Item(batch: batch, kept: {}))
    }

    private func add(_ item: Item) {
        let consumer = state.withLock { state -> Consumer? in
            guard !state.isClosed else { return nil }
            state.bytes += item.batch.bytes.count
            if let consumer = state.consumer {
                state.consumer = nil
                return consumer
            }
            state.items.append(item)
            return nil
        }
        consumer?.resume(returning: [item])
    }

    private typealias Consumer = CheckedContinuation<[Item]?, Never>

    /// Takes what waits, or waits; nil when the inbox is closed and empty.
    func next() async -> [Item]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let taken = state.withLock { state -> [Item]?? in
                    if !state.items.isEmpty {
                        let items = state.items
                        state.items = []
                        return .some(items)
                    }
                    if state.isClosed { return .some(nil) }
                    state.consumer = continuation
                    return .none
                }
                if let taken { continuation.resume(returning: taken) }
            }
        } onCancel: {
            close()
        }
    }

    /// Says that so much was taken on, and lets readers go on.
    func done(_ items: [Item]) {
        let bytes = items.reduce(0) { $0 + $1.batch.bytes.count }
        let stopped = state.withLock { state in
            state.bytes -= bytes
            guard state.bytes <= limit / 2 else { return [EventLoopPromise<Void>]() }
            let stopped = state.stopped
            state.stopped = []
            return stopped
        }
        for promise in stopped { promise.succeed() }
    }

    /// Takes nothing more.
    func close() {
        let (consumer, stopped) = state.withLock { state in
            state.isClosed = true
            let consumer = state.consumer
            let stopped = state.stopped
            state.consumer = nil
            state.stopped = []
            return (consumer, stopped)
        }
        consumer?.resume(returning: nil)
        for promise in stopped { promise.succeed() }
    }
}
