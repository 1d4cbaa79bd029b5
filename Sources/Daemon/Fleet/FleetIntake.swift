// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Fleet
import Spool
import Synchronization

/// Takes deliveries of agents into the manager's queue, each event once, and says when
/// their alerts are committed.
///
/// How far a stream was received travels with the events themselves, as the checkpoint of
/// their record in the spool: after `kill -9` both are there or neither is.
final class FleetIntake: Sendable {
    /// How long a delivery may wait for its alerts.
    private static let patience = Duration.seconds(25)
    /// Streams of one agent that are remembered.
    private static let streamLimit = 8
    /// Streams of one agent whose marks are kept; an agent works at two.
    private static let markLimit = 64

    private struct Waiter {
        /// The push that must be committed.
        let target: Int
        let deadline: MonotonicTime
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct Stream {
        /// The first sequence that did not come yet.
        var received: UInt64
        var reader: DeliveryReader
        /// Whether a delivery is being taken: one at a time.
        var isBusy = false
        /// Pushes are numbered; everything up to `committed` is.
        var pushed = 0
        var committed = 0
        /// Pushes in the spool, with the sequence there that they end before.
        var placed: [(push: Int, end: UInt64)] = []
        var waiters: [Waiter] = []
        /// When it was used last, as a count of all uses.
        var use = 0

        /// Notes what is committed, and takes out who waited for it or waited too long.
        mutating func settle(
            before done: UInt64,
            at now: MonotonicTime,
            _ answers: inout [(Waiter, Bool)]
        ) {
            while let first = placed.first, first.end <= done {
                committed = max(committed, first.push)
                placed.removeFirst()
            }
            guard !waiters.isEmpty else { return }
            let committed = committed
            let over = waiters.filter { committed >= $0.target || now > $0.deadline }
            answers += over.map { ($0, committed >= $0.target) }
            waiters.removeAll { committed >= $0.target || now > $0.deadline }
        }
    }

    private struct State {
        var streams: [AgentStream: Stream] = [:]
        var uses = 0
        /// Those with waiters.
        var waitedFor: Set<AgentStream> = []
        var isStopped = false
    }

    private let queue: EventQueue
    private let ledger: PositionLedger
    private let spool: Spool
    private let feed: SpoolFeed
    /// What an earlier run left in the spool ends here.
    private let firstOwn: UInt64
    private let state = Mutex(State())

    init(_ parts: Parts) {
        queue = parts.queue
        ledger = parts.collection.positions.ledger
        spool = parts.spool
        feed = parts.feed
        firstOwn = parts.spool.nextSequence
    }

    /// Takes a delivery; gives the sequence before which all of its stream is committed.
    ///
    /// - Throws: `FleetError` `busy`, `invalidRequest`.
    func take(_ arrival: Arrival) async throws -> UInt64 {
        let stream = AgentStream(agent: arrival.agent.id, first: arrival.stream)
        var identity = AgentIdentity(
            id: arrival.agent.id,
            name: arrival.agent.name,
            address: arrival.address
        )
        identity.groups = arrival.agent.groups
        var (reader, received) = try begin(stream, identity)
        let batch = reader.read(arrival.content, from: received, now: HostClock.now())
        guard let batch else {
            finish(stream, reader, received)
            throw FleetError(.invalidRequest, "the delivery is damaged")
        }
        if !batch.isEmpty {
            guard await push(batch, of: stream, before: arrival.end) else {
                finish(stream, reader, received)
                throw FleetError(.busy, "the manager is ending")
            }
        }
        received = max(received, arrival.end)
        finish(stream, reader, received)
        guard await isCommitted(stream) else {
            throw FleetError(.busy, "the manager is slow: its alerts are not committed yet")
        }
        return received
    }

    private func push(
        _ batch: EventBatch,
        of stream: AgentStream,
        before end: UInt64
    ) async -> Bool {
        let push = state.withLock { state -> Int in
            state.streams[stream]?.pushed += 1
            return state.streams[stream]?.pushed ?? 0
        }
        let delivery = Delivery(
            batch: batch,
            checkpoint: Checkpoint(stream, before: end, in: ledger),
            placed: { [weak self] place in self?.placed(push, of: stream, before: place) }
        )
        if await queue.push(delivery) { return true }
        state.withLock { $0.streams[stream]?.pushed -= 1 }
        return false
    }

    private func placed(_ push: Int, of stream: AgentStream, before end: UInt64) {
        state.withLock { $0.streams[stream]?.placed.append((push, end)) }
    }

    // MARK: Streams

    private func begin(
        _ stream: AgentStream,
        _ identity: AgentIdentity
    ) throws -> (DeliveryReader, UInt64) {
        try state.withLock { state in
            guard !state.isStopped else { throw FleetError(.busy, "the manager is ending") }
            let present = state.streams[stream]
            var known = present ?? remembered(stream, identity)
            guard !known.isBusy else {
                throw FleetError(
                    .busy,
                    "another delivery of agent \(stream.agent) is being taken: if two hosts"
                        + " share its keys, enrol one of them anew"
                )
            }
            state.uses += 1
            known.use = state.uses
            known.isBusy = true
            known.reader.agent = identity
            state.streams[stream] = known
            if present == nil { Self.forgetOld(of: stream.agent, &state) }
            return (known.reader, known.received)
        }
    }

    /// A stream as an earlier run left it: what came then may not be analysed yet.
    private func remembered(_ stream: AgentStream, _ identity: AgentIdentity) -> Stream {
        let mark = ledger.mark(of: stream)
        if mark == nil { ledger.keepNewestStreams(Self.markLimit, of: stream.agent) }
        var known = Stream(
            received: mark ?? stream.first,
            reader: DeliveryReader(agent: identity)
        )
        if mark != nil {
            known.pushed = 1
            known.placed = [(1, firstOwn)]
        }
        return known
    }

    private static func forgetOld(of agent: String, _ state: inout State) {
        let own = state.streams.filter { $0.key.agent == agent }
        guard own.count > streamLimit else { return }
        let idle = own.filter { !$0.value.isBusy && $0.value.pushed == $0.value.committed }
        guard let oldest = idle.min(by: { $0.value.use < $1.value.use }) else { return }
        state.streams[oldest.key] = nil
    }

    private func finish(_ stream: AgentStream, _ reader: DeliveryReader, _ received: UInt64) {
        state.withLock { state in
            state.streams[stream]?.reader = reader
            state.streams[stream]?.received = received
            state.streams[stream]?.isBusy = false
        }
    }

    // MARK: Commits

    private func isCommitted(_ stream: AgentStream) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Bool? in
                guard !state.isStopped, let known = state.streams[stream] else { return false }
                if known.committed >= known.pushed { return true }
                state.waitedFor.insert(stream)
                state.streams[stream]?.waiters.append(
                    Waiter(
                        target: known.pushed,
                        deadline: MonotonicTime.now.advanced(by: Self.patience),
                        continuation: continuation
                    )
                )
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Follows the analysis until ``stop()``; blocks its thread.
    func run() {
        while !state.withLock({ $0.isStopped }) {
            let count = feed.acknowledgements
            settle(before: spool.acknowledgedBefore)
            feed.waitForRoom(since: count, within: .milliseconds(100))
        }
    }

    /// Lets everyone go who waits; nothing more is taken.
    func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            return state.streams.values.flatMap(\.waiters)
        }
        for waiter in waiters { waiter.continuation.resume(returning: false) }
    }

    /// Answers those whose alerts are committed, and those who waited too long.
    private func settle(before done: UInt64) {
        guard state.withLock({ !$0.waitedFor.isEmpty }) else { return }
        do {
            // What made no alert is only in the spool: it too must stand a loss of power.
            try spool.sync(before: done)
        } catch {
            // The disk refuses: nobody is told that anything is safe.
            return
        }
        let now = MonotonicTime.now
        let answers = state.withLock { state -> [(Waiter, Bool)] in
            guard !state.isStopped else { return [] }
            var answers: [(Waiter, Bool)] = []
            state.waitedFor = state.waitedFor.filter { stream in
                state.streams[stream]?.settle(before: done, at: now, &answers)
                return state.streams[stream]?.waiters.isEmpty == false
            }
            return answers
        }
        for (waiter, isCommitted) in answers { waiter.continuation.resume(returning: isCommitted) }
    }
}
