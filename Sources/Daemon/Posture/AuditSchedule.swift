// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import Posture
import Synchronization

/// Runs the benchmark at the start and then regularly, keeps its history, and sends what
/// is new as SCA's events.
final class AuditSchedule: Sendable {
    /// What a run ended with, in words for people.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct State {
        var history = AuditHistory()
        var isRunning = false
        var failure: String?
    }

    /// After a failure it is tried again sooner.
    private static let retry = Duration.seconds(60)
    /// From the start to the first run: containers of a boot come up meanwhile.
    private static let settling = Duration.seconds(20)

    private let settings: PostureSettings
    private let hasEngine: Bool
    private let engine: EngineAccess
    private let queue: EventQueue
    private let source: EventSource
    private let hostname: String
    private let path: String
    private let environment: [String: String]
    private let state = Mutex(State())

    init(_ configuration: AllInOne.Configuration, _ collection: Collection) {
        settings = collection.posture.settings
        hasEngine = configuration.collectsEngines
        engine = collection.engines.first
        queue = collection.queue
        hostname = configuration.hostname
        environment = configuration.environment
        path = configuration.data.audit
        source = EventSource(
            agent: AgentIdentity(id: "000", name: configuration.hostname),
            location: "sca",
            kind: .assessment
        )
    }

    var history: AuditHistory { state.withLock { $0.history } }

    /// Why the last run failed; nil when it did not.
    var failure: String? { state.withLock { $0.failure } }

    /// Works until the task is cancelled.
    func run() async {
        await load()
        guard hasEngine, settings.isOn, let interval = settings.auditSeconds else { return }
        var wait = settings.auditsOnStart ? Self.settling : firstWait(interval)
        while await Self.pause(wait) {
            do {
                _ = try await audit()
                wait = .seconds(interval)
            } catch {
                // Kept in `failure`; an engine that is away is told of by the listener.
                wait = Self.retry
            }
        }
    }

    /// Runs it now.
    ///
    /// - Throws: ``Failure`` while another run goes on; `DockerError`.
    func audit() async throws -> AuditReport {
        guard hasEngine else {
            throw Failure(description: "this Jaga watches no engine; its agents check theirs")
        }
        let isFree = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFree else { throw Failure(description: "the benchmark runs already") }
        defer { state.withLock { $0.isRunning = false } }
        do {
            let report = try await look()
            let earlier = history.last
            await send(try report.assessments(settings.auditAlerts, since: earlier))
            let history = state.withLock { state in
                state.history.add(report)
                state.failure = nil
                return state.history
            }
            try await save(history)
            return report
        } catch {
            state.withLock { $0.failure = "\(error)" }
            throw error
        }
    }

    private func look() async throws -> AuditReport {
        let client = try engine.client()
        let now = HostClock.now()
        let files = Self.hostFiles(client.endpoint, root: settings.root)
        let environment = environment
        let collector = AuditCollector(client, now: EngineTime(nanoseconds: now.nanoseconds)) {
            folder in
            guard let files else { return nil }
            let seen = Handback<HostFiles.Seen>()
            // Without a thread nothing is seen, and the checks say so.
            try? await DedicatedThread.run("audit") {
                seen.give(files.look(rootFolder: folder, environment: environment))
            }
            return seen.take()
        }
        return AuditReport(try await collector.facts(), host: hostname, time: now.milliseconds)
    }

    /// The files of an engine's host; nil when they are another machine's.
    static func hostFiles(_ endpoint: DockerEndpoint, root: String) -> HostFiles? {
        guard case .unix(let socket) = endpoint.address else { return nil }
        // A container's own files say nothing of the host.
        if root == "/", OwnContainer.id() != nil { return nil }
        return HostFiles(root: root, socket: socket)
    }

    private func send(_ texts: [[UInt8]]) async {
        var batch = EventBatch()
        for text in texts { batch.append(text, from: source, at: HostClock.now()) }
        // Not taken only at the end: the next run tells what is then another than before.
        _ = await queue.push(Delivery(batch: batch, checkpoint: nil))
    }

    /// So that a restart is no reason to run it.
    private func firstWait(_ interval: Int) -> Duration {
        guard let last = history.last else { return Self.settling }
        let age = (HostClock.now().milliseconds - last.time) / 1_000
        return max(Self.settling, .seconds(min(Int64(interval) - age, Int64(interval))))
    }

    private func load() async {
        let read = Handback<[UInt8]>()
        let path = path
        // What is not there or cannot be read is no history.
        try? await DedicatedThread.run("audit") {
            if let bytes = try? FileSystem.contents(of: path, limit: 16 << 20) { read.give(bytes) }
        }
        guard let bytes = read.take(),
            let history = try? PostureJSON.decode(AuditHistory.self, bytes)
        else { return }
        state.withLock { $0.history = history }
    }

    private func save(_ history: AuditHistory) async throws {
        let bytes = try PostureJSON.encode(history)
        let path = path
        // A full disk: the next run keeps it, at worst it compares with an older one.
        try await DedicatedThread.run("audit") {
            try? FileSystem.replace(path, with: bytes, mode: 0o640)
        }
    }

    private static func pause(_ duration: Duration) async -> Bool {
        // Cancelled: the end.
        (try? await Task.sleep(for: duration)) != nil
    }
}
