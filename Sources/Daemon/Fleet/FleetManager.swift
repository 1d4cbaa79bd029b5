// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Fleet

/// The manager of own agents: its authority, who is registered, the port, and the events
/// about agents.
struct FleetManager: Sendable {
    private static let keepInterval = Duration.seconds(5)
    /// Events about agents that wait at most; more come only when a fleet starts at once.
    private static let noticeLimit = 65_536

    let registry: AgentRegistry
    /// What agents are to do.
    let commands = CommandDesk()
    let intake: FleetIntake
    let configurations: GroupConfigurations
    private let server: FleetServer
    private let presences: PresenceFile
    private let changes: AsyncStream<AgentRegistry.Notice>
    private let queue: EventQueue
    private let notice: @Sendable (OperatorNotice) -> Void
    let port: AgentPort
    let authority: Authority
    private let hostname: String

    init(
        _ configuration: AllInOne.Configuration,
        _ port: AgentPort,
        _ parts: Parts,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) throws {
        let folder = configuration.data.fleet
        try StateFile.makeFolder(folder)
        let now: @Sendable () -> Int64 = { HostClock.now().milliseconds }
        authority = try Authority(folder: folder, at: now() / 1_000)
        presences = PresenceFile(folder: folder)
        let (changes, change) = AsyncStream.makeStream(
            of: AgentRegistry.Notice.self,
            bufferingPolicy: .bufferingOldest(Self.noticeLimit)
        )
        self.changes = changes
        registry = AgentRegistry(
            file: FleetFile(folder: folder),
            presences: Self.read(presences, notice),
            now: now,
            tell: { change.yield($0) }
        )
        try registry.refresh()
        let intake = FleetIntake(parts)
        self.intake = intake
        var listening = FleetServerConfiguration(
            host: port.host,
            port: port.port,
            names: Self.names(port, configuration.hostname)
        )
        listening.limits.connections = OpenFileLimit.share(of: listening.limits.connections)
        server = FleetServer(
            listening,
            services: FleetServices(
                authority: authority,
                registry: registry,
                commands: commands,
                take: { try await intake.take($0) },
                now: now
            )
        )
        configurations = GroupConfigurations(
            folder: configuration.data.shared,
            registry,
            commands,
            notice: notice,
            refused: { [queue = parts.queue, hostname = configuration.hostname] agent, reason in
                _ = await queue.push(Self.refusal(agent, reason, hostname))
            }
        )
        queue = parts.queue
        self.notice = notice
        self.port = port
        hostname = configuration.hostname
    }

    private static func read(
        _ file: PresenceFile,
        _ notice: @Sendable (OperatorNotice) -> Void
    ) -> [String: PresenceRecord] {
        do {
            return try file.read()
        } catch {
            notice(.maintenanceFailed("\(error)"))
            return [:]
        }
    }

    /// What the certificate has: names, and addresses of today.
    static func names(_ port: AgentPort, _ hostname: String) -> [String] {
        var names: [String] = []
        for name in port.names + [hostname, "localhost", "127.0.0.1", "::1"] + HostAddress.own()
        where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: `FleetError`.
    func run(listening: @escaping @Sendable (ListenReport) -> Void) async throws {
        var report = ListenReport(
            url: "\(ManagerAddress(host: port.host, port: port.port))",
            setupLink: nil,
            fingerprint: authority.fingerprint
        )
        report.isForAgents = true
        let listened = report
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { _ in listening(listened) } }
            group.addTask { await tell() }
            group.addTask { await keep() }
            group.addTask { await configurations.run() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Makes events of what happens to agents.
    ///
    /// Source: around-the-engine.md §5.8.
    private func tell() async {
        for await change in changes {
            let location = change.change == .stopped ? "wazuh-remoted" : "wazuh-monitord"
            let agent =
                change.change == .connected || change.change == .started
                ? AgentIdentity(id: change.id, name: change.name, address: change.address)
                : AgentIdentity(id: "000", name: hostname)
            var batch = EventBatch()
            batch.append(
                Array(change.change.text(name: change.name, address: change.address).utf8),
                from: EventSource(agent: agent, location: location),
                at: HostClock.now()
            )
            _ = await queue.push(Delivery(batch: batch, checkpoint: nil))
        }
    }

    /// The event of an agent that does not use what its group configures.
    private static func refusal(
        _ agent: AgentReport,
        _ reason: String,
        _ hostname: String
    ) -> Delivery {
        let place = agent.address.isEmpty ? "any" : agent.address
        // The reason quotes what operators and agents write: one line of it.
        let reason = String(reason.map { $0.isNewline ? " " : $0 }.prefix(1_024))
        let text = "jaga: Agent configuration refused: '\(agent.name)->\(place)': \(reason)"
        var batch = EventBatch()
        batch.append(
            Array(text.utf8),
            from: EventSource(
                agent: AgentIdentity(id: "000", name: hostname),
                location: "wazuh-remoted"
            ),
            at: HostClock.now()
        )
        return Delivery(batch: batch, checkpoint: nil)
    }

    /// Keeps how agents stand, when it has changed.
    private func keep() async {
        var kept: [String: PresenceRecord] = [:]
        var failure = ""
        while !Task.isCancelled {
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.keepInterval)
            let now = registry.presences
            guard now != kept else { continue }
            let presences = presences
            let outcome = Handback<String>()
            do {
                try await DedicatedThread.run("presence") {
                    do { try presences.write(now) } catch { outcome.give("\(error)") }
                }
            } catch {
                outcome.give("\(error)")
            }
            kept = now
            let said = outcome.take() ?? ""
            if !said.isEmpty, said != failure { notice(.maintenanceFailed(said)) }
            failure = said
        }
    }
}

extension DataFolder {
    /// Keys, who is registered, and how they stand: its owner's only.
    package var fleet: String { state + "/fleet" }
}
