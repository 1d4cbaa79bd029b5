// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import EventModel

/// Makes events of what a reader of the engine's stream left in a buffer, and
/// puts them into the queue; the one that may wait.
struct DockerEventDelivery {
    private let collector: DockerEventCollector
    private let buffer: EventBuffer
    private let general: EventSource
    private var sources: [String: EventSource] = [:]
    private var filter = HealthCheckFilter(containerLimit: 10_000)
    private var clock = LocalClock()
    /// Nil until the engine was looked at once.
    private var inventory: EngineInventory?
    private var isRecalled = false
    private var nextImageListing = MonotonicTime(nanoseconds: 0)
    /// Time of the latest event passed on, or from when on events are known.
    private var latest: Int64

    /// Containers whose source is kept; all are made anew beyond it.
    private static let sourceLimit = 4096
    private static let imageListingInterval = Duration.seconds(5)

    /// Runs until the buffer has ended and is empty.
    static func run(_ collector: DockerEventCollector, _ buffer: EventBuffer) async {
        var delivery = DockerEventDelivery(collector, buffer)
        while let items = await buffer.take() {
            for item in items { await delivery.take(item) }
        }
    }

    private init(_ collector: DockerEventCollector, _ buffer: EventBuffer) {
        self.collector = collector
        self.buffer = buffer
        latest = collector.began
        general = EventSource(
            agent: collector.configuration.agent,
            location: DockerEventCollector.location
        )
    }

    private mutating func take(_ item: EventBuffer.Item) async {
        switch item {
        case .message(let message): await send(message, DockerExtension())
        case .lines(let lines, let position, let client):
            await take(lines, position: position, client: client)
        case .connection(let survey, let client):
            await recall(client)
            if let findings = await survey.findings() {
                await reconcile(findings, client: client, loss: nil)
            }
        case .lost(let loss, let survey, let client):
            if let findings = await survey.findings() {
                await reconcile(findings, client: client, loss: loss)
            }
        }
    }

    // MARK: Events

    private mutating func take(
        _ lines: [DockerEventLine],
        position: StreamPosition,
        client: DockerClient
    ) async {
        let events = lines.compactMap { if case .event(let event) = $0 { event } else { nil } }
        await collector.directory.meet(Self.containers(in: events), using: client)
        var batch = EventBatch()
        var met: [ContainerIdentity.Facts] = []
        var isChanged = false
        for line in lines {
            switch line {
            case .event(let event):
                if inventory?.apply(event) == true { isChanged = true }
                await take(event, client: client, into: &batch, met: &met)
            case .malformed(let bytes, _):
                // Passed on as it stands, lest it be lost unseen.
                batch.append(bytes, from: general, at: clock.now())
                collector.count { $0.malformed += 1 }
            case .dropped(let count):
                collector.count { $0.dropped += Int64(count) }
                collector.board.updateTotals { $0.oversizedEvents += Int64(count) }
            }
        }
        latest = max(latest, position.nanoseconds)
        await push(batch, client: client, position: position)
        await refreshImages(client)
        if isChanged || !met.isEmpty, let inventory {
            collector.inventories.update("\(client.endpoint)", inventory, met: met)
        }
    }

    /// Also those that something was joined to or taken from.
    private static func containers(in events: [DockerEvent]) -> Set<String> {
        var ids: Set<String> = []
        for event in events where event.type == "container" && !event.actorID.isEmpty {
            ids.insert(event.actorID)
        }
        return ids
    }

    private mutating func take(
        _ event: DockerEvent,
        client: DockerClient,
        into batch: inout EventBatch,
        met: inout [ContainerIdentity.Facts]
    ) async {
        guard await !isHealthCheck(event, client: client) else {
            collector.board.updateTotals { $0.healthCheckEvents += 1 }
            return
        }
        let source = await source(of: event, met: &met)
        // Fails only for what is no object, and that was read as one before.
        let text = (try? DockerListenerMessage.event(event.raw).envelope(addition())) ?? event.raw
        batch.append(
            text,
            from: source,
            at: clock.now(),
            originNanoseconds: event.time.nanoseconds
        )
    }

    private func addition() -> DockerExtension {
        var addition = DockerExtension()
        addition.engine = collector.engine.mark
        return addition
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

    private mutating func source(
        of event: DockerEvent,
        met: inout [ContainerIdentity.Facts]
    ) async -> EventSource {
        guard let identity = await identity(in: event) else { return general }
        return source(of: identity, met: &met)
    }

    private mutating func source(
        of identity: ContainerIdentity,
        met: inout [ContainerIdentity.Facts]
    ) -> EventSource {
        if let known = sources[identity.id], known.container?.facts == identity.facts {
            return known
        }
        if sources.count >= Self.sourceLimit { sources.removeAll() }
        let source = EventSource(
            agent: general.agent,
            location: general.location,
            container: identity
        )
        sources[identity.id] = source
        met.append(identity.facts)
        return source
    }

    /// The container that an event is about, or that a network or volume was
    /// joined to.
    private func identity(in event: DockerEvent) async -> ContainerIdentity? {
        if event.type == "container", !event.actorID.isEmpty {
            // What was removed cannot be inspected any more.
            if event.action == "destroy" { return await collector.directory.settle(event) }
            return await collector.directory.identity(ofActorOf: event)
        }
        guard let id = event.attributes["container"] else { return nil }
        return await collector.directory.known(id)
    }

    // MARK: Gaps

    /// Who the containers were, and what the engine had, when Jaga last knew.
    private mutating func recall(_ client: DockerClient) async {
        guard !isRecalled else { return }
        isRecalled = true
        if case .stream(let position) = collector.ledger.position(
            of: DockerEventCollector.key(of: client)
        ) {
            latest = position.nanoseconds
        }
        guard let known = collector.inventories.engine(at: "\(client.endpoint)") else { return }
        inventory = known.inventory
        await collector.directory.recall(known.identities)
    }

    private mutating func reconcile(
        _ findings: EngineSurvey.Findings,
        client: DockerClient,
        loss: EventBuffer.Loss?
    ) async {
        let comparison = InventoryComparison(
            inventory ?? EngineInventory(),
            findings,
            seenUntil: latest,
            isSilent: inventory == nil || findings.coverage == .complete
        )
        inventory = comparison.inventory
        var met: [ContainerIdentity.Facts] = []
        defer {
            collector.inventories.update("\(client.endpoint)", comparison.inventory, met: met)
        }
        let reason: String
        switch findings.coverage {
        case .complete: return
        case .likely where comparison.missed.isEmpty: return
        case .likely: reason = "the engine lists other things than its events told of"
        case .broken(let text): reason = text
        }
        await tell(comparison.missed, findings, reason: reason, loss: loss, met: &met, client)
    }

    /// Sends the gap, and what must have happened in it.
    private mutating func tell(
        _ missed: [MissedEvent],
        _ findings: EngineSurvey.Findings,
        reason: String,
        loss: EventBuffer.Loss?,
        met: inout [ContainerIdentity.Facts],
        _ client: DockerClient
    ) async {
        let known = min(latest, findings.began)
        var message = addition()
        message.gap = DockerExtension.Gap(
            from: EngineTime(nanoseconds: loss.map { min($0.from, findings.began) } ?? known),
            to: EngineTime(nanoseconds: loss.map { max($0.to, known) } ?? findings.began),
            reason: reason,
            synthetic: missed.count,
            lost: loss?.count ?? 0
        )
        collector.board.updateTotals { totals in
            totals.eventGaps += 1
            totals.syntheticEvents += Int64(missed.count)
        }
        collector.count { $0.gaps += 1 }
        var batch = EventBatch()
        // Fails only for events that are no object.
        if let text = try? DockerListenerMessage.gap.envelope(message) {
            batch.append(text, from: general, at: clock.now())
        }
        var extra = addition()
        extra.isSynthetic = true
        for event in missed {
            guard let text = try? DockerListenerMessage.event(event.line).envelope(extra) else {
                continue
            }
            var source = general
            if event.type == "container", let read = try? DockerEvent(line: event.line) {
                source = self.source(
                    of: await collector.directory.settle(read),
                    met: &met
                )
            }
            batch.append(text, from: source, at: clock.now(), originNanoseconds: event.time)
        }
        // What was seen before is no longer a proof of anything: without this
        // the same gap would be said again after a restart of Jaga.
        if loss == nil { buffer.withMemory { $0.forgetEarlier() } }
        let position = StreamPosition(nanoseconds: latest, fingerprints: [])
        await push(batch, client: client, position: loss == nil ? position : nil)
    }

    /// An image's events do not say all that changed.
    private mutating func refreshImages(_ client: DockerClient) async {
        guard inventory?.imagesAreStale == true, MonotonicTime.now > nextImageListing else {
            return
        }
        nextImageListing = MonotonicTime.now.advanced(by: Self.imageListingInterval)
        // Not known now: asked again after a while, and not compared till then.
        let images = try? await within(.seconds(2), else: CancellationError()) {
            try await client.images()
        }
        guard let images else { return }
        inventory?.images = Dictionary(
            images.prefix(EngineInventory.limit).map { ($0.id, $0.tags) }
        ) { first, _ in first }
        inventory?.imagesAreStale = false
    }

    // MARK: Sending

    private func push(
        _ batch: EventBatch,
        client: DockerClient,
        position: StreamPosition?
    ) async {
        let checkpoint = position.map { position in
            Checkpoint(
                ledger: collector.ledger,
                source: DockerEventCollector.key(of: client),
                change: .advance(.stream(position))
            )
        }
        collector.count { [batch] counts in
            counts.events += Int64(batch.entries.count)
            counts.bytes += Int64(batch.bytes.count)
        }
        if let position { collector.report(position: position) }
        // Not taken only when Jaga stops: then the next run asks for it again.
        _ = await collector.queue.push(Delivery(batch: batch, checkpoint: checkpoint))
    }

    /// Sends one of the listener's own messages.
    private mutating func send(
        _ message: DockerListenerMessage,
        _ addition: DockerExtension
    ) async {
        var addition = addition
        addition.engine = collector.engine.mark
        // Fails only for events that are no object.
        guard let text = try? message.envelope(addition) else { return }
        var batch = EventBatch()
        batch.append(text, from: general, at: clock.now())
        // Not taken only when Jaga stops.
        _ = await collector.queue.push(Delivery(batch: batch, checkpoint: nil))
    }
}
