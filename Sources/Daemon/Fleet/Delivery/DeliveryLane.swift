// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Fleet

/// One lane of deliveries: a thread hands over, a task carries, one delivery at a time.
final class DeliveryLane: Sendable {
    private struct Answer {
        var committed: UInt64?
        var isGiven = false
        var isStopped = false
    }

    private let monitor = Monitor(Answer())
    private let shipments: AsyncStream<Shipment>
    private let send: AsyncStream<Shipment>.Continuation

    init() {
        // One at a time waits.
        (shipments, send) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// Carries what the thread hands over, until the task is cancelled.
    func carry(over link: AgentLink) async {
        for await shipment in shipments {
            let committed = await link.deliver(shipment)
            answer(committed)
            if committed == nil { return }
        }
    }

    /// Delivers batches as the next of a stream, which blocks.
    ///
    /// - Returns: The first sequence behind them; nil when the work has ended before a
    ///   manager had them.
    func ship(_ group: [EventBatch], as stream: UInt64) -> UInt64? {
        guard let last = group.last else { return nil }
        let end = last.sequence(of: last.entries.count)
        let shipment = Shipment(
            stream: stream,
            end: end,
            content: DeliveryCoding.encode(group)
        )
        let isStopped = monitor.withLock { answer in
            answer.isGiven = answer.isStopped
            answer.committed = nil
            return answer.isStopped
        }
        guard !isStopped else { return nil }
        send.yield(shipment)
        let committed = monitor.wait { $0.isGiven ? .some($0.committed) : nil } ?? nil
        guard let committed, committed >= end else { return nil }
        return end
    }

    /// Lets the thread go.
    func stop() {
        send.finish()
        monitor.withLock { answer in
            answer.isStopped = true
            answer.isGiven = true
            answer.committed = nil
        }
        monitor.wakeAll()
    }

    private func answer(_ committed: UInt64?) {
        monitor.withLock { answer in
            answer.committed = committed
            answer.isGiven = true
        }
        monitor.wakeAll()
    }
}
