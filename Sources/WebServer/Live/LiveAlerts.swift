// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import AlertStore
import Synchronization

/// Alerts on their way to those who watch.
///
/// ```
/// pipeline's thread: publish ─► copies, bounded ─► run(): matches, once a
///   query ─► mailboxes of the watchers, bounded ─► their connections
/// ```
package final class LiveAlerts: Sendable {
    /// Alerts of one batch, copied.
    private struct Chunk: Sendable {
        let bytes: [UInt8]
        let alerts: [Range<Int>]
    }

    /// Those who ask the same.
    private struct Audience: Sendable {
        let matcher: AlertMatcher
        var mailboxes: [Int: EventMailbox]
    }

    private struct State {
        var audiences: [AlertFilter: Audience] = [:]
        var nextID = 0
        var waiting: [Chunk] = []
        var waitingBytes = 0
        var dropped = 0
        var reader: CheckedContinuation<[Chunk], Never>?
    }

    /// A watcher's place, to leave it again.
    struct Ticket: Sendable {
        fileprivate let filter: AlertFilter
        fileprivate let id: Int
    }

    /// Bytes of alerts that wait to be matched at most.
    private static let byteLimit = 16 << 20

    private let listeners = Atomic<Int>(0)
    private let state = Mutex(State())

    package init() {}

    /// How many watch.
    package var subscribers: Int { listeners.load(ordering: .relaxed) }

    /// Alerts that were dropped on the way to watchers, each counted once a
    /// watcher.
    package var dropped: Int { state.withLock { $0.dropped } }

    /// Takes a copy of the batch when somebody listens, and costs one atomic
    /// load when nobody does.
    package func publish(_ batch: borrowing AlertBatch) {
        guard listeners.load(ordering: .relaxed) > 0 else { return }
        // A true copy: the batch's owner goes on using its buffer.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(batch.bytes.count)
        bytes.append(contentsOf: batch.bytes)
        let chunk = Chunk(bytes: bytes, alerts: batch.entries.map(\.json))
        let (reader, chunks) = state.withLock { state in
            guard state.waitingBytes + bytes.count <= Self.byteLimit else {
                Self.drop(chunk.alerts.count, &state)
                return (CheckedContinuation<[Chunk], Never>?.none, [Chunk]())
            }
            state.waiting.append(chunk)
            state.waitingBytes += bytes.count
            return Self.takeOver(&state)
        }
        reader?.resume(returning: chunks)
    }

    /// Matches what is published and delivers it, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            for chunk in await chunks() {
                deliver(chunk)
                await Task.yield()
            }
        }
    }

    /// Begins to watch.
    func subscribe(_ filter: AlertFilter, _ mailbox: EventMailbox) -> Ticket {
        let ticket = state.withLock { state in
            state.nextID += 1
            let fresh = Audience(matcher: AlertMatcher(filter), mailboxes: [:])
            state.audiences[filter, default: fresh].mailboxes[state.nextID] = mailbox
            return Ticket(filter: filter, id: state.nextID)
        }
        listeners.add(1, ordering: .relaxed)
        return ticket
    }

    /// Ends to watch.
    func unsubscribe(_ ticket: Ticket) {
        let isGone = state.withLock { state in
            let removed = state.audiences[ticket.filter]?.mailboxes.removeValue(forKey: ticket.id)
            if state.audiences[ticket.filter]?.mailboxes.isEmpty == true {
                state.audiences[ticket.filter] = nil
            }
            return removed != nil
        }
        if isGone { listeners.subtract(1, ordering: .relaxed) }
    }

    private func deliver(_ chunk: Chunk) {
        let audiences = state.withLock { Array($0.audiences.values) }
        var dropped = 0
        for range in chunk.alerts {
            let alert = chunk.bytes[range]
            guard let leaves = AlertLeaves(alert.span) else { continue }
            let reached = audiences.filter { $0.matcher.matches(leaves) }
            guard !reached.isEmpty else { continue }
            let event = EventText.alert(alert)
            for mailbox in reached.flatMap(\.mailboxes.values) where !mailbox.push(event) {
                dropped += 1
            }
        }
        if dropped > 0 { state.withLock { $0.dropped += dropped } }
    }

    private func chunks() async -> [Chunk] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (reader, chunks) = state.withLock { state in
                    state.reader = continuation
                    return Self.takeOver(&state, evenNothing: Task.isCancelled)
                }
                reader?.resume(returning: chunks)
            }
        } onCancel: {
            let (reader, chunks) = state.withLock { Self.takeOver(&$0, evenNothing: true) }
            reader?.resume(returning: chunks)
        }
    }

    /// Who waits, and what for, when there is both.
    private static func takeOver(
        _ state: inout State,
        evenNothing: Bool = false
    ) -> (CheckedContinuation<[Chunk], Never>?, [Chunk]) {
        guard let reader = state.reader, evenNothing || !state.waiting.isEmpty else {
            return (nil, [])
        }
        let chunks = state.waiting
        state.reader = nil
        state.waiting = []
        state.waitingBytes = 0
        return (reader, chunks)
    }

    private static func drop(_ count: Int, _ state: inout State) {
        for audience in state.audiences.values {
            for mailbox in audience.mailboxes.values {
                mailbox.noteDropped(count)
                state.dropped += count
            }
        }
    }
}
