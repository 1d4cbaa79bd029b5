// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Synchronization

/// The bounded way from the reader of an engine's events to who passes them on.
///
/// The reader never waits here: an engine skips a subscriber that does not take
/// an event within 100 ms, and says nothing. Beyond the limits events are
/// dropped, counted, and stand in the order as one ``Item/lost(_:_:)``.
package final class EventBuffer: Sendable {
    /// How much may wait.
    package struct Limits: Sendable, Hashable {
        /// Of memory, roughly.
        package var bytes: Int
        package var events: Int

        package init(bytes: Int, events: Int) {
            self.bytes = bytes
            self.events = events
        }

        /// Ten thousand events in a second are some 20 MB.
        package static let standard = Limits(bytes: 64 << 20, events: 65_536)
    }

    /// Events that found no room.
    struct Loss: Sendable, Hashable {
        var count = 0
        /// Of the first and last of them, nanoseconds since the epoch.
        var from: Int64 = .max
        var to: Int64 = .min
    }

    enum Item: Sendable {
        case message(DockerListenerMessage)
        /// With how far the stream is read once they are passed on.
        case lines([DockerEventLine], StreamPosition, DockerClient)
        /// A connection began; what stands before it may not be all.
        case connection(EngineSurvey, DockerClient)
        case lost(Loss, EngineSurvey, DockerClient)
    }

    private struct State {
        var memory: EventMemory
        var items: [Item] = []
        var events = 0
        var bytes = 0
        var loss: (Loss, DockerClient)?
        /// Who is told which containers events were about.
        var surveys: [EngineSurvey] = []
        var hasEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    /// Events that are given out at a time, and a read of the stream more.
    private static let batchLimit = 512

    private let limits: Limits
    private let state: Mutex<State>

    init(limits: Limits, memory: EventMemory) {
        self.limits = limits
        state = Mutex(State(memory: memory))
    }

    /// Looks at or changes what is known of events seen.
    func withMemory<Result: Sendable>(_ body: (inout EventMemory) -> Result) -> Result {
        state.withLock { body(&$0.memory) }
    }

    /// Takes what the engine sent; never waits.
    ///
    /// Says how many events were dropped, and how many were repetitions.
    func put(
        _ lines: [DockerEventLine],
        from client: DockerClient
    ) -> (dropped: Int, repeated: Int) {
        var (dropped, repeated) = (0, 0)
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            var kept: [DockerEventLine] = []
            for line in lines {
                if case .event(let event) = line {
                    guard state.memory.isNew(event) else {
                        repeated += 1
                        continue
                    }
                    for survey in state.surveys { survey.saw(event) }
                }
                kept.append(line)
            }
            guard !kept.isEmpty else { return nil }
            let cost = kept.reduce(0) { $0 + $1.cost }
            guard hasRoom(for: kept.count, cost, in: state) else {
                dropped = kept.count
                state.loss = (Loss.adding(kept, to: state.loss?.0), client)
                return nil
            }
            tellLoss(&state)
            state.items.append(.lines(kept, state.memory.position, client))
            state.events += kept.count
            state.bytes += cost
            return Self.takeWaiter(&state)
        }
        waiter?.resume()
        return (dropped, repeated)
    }

    /// Adds what takes no room to speak of.
    func put(_ item: Item) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.items.append(item)
            return Self.takeWaiter(&state)
        }
        waiter?.resume()
    }

    /// From now on a survey is told which containers events are about.
    func attach(_ survey: EngineSurvey) {
        state.withLock { $0.surveys.append(survey) }
    }

    func detach(_ survey: EngineSurvey) {
        state.withLock { $0.surveys.removeAll { $0 === survey } }
    }

    /// Nothing more will come.
    func finish() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.hasEnded = true
            for survey in state.surveys { survey.cancel() }
            return Self.takeWaiter(&state)
        }
        waiter?.resume()
    }

    /// What waits longest, in order, some hundred events at most; nil when it
    /// is empty and ended.
    ///
    /// For one caller.
    func take() async -> [Item]? {
        while true {
            let (items, hasEnded) = state.withLock { state in
                let taken = Self.takeFirst(&state)
                // With nothing behind it, a loss would wait for the next event.
                if state.items.isEmpty { tellLoss(&state) }
                return (taken, state.hasEnded)
            }
            if !items.isEmpty { return items }
            if hasEnded { return nil }
            await somethingMayHaveCome()
        }
    }

    /// Lines that stand next to each other become one item.
    private static func takeFirst(_ state: inout State) -> [Item] {
        var taken: [Item] = []
        var run: (lines: [DockerEventLine], position: StreamPosition, client: DockerClient)?
        func endRun() {
            if let run { taken.append(.lines(run.lines, run.position, run.client)) }
            run = nil
        }
        var (count, events) = (0, 0)
        for item in state.items where events < batchLimit {
            count += 1
            guard case .lines(let lines, let position, let client) = item else {
                endRun()
                taken.append(item)
                continue
            }
            events += lines.count
            state.bytes -= lines.reduce(0) { $0 + $1.cost }
            var all = run?.lines ?? []
            run = nil
            all += lines
            run = (all, position, client)
        }
        endRun()
        state.events -= events
        state.items.removeFirst(count)
        return taken
    }

    private func hasRoom(for events: Int, _ cost: Int, in state: State) -> Bool {
        state.events == 0
            || state.events + events <= limits.events && state.bytes + cost <= limits.bytes
    }

    /// Puts what was lost so far where it belongs: behind all that waits.
    private func tellLoss(_ state: inout State) {
        guard let (loss, client) = state.loss else { return }
        state.loss = nil
        let survey = EngineSurvey(.loss)
        state.surveys.append(survey)
        state.items.append(.lost(loss, survey, client))
        survey.start(client, buffer: self)
    }

    private func somethingMayHaveCome() async {
        await withCheckedContinuation { continuation in
            let isWaiting = state.withLock { state in
                guard state.items.isEmpty, !state.hasEnded else { return false }
                state.waiter = continuation
                return true
            }
            if !isWaiting { continuation.resume() }
        }
    }

    private static func takeWaiter(_ state: inout State) -> CheckedContinuation<Void, Never>? {
        defer { state.waiter = nil }
        return state.waiter
    }
}

extension EventBuffer.Loss {
    fileprivate static func adding(_ lines: [DockerEventLine], to loss: Self?) -> Self {
        var sum = loss ?? Self()
        for line in lines {
            sum.count += 1
            guard case .event(let event) = line else { continue }
            sum.from = min(sum.from, event.time.nanoseconds)
            sum.to = max(sum.to, event.time.nanoseconds)
        }
        return sum
    }
}

extension DockerEventLine {
    /// Bytes that it holds in memory, roughly: the line, and its texts again.
    fileprivate var cost: Int {
        switch self {
        case .event(let event): 512 + 3 * event.raw.count
        case .malformed(let bytes, _): 64 + bytes.count
        case .dropped: 16
        }
    }
}
