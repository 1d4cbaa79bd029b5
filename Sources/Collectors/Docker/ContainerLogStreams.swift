// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel
import Synchronization

/// Container logs that are read through the engine, a task each.
///
/// For engines on other machines, and for drivers without a file to read.
final class ContainerLogStreams: Sendable {
    /// What is followed.
    struct Target: Sendable {
        let client: DockerClient
        var source: EventSource
        let containerID: String
        /// As events name it; empty for the first engine.
        let engine: String
        /// The container's logging driver: `local`, `journald`.
        let driver: String
        let framing: ContainerLogRequest.Framing
        let statusName: StatusName
        /// How its lines are joined; nil when they stay apart.
        let multiline: MultilineRule?
        /// Whether what is there before the following begins is left out.
        let startsAtEnd: Bool

        var key: SourceKey {
            let key = Key(containerID: containerID, engine: engine)
            return SourceKey(kind: .containerLog, name: key.name)
        }
    }

    /// What a log's position is kept under: the container's id, and behind an
    /// `@` which engine it is on, but for the first.
    struct Key {
        let containerID: String
        let engine: String

        init(containerID: String, engine: String) {
            self.containerID = containerID
            self.engine = engine
        }

        init(_ name: [UInt8]) {
            let parts = name.split(separator: UInt8(ascii: "@"), maxSplits: 1)
            containerID = String(decoding: parts.first ?? [], as: UTF8.self)
            engine = String(decoding: parts.dropFirst().first ?? [], as: UTF8.self)
        }

        var name: [UInt8] {
            Array((engine.isEmpty ? containerID : "\(containerID)@\(engine)").utf8)
        }
    }

    private struct Entry {
        var target: Target
        /// How far the log was read, acknowledged or not.
        var position: StreamPosition?
        var isRunning = false
        /// The container was started since its stream was last opened.
        var isWoken = true
        var isLeft = false
    }

    private let collector: ContainerLogCollector
    private let entries = Mutex<[String: Entry]>([:])

    init(_ collector: ContainerLogCollector) {
        self.collector = collector
    }

    /// Begins to follow a container.
    func follow(_ target: Target, group: inout DiscardingTaskGroup) {
        entries.withLock { $0[target.containerID] = Entry(target: target) }
        if target.startsAtEnd, collector.ledger.position(of: target.key) == nil {
            let now = StreamPosition(nanoseconds: LocalClock.nanoseconds(), fingerprints: [])
            collector.ledger.record(.stream(now), for: target.key)
        }
        run(target.containerID, group: &group)
    }

    /// The container was started: its stream is opened, unless it is open.
    func wake(_ id: String, client: DockerClient, group: inout DiscardingTaskGroup) {
        let isToRun = entries.withLock { entries in
            entries[id]?.isWoken = true
            return entries[id]?.isRunning == false
        }
        if isToRun { run(id, group: &group) }
    }

    func replace(_ source: EventSource, of id: String) {
        entries.withLock { $0[id]?.target.source = source }
    }

    /// The container is gone: what its stream still brings is read.
    func leave(_ id: String) {
        let left = entries.withLock { entries in
            entries[id]?.isLeft = true
            return entries[id]?.isRunning == false ? entries.removeValue(forKey: id) : nil
        }
        if let left { collector.board.remove(left.target.statusName) }
    }

    private func run(_ id: String, group: inout DiscardingTaskGroup) {
        entries.withLock { $0[id]?.isRunning = true }
        group.addTask { await self.follow(id) }
    }

    /// Reads until the container is gone, or has stopped and was not started
    /// again.
    private func follow(_ id: String) async {
        var backoff = collector.configuration.backoff
        while !Task.isCancelled, let target = nextTarget(id) {
            var stream = ContainerLogSession(
                target,
                collector: collector,
                after: entries.withLock { $0[id]?.position }
            ) { [self] in entries.withLock { $0[id]?.target.source } ?? target.source }
            defer { entries.withLock { $0[id]?.position = stream.position } }
            do {
                try await stream.run()
                backoff.reset()
                report(target, .waiting(reason: "the container has stopped", retrySeconds: nil))
            } catch {
                let code = (error as? DockerError)?.code
                if code == .notFound { break }
                if code == .apiError(status: 501) {
                    report(target, .failed(reason: Self.unreadable(target)))
                    entries.withLock { $0[id]?.isRunning = false }
                    return
                }
                let wait = backoff.next(random: .random(in: 0...1))
                report(target, .waiting(reason: "\(error)", retrySeconds: wait.inSeconds))
                guard await pause(wait) else { return }
                entries.withLock { $0[id]?.isWoken = true }
            }
        }
        await end(id)
    }

    /// Source: Docker documentation, "View container logs", limitations.
    private static func unreadable(_ target: Target) -> String {
        "its log driver \(target.driver) cannot be read back: use json-file, local or journald,"
            + " or the engine's dual logging"
    }

    /// What to open next; nil when the container has not been started again.
    private func nextTarget(_ id: String) -> Target? {
        entries.withLock { entries in
            guard let entry = entries[id], entry.isWoken, !entry.isLeft else {
                entries[id]?.isRunning = false
                return nil
            }
            entries[id]?.isWoken = false
            return entry.target
        }
    }

    private func end(_ id: String) async {
        let left = entries.withLock { entries in
            entries[id]?.isRunning = false
            return entries[id]?.isLeft == true ? entries.removeValue(forKey: id) : nil
        }
        guard let left else { return }
        collector.board.remove(left.target.statusName)
        let checkpoint = Checkpoint(
            ledger: collector.ledger,
            source: left.target.key,
            change: .forget
        )
        // Not taken only when Jaga stops; the position is then forgotten later.
        _ = await collector.queue.push(Delivery(batch: EventBatch(), checkpoint: checkpoint))
    }

    private func report(_ target: Target, _ state: SourceStatus.State) {
        collector.board.update(target.statusName) { $0.state = state }
    }
}
