// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials
import Synchronization

/// Tells one output's alerts, in order, as long as it takes.
///
/// ```
/// look at the front ─► decide (DeliveryState) ─► deliver ─► acknowledge, with the memory
///                            │                      └ fails: wait, the same message again
///                            └ wait: for more, for time
/// ```
/// The size of a merged message is written down before it leaves: after a crash the same
/// message is sent again, with the same key. Told to stop, it brings the delivery that is under
/// way to its end, so that its successor sends nothing twice.
final class OutputWorker: Sendable {
    /// What it remembers with the queue's position.
    private struct Memory: Codable {
        var state = DeliveryState()
        /// Alerts of the message that is on its way; 0 for none.
        var inFlight = 0
    }

    private static let frontBytes = 4 << 20
    private static let countedAtOnce = 256

    let name: String
    private let kind: String
    private let policy: DeliveryPolicy
    let queue: OutputQueue
    private let transport: any OutputTransport
    private let surroundings: OutputSurroundings
    private let tally: OutputTally
    private let isStopping = Mutex(false)
    /// Something has come.
    let bell = Bell()
    /// It is to stop.
    private let ending = Bell()
    private let ended = Bell()

    init(
        _ output: Output,
        _ kept: (queue: OutputQueue, tally: OutputTally),
        transport: any OutputTransport,
        _ surroundings: OutputSurroundings
    ) {
        name = output.name
        kind = output.kindName
        policy = output.policy
        (queue, tally) = kept
        self.transport = transport
        self.surroundings = surroundings
    }

    var report: OutputReport {
        let (tally, figures) = (tally.current, queue.figures)
        var report = OutputReport(name: name, kind: kind, target: transport.target)
        report.trouble = tally.trouble
        report.state = figures.isFull ? .full : tally.trouble.isEmpty ? .ready : .failing
        report.waiting = figures.waiting
        report.waitingBytes = figures.waitingBytes
        report.counted = tally.counted
        report.messages = tally.messages
        report.alerts = tally.alerts
        report.failures = tally.failures
        report.dropped = figures.dropped
        report.refused = tally.refused
        report.lastDelivery = tally.lastDelivery
        return report
    }

    /// Ends ``run()`` after the delivery that is under way; nothing waits for it here.
    func stop() {
        isStopping.withLock { $0 = true }
        bell.ring()
        ending.ring()
    }

    /// Returns when ``run()`` has; one task may wait.
    func waitForEnd() async { await ended.wait(nil) }

    private var isOver: Bool { Task.isCancelled || isStopping.withLock { $0 } }

    /// Works until it is stopped, or the task is cancelled.
    func run() async {
        defer { ended.ring() }
        // What was wrong with earlier settings is over.
        tally.update { $0.trouble = "" }
        var memory = Self.memory(queue.memory)
        var front = Front()
        var backoff = Backoff()
        while !isOver {
            do {
                try await turn(&memory, &front, &backoff)
            } catch is CancellationError {
                break
            } catch {
                await failed(error, &backoff)
            }
        }
        await transport.shutdown()
    }

    /// The alerts that wait, read once.
    private struct Front {
        var waiting: [DeliveryState.Waiting] = []
        var serials: [UInt64] = []
        /// Counted, and not acknowledged yet.
        var counted = 0

        mutating func removeFirst(_ count: Int) {
            waiting.removeFirst(count)
            serials.removeFirst(count)
        }
    }

    private func turn(
        _ memory: inout Memory,
        _ front: inout Front,
        _ backoff: inout Backoff
    ) async throws {
        if front.waiting.count <= policy.mergesUpTo { try await fill(&front) }
        let now = surroundings.now()
        let isResumed = memory.inFlight > 0 && memory.inFlight <= front.waiting.count
        let step =
            isResumed ? .send(memory.inFlight) : memory.state.next(front.waiting, policy, at: now)
        if step == .counted {
            front.counted += 1
            front.removeFirst(1)
            let isMore = !front.waiting.isEmpty && front.counted < Self.countedAtOnce
            return isMore ? () : try await save(memory, &front, 0)
        }
        if front.counted > 0 { try await save(memory, &front, 0) }
        switch step {
        case .counted: break
        case .wait(let until):
            await wait(until: until, now)
        case .send(let count):
            if policy.mergesUpTo > 1, memory.inFlight != count {
                memory.inFlight = count
                try await save(memory, &front, 0)
            }
            let alerts = front.waiting.prefix(count).map(\.alert)
            let (first, last) = (front.serials[0], front.serials[count - 1])
            let message = OutgoingMessage(.alerts(alerts), key: "\(name)-\(first)-\(last)")
            try await deliver(message, &backoff)
            memory.state.sent(alerts, policy, at: surroundings.now())
            memory.inFlight = 0
            front.removeFirst(count)
            try await save(memory, &front, count)
        case .tell(let repeats):
            let key = "\(name)-r\(repeats.ruleID)-\(repeats.until)"
            try await deliver(OutgoingMessage(.repeats(repeats), key: key), &backoff)
            memory.state.told(repeats, policy, at: surroundings.now())
            try await save(memory, &front, 0)
        }
    }

    /// Tries until the message is taken, refused, or given up.
    private func deliver(_ message: OutgoingMessage, _ backoff: inout Backoff) async throws {
        var attempts = 0
        while true {
            // It stays in the queue, as it is.
            guard !isOver else { throw CancellationError() }
            do {
                let receipt = try await transport.deliver(message)
                backoff.succeeded()
                succeeded(message, receipt)
                return
            } catch let error as OutputError {
                attempts += 1
                let isGivenUp = policy.attempts.map { attempts >= $0 } ?? false
                if !error.isRetryable || isGivenUp {
                    backoff.succeeded()
                    givenUp(message, error)
                    return
                }
                await failed(error, &backoff)
            }
        }
    }

    private func succeeded(_ message: OutgoingMessage, _ receipt: DeliveryReceipt) {
        let time = surroundings.now().nanoseconds / 1_000_000
        let before = tally.update { tally in
            let before = tally.trouble
            tally.messages += 1
            tally.alerts += message.alerts.count - receipt.refused
            tally.refused += receipt.refused
            tally.lastDelivery = time
            tally.trouble = receipt.detail
            return before
        }
        if receipt.refused > 0, before != receipt.detail {
            surroundings.notice(name, "\(receipt.refused) alerts refused: \(receipt.detail)", true)
        } else if receipt.refused == 0, !before.isEmpty {
            surroundings.notice(name, "messages are taken again", false)
        }
    }

    private func givenUp(_ message: OutgoingMessage, _ error: OutputError) {
        tally.update { tally in
            tally.failures += 1
            tally.refused += max(1, message.alerts.count)
            tally.trouble = error.message
        }
        surroundings.notice(name, "a message is given up: \(error.message)", true)
    }

    private func failed(_ error: any Error, _ backoff: inout Backoff) async {
        let text = "\(error)"
        let before = tally.update { tally in
            defer { tally.trouble = text }
            tally.failures += 1
            return tally.trouble
        }
        if before != text { surroundings.notice(name, "\(text); tries again", true) }
        let seconds = backoff.failed(
            retryAfterSeconds: (error as? OutputError)?.retryAfterSeconds,
            chance: surroundings.chance()
        )
        await ending.wait(.milliseconds(Int64(seconds * 1000)))
    }

    private func wait(until: Int64?, _ now: Timestamp) async {
        guard let until else { return await bell.wait(nil) }
        let left = max(until &- now.nanoseconds, 1_000_000)
        await bell.wait(.nanoseconds(left))
    }

    private func fill(_ front: inout Front) async throws {
        let wanted = front.counted + policy.mergesUpTo + 64
        let entries = try await BlockingWork.run { [queue] in
            try queue.front(wanted, bytes: Self.frontBytes)
        }
        for entry in entries.dropFirst(front.counted + front.waiting.count) {
            // The feed has read it before: what is no alert now was damaged, and is told as
            // an empty one rather than moving all others by one.
            let alert = OutputAlert(line: entry.line) ?? OutputTrial.unreadable
            front.waiting.append(DeliveryState.Waiting(alert: alert, arrival: entry.arrival))
            front.serials.append(entry.serial)
        }
    }

    private func save(_ memory: Memory, _ front: inout Front, _ count: Int) async throws {
        let bytes = [UInt8](try JSONEncoder().encode(memory))
        let done = front.counted + count
        try await BlockingWork.run { [queue] in try queue.acknowledge(done, memory: bytes) }
        front.counted = 0
        tally.update { $0.counted = memory.state.countedAlerts }
    }

    private static func memory(_ bytes: [UInt8]) -> Memory {
        // One of another version: counted repeats and the rate begin anew, no alert is lost.
        (try? JSONDecoder().decode(Memory.self, from: Data(bytes))) ?? Memory()
    }
}
