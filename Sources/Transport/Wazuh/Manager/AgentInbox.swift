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
    private struct State {
        var batches: [EventBatch] = []
        var bytes = 0
        var isClosed = false
        var consumer: CheckedContinuation<[EventBatch]?, Never>?
        var stopped: [EventLoopPromise<Void>] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Of `limit` bytes of events' texts.
    init(limit: Int) {
        self.limit = limit
    }

    var isFull: Bool { state.withLock { $0.bytes >= limit } }

    /// Takes a batch; what it gives is done when the caller may read on, nil when
    /// that is at once.
    func offer(_ batch: EventBatch, on loop: any EventLoop) -> EventLoopFuture<Void>? {
        add(batch)
        return state.withLock { state in
            guard state.bytes >= limit, !state.isClosed else { return nil }
            let promise = loop.makePromise(of: Void.self)
            state.stopped.append(promise)
            return promise.futureResult
        }
    }

    /// Takes a batch, whatever waits; after the end it is lost.
    func add(_ batch: EventBatch) {
        let consumer = state.withLock { state -> Consumer? in
            guard !state.isClosed else { return nil }
            state.bytes += batch.bytes.count
            if let consumer = state.consumer {
                state.consumer = nil
                return consumer
            }
            state.batches.append(batch)
            return nil
        }
        consumer?.resume(returning: [batch])
    }

    private typealias Consumer = CheckedContinuation<[EventBatch]?, Never>

    /// Takes what waits, or waits; nil when the inbox is closed and empty.
    func next() async -> [EventBatch]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let taken = state.withLock { state -> [EventBatch]?? in
                    if !state.batches.isEmpty {
                        let batches = state.batches
                        state.batches = []
                        return .some(batches)
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
    func done(_ batches: [EventBatch]) {
        let bytes = batches.reduce(0) { $0 + $1.bytes.count }
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
