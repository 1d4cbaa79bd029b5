// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Fleet
import Spool

/// An agent: collects on this host, keeps events in its spool, delivers them to a manager.
///
/// ```
/// start: data folder, keys, spool ─► threads that write and deliver ─► collectors ─► calls
/// end:   queue closed ─► what waits is in the spool, for the next start
/// ```
/// The manager is one of Jaga, where the host was enrolled, or one of Wazuh, which
/// `<client>` names; or both, and then the former says what is done.
package struct AgentProcess: Sendable {
    /// Why it ended.
    package enum End: Sendable, Hashable {
        /// It was told to.
        case stopped
        /// Its manager wants it to start anew.
        case restart
    }

    private let configuration: AllInOne.Configuration
    private let observer: DaemonObserver

    package init(_ configuration: AllInOne.Configuration, observer: DaemonObserver) {
        self.configuration = configuration
        self.observer = observer
    }

    /// Works until the task is cancelled or a restart is asked for.
    ///
    /// - Throws: ``DaemonError`` when it cannot begin, `not-enrolled` among them;
    ///   `FleetError`.
    package func run() async throws -> End {
        let configured = try RulesetSource(configuration).configure()
        try configuration.data.prepare()
        let lock = try DataFolderLock(configuration.data)
        OpenFileLimit.raise()
        MemoryArenas.limit()
        let identity = try AgentIdentityFile.read(configuration.data.fleet)
        guard identity != nil || !configured.settings.client.servers.isEmpty else {
            throw DaemonError(
                .notEnrolled,
                "this host is not enrolled: make a token on the manager with jaga manager token"
                    + " create, and run the line that it prints; or name a Wazuh manager in"
                    + " <client> of --config"
            )
        }
        let (restarts, restart) = AsyncStream.makeStream(of: Void.self)
        defer { restart.finish() }
        let central = try identity.map { identity in
            try CentralConfiguration(
                CentralSettings(configured, configuration, agentName: identity.name),
                restart: { restart.yield() },
                notice: observer.notice
            )
        }
        let settings = central?.loaded.settings ?? configured.settings
        let parts = try AgentParts(
            configuration,
            settings,
            isEnrolled: identity != nil,
            notice: observer.notice
        )
        let responses = try await responses(configured, identity, parts)
        let link = try identity.map { identity in
            try AgentLink(identity, hooks: hooks(parts, central, responses, restart))
        }
        let orders = try responses.flatMap {
            try OrderedResponses(configuration, parts, $0, notice: observer.notice)
        }
        observer.agentStarted(
            report(identity, settings, central?.loaded.diagnostics ?? configured.diagnostics)
        )
        async let writing: Void = DedicatedThread.run("spool") { parts.writing.run() }
        async let delivering: Void = DedicatedThread.run("delivery") { parts.delivery?.run() }
        try parts.collection.start { [spool = parts.spool] in try spool.sync(before: $0) }
        let images = VulnerabilityWatch(
            configuration,
            settings.vulnerabilities,
            parts.collection,
            notice: observer.notice
        )
        let end = await work(parts, images, link, orders, restarts)
        parts.delivery?.stop()
        parts.writing.stopWaiting()
        parts.collection.queue.close()
        try await writing
        try await delivering
        try await DedicatedThread.run("end") { parts.collection.stop() }
        await parts.collection.engines.shutdown()
        withExtendedLifetime(lock) {}
        return end
    }

    private func work(
        _ parts: AgentParts,
        _ images: VulnerabilityWatch,
        _ link: AgentLink?,
        _ orders: OrderedResponses?,
        _ restarts: AsyncStream<Void>
    ) async -> End {
        await withTaskGroup(of: End?.self) { group in
            group.addTask {
                await parts.collection.runEngines()
                return nil
            }
            if let link {
                group.addTask {
                    await parts.delivery?.carry(over: link)
                    return nil
                }
                group.addTask {
                    await link.run()
                    return .stopped
                }
            }
            if let reporter = parts.reporter {
                group.addTask {
                    await reporter.run()
                    return nil
                }
            }
            if let orders {
                group.addTask {
                    await orders.run()
                    return nil
                }
            }
            group.addTask {
                for await _ in restarts { return .restart }
                return .stopped
            }
            group.addTask {
                await AgentStatusFile(parts, configuration).run()
                return nil
            }
            group.addTask {
                await AuditSchedule(configuration, parts.collection).run()
                return nil
            }
            group.addTask {
                await images.run()
                return nil
            }
            for await end in group {
                guard let end else { continue }
                group.cancelAll()
                return end
            }
            return .stopped
        }
    }

    /// Made on a thread of its own: names of managers are looked up.
    private func responses(
        _ configured: RulesetSource.Configured,
        _ identity: AgentIdentityFile?,
        _ parts: AgentParts
    ) async throws -> AgentResponses? {
        let made = Handback<AgentResponses>()
        try await DedicatedThread.run("responses") { [configuration] in
            made.give(
                AgentResponses(
                    configuration,
                    configured.settings.responses,
                    parts.collection.engines,
                    managers: (identity?.managers ?? []).compactMap { ManagerAddress($0)?.host }
                        + configured.settings.client.servers.map(\.host)
                )
            )
        }
        return made.take()
    }

    private func hooks(
        _ parts: AgentParts,
        _ central: CentralConfiguration?,
        _ responses: AgentResponses?,
        _ restart: AsyncStream<Void>.Continuation
    ) -> AgentLink.Hooks {
        let (version, system) = (configuration.version, HostSystem.name())
        let (spool, board) = (parts.spool, parts.collection.board)
        let notice = observer.notice
        let folder = configuration.data.fleet
        var handlers: [FleetCommand.Kind: AgentCommands.Handler] = [:]
        if let central { handlers[.configuration] = { try await central.take($0) } }
        if let responses { handlers[.response] = responses.handler }
        let commands = AgentCommands(handlers)
        return AgentLink.Hooks(
            telling: {
                var telling = AgentRegistry.Telling()
                let figures = spool.figures
                let statuses = board.statuses
                telling.version = version
                telling.system = system
                telling.waitingEvents = figures.waitingEvents
                telling.lagSeconds = figures.oldestSeconds
                telling.sources = statuses.count
                telling.containers = statuses.count { status in
                    guard status.name.kind == .container else { return false }
                    if case .connected = status.state { return true }
                    return false
                }
                central?.tell(&telling)
                return telling
            },
            keep: { try $0.write(folder) },
            restart: { restart.yield() },
            perform: { await commands.perform($0) },
            notice: { text, isTrouble in notice(.manager(text, isTrouble: isTrouble)) },
            now: { HostClock.now().milliseconds }
        )
    }

    private func report(
        _ identity: AgentIdentityFile?,
        _ settings: Settings,
        _ diagnostics: [Diagnostic]
    ) -> AgentStartReport {
        AgentStartReport(
            id: identity?.id ?? "",
            name: identity?.name ?? configuration.hostname,
            managers: (identity?.managers ?? [])
                + settings.client.servers.map { "\($0.host):\($0.port) (Wazuh)" },
            localFiles: settings.localFiles.map(\.location),
            diagnostics: diagnostics
        )
    }
}
