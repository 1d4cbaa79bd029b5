// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// One reading of a container's log through the engine.
struct ContainerLogSession {
    private let target: ContainerLogStreams.Target
    private let collector: ContainerLogCollector
    private let source: @Sendable () -> EventSource
    private var clock = LocalClock()
    private var lines: StampedLines
    private var reported = FramingCounts()

    init(
        _ target: ContainerLogStreams.Target,
        collector: ContainerLogCollector,
        after position: StreamPosition?,
        source: @escaping @Sendable () -> EventSource
    ) {
        self.target = target
        self.collector = collector
        self.source = source
        var position = position
        if position == nil, case .stream(let known)? = collector.ledger.position(of: target.key) {
            position = known
        }
        lines = StampedLines(after: position, isRaw: target.framing == .raw, rule: target.multiline)
    }

    /// How far the log was read; what was read need not be acknowledged yet.
    var position: StreamPosition? { lines.position }

    /// Reads until the log ends.
    ///
    /// - Throws: ``DockerError``; `notFound` when the container is gone.
    mutating func run() async throws {
        let stream = try await target.client.logs(request())
        collector.board.update(target.statusName) { $0.state = .connected("through the engine") }
        defer { lines.forgetWaiting() }
        if target.multiline == nil {
            for try await frames in stream { guard await take(frames) else { return } }
        } else {
            guard try await join(stream) else { return }
        }
        var sink = sink()
        lines.finish(into: &sink)
        _ = await deliver(sink)
    }

    /// Reads lines that are joined: those that waited long enough become events
    /// though nothing comes; false when the queue takes no more.
    private mutating func join(_ stream: ContainerLogStream) async throws -> Bool {
        let inputs = LogInputs()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await inputs.read(stream) }
            group.addTask { await inputs.tick(every: MultilineRule.patience / 4) }
            var lastLine = MonotonicTime.now
            for await input in inputs.stream {
                switch input {
                case .frames(let frames):
                    lastLine = .now
                    guard await take(frames) else { return false }
                case .tick:
                    let due = lastLine.advanced(by: MultilineRule.patience)
                    guard lines.isWaiting, MonotonicTime.now >= due else { break }
                    var sink = sink()
                    lines.flushTraces(into: &sink)
                    guard await deliver(sink) else { return false }
                }
                inputs.taken(input)
            }
            // The reading has ended, and says how; the other goes on.
            _ = try await group.next()
            return true
        }
    }

    /// False when the queue takes no more.
    private mutating func take(_ frames: [LogFrame]) async -> Bool {
        var sink = sink()
        for frame in frames { lines.take(frame, into: &sink) }
        return await deliver(sink)
    }

    /// What is asked of the engine.
    ///
    /// Kept out of `run()`: inlined there, the optimiser of Swift 6.3.1 fails
    /// with an ownership error (pass CopyPropagation).
    @inline(never)
    private func request() -> ContainerLogRequest {
        ContainerLogRequest(
            container: target.containerID,
            framing: target.framing,
            end: .follow,
            since: lines.resumeTime.map { EngineTime(nanoseconds: $0) },
            lastLines: nil,
            hasTimestamps: true
        )
    }

    private mutating func sink() -> EventSink {
        EventSink(batch: EventBatch(), source: source(), time: clock.now(), counts: reported)
    }

    /// False when the queue takes no more.
    private mutating func deliver(_ sink: EventSink) async -> Bool {
        let before = reported
        reported = sink.counts
        collector.board.update(target.statusName) { [reported, lines] status in
            status.counts.events += reported.events - before.events
            status.counts.bytes += reported.bytes - before.bytes
            status.counts.dropped += reported.dropped - before.dropped
            status.counts.truncated += reported.truncated - before.truncated
            status.counts.malformed += reported.malformed - before.malformed
            status.lastRecord = lines.position?.nanoseconds ?? status.lastRecord
        }
        guard !sink.batch.isEmpty else { return true }
        // None yet when the very first lines wait.
        let checkpoint = lines.safePosition.map { position in
            Checkpoint(
                ledger: collector.ledger,
                source: target.key,
                change: .advance(.stream(position))
            )
        }
        return await collector.queue.push(Delivery(batch: sink.batch, checkpoint: checkpoint))
    }
}
