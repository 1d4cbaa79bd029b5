// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// One run of the Docker listener, over as many connections as it takes.
///
/// ```
/// engine ─► reading (here) ─► EventBuffer ─► DockerEventDelivery ─► queue
///                  └► EngineSurvey ─┘
/// ```
/// Reading waits for nothing but the engine.
struct DockerEventSession {
    /// Why the run ended, for people.
    private(set) var failure = ""

    private let collector: DockerEventCollector
    private let buffer: EventBuffer
    private var backoff: Backoff
    private var isRemembering = false
    private var wasHealthy = false
    private var saidNotRunning = false

    /// Connected for so long, a run counts as healthy also without events.
    private static let healthyAfter = Duration.seconds(60)

    init(_ collector: DockerEventCollector) {
        self.collector = collector
        backoff = collector.configuration.backoff
        buffer = EventBuffer(
            limits: collector.configuration.buffer,
            memory: EventMemory(since: collector.began)
        )
    }

    /// Listens until cancelled, or until an error that trying again does not
    /// mend.
    mutating func run() async -> ListenerSchedule.Ending {
        async let delivered: Void = DockerEventDelivery.run(collector, buffer)
        buffer.put(.message(.started))
        let ending = await listenAgainAndAgain()
        buffer.finish()
        await delivered
        return ending
    }

    private mutating func listenAgainAndAgain() async -> ListenerSchedule.Ending {
        while !Task.isCancelled {
            let began = MonotonicTime.now
            var isHopeless = false
            do {
                try await listen()
                failure = "the engine ended the stream of events"
            } catch {
                failure = "\(error)"
                isHopeless = (error as? DockerError)?.isRetryable == false
            }
            if Task.isCancelled { break }
            if MonotonicTime.now > began.advanced(by: Self.healthyAfter) {
                wasHealthy = true
                backoff.reset()
            }
            if isHopeless { return wasHealthy ? .afterHealth : .hopeless }
            let wait = backoff.next(random: .random(in: 0...1))
            collector.report(.waiting(reason: failure, retrySeconds: wait.inSeconds))
            guard await pause(wait) else { break }
        }
        return .afterHealth
    }

    /// One connection, from its beginning to its end.
    private mutating func listen() async throws {
        let client: DockerClient
        let engine: EngineVersion
        do {
            client = try collector.engine.client()
            engine = try await client.ping()
        } catch {
            if !saidNotRunning { buffer.put(.message(.notRunning)) }
            saidNotRunning = true
            throw error
        }
        saidNotRunning = true
        let occasion = begin(client)
        let since = buffer.withMemory { $0.resumeTime }
        let stream = try await client.events(since: since)
        // Noting begins before the first event is read, and asking after the
        // stream was opened: what happens in between is in one of both.
        let survey = EngineSurvey(occasion ?? .connection(since: since))
        buffer.attach(survey)
        survey.start(client, buffer: buffer)
        buffer.put(.message(.connected))
        buffer.put(.connection(survey, client))
        collector.report(.connected("\(engine.title) at \(client.endpoint)"))
        defer { buffer.put(.message(.disconnected)) }
        for try await lines in stream { take(lines, client) }
    }

    /// Recalls what an earlier run of Jaga saw of this engine; what the
    /// connection then is, when it is the very first.
    private mutating func begin(_ client: DockerClient) -> EngineSurvey.Occasion? {
        var occasion: EngineSurvey.Occasion?
        if !isRemembering {
            let key = DockerEventCollector.key(of: client)
            if case .stream(let position) = collector.ledger.position(of: key) {
                buffer.withMemory { $0 = EventMemory(position) }
            } else {
                occasion = .first
                collector.ledger.record(.stream(buffer.withMemory { $0.position }), for: key)
            }
            isRemembering = true
        }
        buffer.withMemory { $0.beginConnection() }
        return occasion
    }

    private mutating func take(_ lines: [DockerEventLine], _ client: DockerClient) {
        let (dropped, repeated) = buffer.put(lines, from: client)
        if repeated > 0 {
            collector.board.updateTotals { $0.repeatedEvents += Int64(repeated) }
        }
        if dropped > 0 { collector.count { $0.dropped += Int64(dropped) } }
        guard repeated < lines.count else { return }
        wasHealthy = true
        backoff.reset()
    }
}
