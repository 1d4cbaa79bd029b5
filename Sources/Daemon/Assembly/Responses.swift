// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Collectors
import DockerClient
import EventModel

/// The responses of an all-in-one: made from the settings, joined to engines and
/// to the queue, into which what they did comes as events.
struct Responses: Sendable {
    private let responder: Responder

    /// - Throws: `ResponseError` `journal` when it cannot be opened.
    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ parts: Parts
    ) throws {
        let data = configuration.data
        let scripts = ScriptFolder(root: data.path)
        var responses = settings.responses
        responses.responses = responses.responses.map { $0.resolved(in: scripts) }
        responses.protections.ownContainer = OwnContainer.id()
        let host = HostPerformer(
            Self.host(configuration, responses.protections, parts.collection.engines)
        )
        responses.protections.ownAddresses = HostAddresses.list()
        responder = Responder(
            responses,
            commands: settings.responseCommands.map { $0.resolved(in: scripts) },
            journal: try ResponseJournal(path: data.responseJournal),
            Responder.Surroundings(
                // Agents are asked by the fleet, which takes its place here.
                performer: { $0 == "000" ? host : nil },
                requests: RequestFolder(path: data.responseRequests),
                now: { HostClock.now().nanoseconds },
                audit: Self.audit(configuration.hostname, parts.queue)
            )
        )
    }

    /// Takes alerts of the pipeline; never blocks.
    func take(_ batch: borrowing AlertBatch) { responder.intake.take(batch) }

    /// Answers, until the task is cancelled.
    func run() async { await responder.run() }

    private static func host(
        _ configuration: AllInOne.Configuration,
        _ protections: Protections,
        _ engines: EngineFleet
    ) -> HostPerformer.Configuration {
        var host = HostPerformer.Configuration(
            engine: { mark in
                guard let engine = engines.all.first(where: { $0.mark == mark }) else {
                    throw ResponseError(.engine, "the engine \(mark) is not watched any more")
                }
                return try engine.client()
            },
            protections: {
                var protections = protections
                protections.ownAddresses = HostAddresses.list()
                return protections
            },
            data: configuration.data.path,
            now: { HostClock.now().nanoseconds }
        )
        host.node = configuration.hostname
        return host
    }

    private static func audit(
        _ hostname: String,
        _ queue: EventQueue
    ) -> @Sendable (AuditRecord) async -> Void {
        let agent = AgentIdentity(id: "000", name: hostname)
        let source = EventSource(agent: agent, location: AuditRecord.location)
        return { record in
            var batch = EventBatch()
            batch.append(record.json, from: source, at: HostClock.now())
            // Not taken only at the end, when the journal still tells.
            _ = await queue.push(Delivery(batch: batch, checkpoint: nil))
        }
    }
}
