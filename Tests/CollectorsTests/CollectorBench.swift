// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Synchronization

/// An event as a test looks at it.
struct Received: Sendable, Equatable, CustomStringConvertible {
    let text: String
    let location: String
    let container: String?
    let originNanoseconds: Int64
    /// Who the container is, beside its name; not compared.
    var identity: ContainerIdentity?

    static func == (left: Received, right: Received) -> Bool {
        left.text == right.text && left.location == right.location
            && left.container == right.container
            && left.originNanoseconds == right.originNanoseconds
    }

    var description: String { "\(location): \(text)" }
}

/// Queue, positions, board and watcher, with a thread that takes what comes.
///
/// `run` again on the same folder is a restart of Jaga.
final class CollectorBench: Sendable {
    let queue = EventQueue()
    let store: PositionStore
    let board: StatusBoard
    let watcher: FileWatcher
    /// States as they become others, for a test to await.
    let changes: AsyncStream<SourceStatus>

    private let deliveries: AsyncStream<Delivery>
    private let waiting = Mutex<[Received]>([])
    private let acknowledges: Mutex<Bool>

    /// Runs `body` between start and stop of everything.
    static func run(
        positions: String,
        acknowledges: Bool = true,
        configuration: FileWatcher.Configuration = CollectorBench.quick,
        _ body: (CollectorBench) async throws -> Void
    ) async throws {
        let bench = try CollectorBench(positions, acknowledges, configuration)
        try bench.watcher.start()
        let (queue, continuation) = (bench.queue, bench.continuation)
        let consumer = try DedicatedThread(name: "consumer") {
            while let delivery = queue.pop() { continuation.yield(delivery) }
            continuation.finish()
        }
        var failure: (any Error)?
        do {
            try await body(bench)
        } catch {
            failure = error
        }
        queue.close()
        bench.watcher.stop()
        consumer.join()
        try bench.store.save()
        if let failure { throw failure }
    }

    private let continuation: AsyncStream<Delivery>.Continuation

    /// Looks at everything ten times a second.
    static let quick = FileWatcher.Configuration(
        interval: .milliseconds(100),
        pollInterval: .milliseconds(100)
    )

    private init(
        _ positions: String,
        _ acknowledges: Bool,
        _ configuration: FileWatcher.Configuration
    ) throws {
        let (changes, changed) = AsyncStream<SourceStatus>.makeStream()
        (deliveries, continuation) = AsyncStream.makeStream()
        self.changes = changes
        self.acknowledges = Mutex(acknowledges)
        store = try PositionStore(path: positions)
        board = StatusBoard { changed.yield($0) }
        watcher = try FileWatcher(
            configuration: configuration,
            queue: queue,
            ledger: store.ledger,
            board: board
        )
    }

    /// The next events, in order; the test's time limit ends the wait.
    func next(_ count: Int) async -> [Received] {
        var iterator = deliveries.makeAsyncIterator()
        while waiting.withLock({ $0.count }) < count, let delivery = await iterator.next() {
            waiting.withLock { $0 += Self.events(of: delivery) }
            if acknowledges.withLock({ $0 }) { delivery.acknowledge() }
        }
        return waiting.withLock { waiting in
            defer { waiting.removeFirst(min(count, waiting.count)) }
            return Array(waiting.prefix(count))
        }
    }

    /// All events up to one that is the last, with those that came with it.
    func events(until isLast: (Received) -> Bool) async -> [Received] {
        var events: [Received] = []
        var iterator = deliveries.makeAsyncIterator()
        while !events.contains(where: isLast), let delivery = await iterator.next() {
            events += Self.events(of: delivery)
            if acknowledges.withLock({ $0 }) { delivery.acknowledge() }
        }
        return events
    }

    /// The texts of the next events.
    func texts(_ count: Int) async -> [String] {
        await next(count).map(\.text)
    }

    /// Waits until the source of that kind is in a state that fits.
    @discardableResult
    func state(
        of kind: StatusName.Kind,
        _ fits: (SourceStatus.State) -> Bool
    ) async -> SourceStatus? {
        if let now = board.statuses.first(where: { $0.name.kind == kind && fits($0.state) }) {
            return now
        }
        for await status in changes where status.name.kind == kind && fits(status.state) {
            return status
        }
        return nil
    }

    /// Follows files as a `<localfile>` does.
    func collect(_ files: LocalFile...) {
        LocalFileCollector(files: files, agent: Self.agent).start(on: watcher)
    }

    static let agent = AgentIdentity(id: "000", name: "host")

    private static func events(of delivery: Delivery) -> [Received] {
        let batch = delivery.batch
        return batch.entries.map { entry in
            let source = batch.sources[entry.source]
            return Received(
                text: String(decoding: batch.bytes[entry.text], as: UTF8.self),
                location: String(decoding: source.location, as: UTF8.self),
                container: source.container?.name,
                originNanoseconds: entry.originNanoseconds,
                identity: source.container
            )
        }
    }
}

extension LocalFile {
    /// A block as most users write it.
    init(_ location: String, _ format: LineFormat = .lines, excludes: [String] = []) {
        self.init(
            location: location,
            format: format,
            excludes: excludes,
            onlyFutureEvents: true
        )
    }
}

extension SourceStatus.State {
    var isConnected: Bool {
        if case .connected = self { true } else { false }
    }

    /// Why it waits; nil when it does not.
    var waitingReason: String? {
        if case .waiting(let reason, _) = self { reason } else { nil }
    }

    /// Why it gave up; nil when it did not.
    var failureReason: String? {
        if case .failed(let reason) = self { reason } else { nil }
    }
}
