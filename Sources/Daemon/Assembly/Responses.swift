// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Collectors
import DockerClient
import EventModel
import Synchronization

/// The responses of an all-in-one: made from the settings, joined to engines and
/// to the queue, into which what they did comes as events.
final class Responses: Sendable {
    let responder: Responder
    let engines: EngineFleet
    private let scripts: ScriptFolder
    private let hasAgents: Bool
    /// As the settings of now have them.
    private let current: CurrentResponses
    /// `ar.conf`, for agents of Wazuh; nil when there are none.
    private let names: String?
    /// Where it lies.
    private let folder: String

    /// - Throws: `ResponseError` `journal` when it cannot be opened.
    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ parts: Parts,
        _ agents: AgentBoard
    ) throws {
        let data = configuration.data
        folder = data.shared
        hasAgents = configuration.agents != nil || settings.fleet.remote != nil
        names = settings.fleet.remote.map { _ in data.shared + "/ar.conf" }
        scripts = ScriptFolder(root: data.path)
        engines = parts.collection.engines
        let prepared = Self.prepared(settings, scripts)
        let current = CurrentResponses(prepared.responses.protections, prepared.commands)
        self.current = current
        let host = HostPerformer(Self.host(configuration, current, engines))
        var surroundings = Responder.Surroundings(
            performer: { $0 == "000" ? host : agents.performer(for: $0) },
            requests: RequestFolder(path: data.responseRequests),
            now: { HostClock.now().nanoseconds },
            audit: Self.audit(configuration.hostname, parts.queue)
        )
        surroundings.agents = { agents.connected }
        responder = Responder(
            prepared.responses,
            commands: prepared.commands,
            journal: try ResponseJournal(path: data.responseJournal),
            surroundings
        )
        writeNames(prepared.responses)
    }

    /// Takes alerts of the pipeline; never blocks.
    func take(_ batch: borrowing AlertBatch) { responder.intake.take(batch) }

    /// Answers, until the task is cancelled.
    func run() async { await responder.run() }

    /// Responses that can do nothing, since their script is not safe to run, or not there.
    ///
    /// It looks at files of this host: nothing is said where agents have their own.
    var complaints: [OperatorNotice] {
        guard !hasAgents else { return [] }
        return responder.settings.responses.compactMap { response in
            guard response.command.kind == .script else { return nil }
            do {
                _ = try scripts.script(response.command.executable)
                return nil
            } catch {
                return .output("response \(response.name) can do nothing: \(error)", true)
            }
        }
    }

    /// Takes over settings that were read again; it looks at files.
    func replace(_ settings: Settings) {
        let prepared = Self.prepared(settings, scripts)
        current.set(prepared.responses.protections, prepared.commands)
        responder.replace(prepared.responses, commands: prepared.commands)
        writeNames(prepared.responses)
    }

    /// Tells agents of Wazuh what the responses' names mean, when that has changed.
    private func writeNames(_ settings: ResponseSettings) {
        guard let names else { return }
        let bytes = WazuhPerformer.configuration(settings.responses)
        // What cannot be read is written anew.
        guard (try? FileSystem.contents(of: names, limit: 1 << 20)) != bytes else { return }
        // Agents go on with what they know until the next reload.
        try? FileSystem.makeFolder(folder, mode: 0o750)
        try? FileSystem.replace(names, with: bytes, mode: 0o640)
    }

    /// The settings, with what is known of this host: its scripts, its addresses, Jaga's own
    /// container.
    private static func prepared(
        _ settings: Settings,
        _ scripts: ScriptFolder
    ) -> (responses: ResponseSettings, commands: [ResponseCommand]) {
        var responses = settings.responses
        responses.responses = responses.responses.map { $0.resolved(in: scripts) }
        responses.protections.ownContainer = OwnContainer.id()
        responses.protections.ownAddresses = HostAddresses.list()
        return (responses, settings.responseCommands.map { $0.resolved(in: scripts) })
    }

    private static func host(
        _ configuration: AllInOne.Configuration,
        _ current: CurrentResponses,
        _ engines: EngineFleet
    ) -> HostPerformer.Configuration {
        var host = HostPerformer.Configuration(
            engine: { try engines.client(ofMark: $0) },
            protections: {
                var protections = current.protections
                protections.ownAddresses = HostAddresses.list()
                return protections
            },
            data: configuration.data.path,
            now: { HostClock.now().nanoseconds }
        )
        host.node = configuration.hostname
        host.webhookAddress = { current.webhookAddress($0) }
        return host
    }

    static func audit(
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

/// What acts ask of the settings of now.
final class CurrentResponses: Sendable {
    private struct Value {
        var protections: Protections
        /// Where the webhooks of commands send to.
        var addresses: [String: String]

        init(_ protections: Protections, _ commands: [ResponseCommand]) {
            self.protections = protections
            let webhooks = commands.filter { $0.kind == .webhook }
            addresses = Dictionary(
                webhooks.map { ($0.name, $0.arguments.first ?? "") },
                uniquingKeysWith: { $1 }
            )
        }
    }

    private let value: Mutex<Value>

    init(_ protections: Protections, _ commands: [ResponseCommand]) {
        value = Mutex(Value(protections, commands))
    }

    /// What is never acted upon.
    var protections: Protections { value.withLock { $0.protections } }

    /// Where the webhook of a command sends to; nil when there is none.
    func webhookAddress(_ command: String) -> String? { value.withLock { $0.addresses[command] } }

    func set(_ protections: Protections, _ commands: [ResponseCommand]) {
        let new = Value(protections, commands)
        value.withLock { $0 = new }
    }
}

extension EngineFleet {
    /// The client of an engine by its mark; empty for the first.
    ///
    /// - Throws: `ResponseError` `engine` when it is not watched.
    func client(ofMark mark: String) throws -> DockerClient {
        guard let engine = all.first(where: { $0.mark == mark }) else {
            throw ResponseError(.engine, "the engine \(mark) is not watched any more")
        }
        return try engine.client()
    }
}
