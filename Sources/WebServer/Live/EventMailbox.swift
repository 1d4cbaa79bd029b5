// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What waits for one client of a stream: events, bounded, and how many did
/// not fit.
final class EventMailbox: Sendable {
    /// What a stream writes next.
    struct Delivery: Sendable {
        /// Events as text, ready for the wire; perhaps none.
        var bytes: [UInt8] = []
        /// How many events were dropped after these.
        var dropped = 0
        /// Whether a sign of life is due.
        var isHeartbeat = false

        fileprivate var isEmpty: Bool { bytes.isEmpty && dropped == 0 && !isHeartbeat }
    }

    private struct State {
        var waiting = Delivery()
        var count = 0
        var isClosed = false
        var reader: CheckedContinuation<Delivery?, Never>?
    }

    /// Events and bytes that wait at most.
    static let countLimit = 1_000
    static let byteLimit = 4 << 20

    private let state = Mutex(State())

    /// Adds an event; false when it was dropped.
    @discardableResult
    func push(_ event: some Collection<UInt8>) -> Bool {
        change { state in
            guard !state.isClosed else { return true }
            guard state.count < Self.countLimit,
                state.waiting.bytes.count + event.count <= Self.byteLimit
            else {
                state.waiting.dropped += 1
                return false
            }
            state.waiting.bytes.append(contentsOf: event)
            state.count += 1
            return true
        }
    }

    /// Says that so many events were lost on the way here.
    func noteDropped(_ count: Int) {
        change { $0.waiting.dropped += count }
    }

    /// Makes the stream write a sign of life.
    func beat() {
        change { $0.waiting.isHeartbeat = true }
    }

    /// Ends the stream when what waits is written.
    func close() {
        change { $0.isClosed = true }
    }

    /// What waits, as soon as there is something; nil at the end and when the
    /// task is cancelled.
    func next() async -> Delivery? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { $0.reader = continuation }
            }
        } onCancel: {
            change { state in
                state.waiting = Delivery()
                state.isClosed = true
            }
        }
    }

    /// Changes the state, and hands over what waits when somebody does.
    @discardableResult
    private func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        let (result, reader, delivery) = state.withLock { state in
            let result = body(&state)
            guard let reader = state.reader, !state.waiting.isEmpty || state.isClosed else {
                return (result, CheckedContinuation<Delivery?, Never>?.none, Delivery?.none)
            }
            state.reader = nil
            let delivery = state.waiting
            state.waiting = Delivery()
            state.count = 0
            return (result, reader, delivery.isEmpty ? nil : delivery)
        }
        reader?.resume(returning: delivery)
        return result
    }
}
