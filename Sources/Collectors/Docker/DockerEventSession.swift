// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// One run of the Docker listener, over as many connections as it takes.
struct DockerEventSession {
    /// Why the run ended, for people.
    private(set) var failure = ""

    private let collector: DockerEventCollector
    private let general: EventSource
    private var sources: [String: EventSource] = [:]
    private var filter = HealthCheckFilter(containerLimit: 10_000)
    private var backoff: Backoff
    private var clock = LocalClock()
    private var memory: EventMemory?
    private var wasHealthy = false
    private var saidNotRunning = false

    /// Connected for so long, a run counts as healthy also without events.
    private static let healthyAfter = Duration.seconds(60)
    /// Containers whose source is kept; all are made anew beyond it.
    private static let sourceLimit = 4096

    init(_ collector: DockerEventCollector) {
        self.collector = collector
        backoff = collector.configuration.backoff
        general = EventSource(
            agent: collector.configuration.agent,
            location: DockerEventCollector.location
        )
    }

    /// Listens until cancelled, or until an error that trying again does not
    /// mend.
    mutating func run() async -> ListenerSchedule.Ending {
        await send(.started)
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
            client = try collector.engines.client()
            engine = try await client.ping()
        } catch {
            if !saidNotRunning { await send(.notRunning) }
            saidNotRunning = true
            throw error
        }
        saidNotRunning = true
        let key = SourceKey(
            kind: .dockerEvents,
            name: Array(client.endpoint.description.utf8)
        )
        let resumed = memory ?? rememberedMemory(of: key)
        memory = resumed
        let stream = try await client.events(since: EngineTime(nanoseconds: resumed.latest))
        await send(.connected)
        collector.report(.connected("\(engine.title) at \(client.endpoint)"))
        do {
            for try await lines in stream { try await take(lines, key: key, client: client) }
        } catch {
            await send(.disconnected)
            throw error
        }
        await send(.disconnected)
    }

    /// What was seen by an earlier run of Jaga; at the first, nothing before
    /// this one began.
    private func rememberedMemory(of key: SourceKey) -> EventMemory {
        if case .stream(let position) = collector.ledger.position(of: key) {
            return EventMemory(position)
        }
        let memory = EventMemory(since: collector.began)
        collector.ledger.record(.stream(memory.position), for: key)
        return memory
    }

    private mutating func take(
        _ lines: [DockerEventLine],
        key: SourceKey,
        client: DockerClient
    ) async throws {
        var batch = EventBatch()
        for line in lines {
            switch line {
            case .event(let event): await take(event, client: client, into: &batch)
            case .malformed(let bytes, _):
                // Passed on as it stands, lest it be lost unseen.
                batch.append(bytes, from: general, at: clock.now())
                collector.count { $0.malformed += 1 }
            case .dropped(let count):
                collector.count { $0.dropped += Int64(count) }
                collector.board.updateTotals { $0.oversizedEvents += Int64(count) }
            }
        }
        guard !batch.isEmpty, let memory else { return }
        wasHealthy = true
        backoff.reset()
        let checkpoint = Checkpoint(
            ledger: collector.ledger,
            source: key,
            change: .advance(.stream(memory.position))
        )
        collector.count { [batch] counts in
            counts.events += Int64(batch.entries.count)
            counts.bytes += Int64(batch.bytes.count)
        }
        // Not taken only when Jaga stops: then the next run asks for it again.
        _ = await collector.queue.push(Delivery(batch: batch, checkpoint: checkpoint))
    }

    private mutating func take(
        _ event: DockerEvent,
        client: DockerClient,
        into batch: inout EventBatch
    ) async {
        guard memory?.isNew(event) == true else {
            collector.board.updateTotals { $0.repeatedEvents += 1 }
            return
        }
        guard await !isHealthCheck(event, client: client) else {
            collector.board.updateTotals { $0.healthCheckEvents += 1 }
            return
        }
        let source = await source(of: event, client: client)
        // Fails only for what is no object, and that was read as one before.
        let text = (try? DockerListenerMessage.event(event.raw).envelope()) ?? event.raw
        batch.append(
            text,
            from: source,
            at: clock.now(),
            originNanoseconds: event.time.nanoseconds
        )
    }

    private mutating func isHealthCheck(_ event: DockerEvent, client: DockerClient) async -> Bool {
        while true {
            switch filter.verdict(on: event) {
            case .report: return false
            case .probe: return true
            case .needsInspection(let id):
                do {
                    filter.learned(try await collector.directory.inspect(id, using: client))
                } catch {
                    filter.couldNotInspect(id)
                }
            }
        }
    }

    private mutating func source(of event: DockerEvent, client: DockerClient) async -> EventSource {
        guard let identity = await identity(in: event, client: client) else { return general }
        if let known = sources[identity.id], known.container === identity { return known }
        if sources.count >= Self.sourceLimit { sources.removeAll() }
        let source = EventSource(
            agent: general.agent,
            location: general.location,
            container: identity
        )
        sources[identity.id] = source
        return source
    }

    /// The container that an event is about, or that a network or volume was
    /// joined to.
    private func identity(
        in event: DockerEvent,
        client: DockerClient
    ) async -> ContainerIdentity? {
        if event.type == "container", !event.actorID.isEmpty {
            return await collector.directory.identity(ofActorOf: event, using: client)
        }
        guard let id = event.attributes["container"] else { return nil }
        return await collector.directory.known(id)
    }

    /// Sends one of the listener's own messages.
    private mutating func send(_ message: DockerListenerMessage) async {
        // Fails only for events.
        guard let text = try? message.envelope() else { return }
        var batch = EventBatch()
        batch.append(text, from: general, at: clock.now())
        // Not taken only when Jaga stops.
        _ = await collector.queue.push(Delivery(batch: batch, checkpoint: nil))
    }
}
