// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
package import EventModel
import Fleet
import Spool

/// An agent: collects on this host, keeps events in its spool, delivers them to a manager.
///
/// ```
/// start: data folder, keys, spool ─► threads that write and deliver ─► collectors ─► calls
/// end:   queue closed ─► what waits is in the spool, for the next start
/// ```
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

    /// The long-lived parts.
    private struct Parts: Sendable {
        let collection: Collection
        let spool: Spool
        let writing: SpoolWriting
        let delivery: AgentDelivery
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
        let folder = configuration.data.fleet
        guard let identity = try AgentIdentityFile.read(folder) else {
            throw DaemonError(
                .notEnrolled,
                "this host is not enrolled: make a token on the manager with jaga manager token"
                    + " create, and run the line that it prints"
            )
        }
        let parts = try assemble(configured.settings)
        let (restarts, restart) = AsyncStream.makeStream(of: Void.self)
        let link = try AgentLink(identity, hooks: hooks(parts, folder, restart))
        observer.agentStarted(report(identity, configured))
        async let writing: Void = DedicatedThread.run("spool") { parts.writing.run() }
        async let delivering: Void = DedicatedThread.run("delivery") { parts.delivery.run() }
        try parts.collection.start { [spool = parts.spool] in try spool.sync(before: $0) }
        let end = await work(parts, link, restarts)
        parts.delivery.stop()
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
        _ parts: Parts,
        _ link: AgentLink,
        _ restarts: AsyncStream<Void>
    ) async -> End {
        await withTaskGroup(of: End?.self) { group in
            group.addTask {
                await parts.collection.runEngines()
                return nil
            }
            group.addTask {
                await parts.delivery.carry(over: link)
                return nil
            }
            group.addTask {
                await link.run()
                return .stopped
            }
            group.addTask {
                for await _ in restarts { return .restart }
                return nil
            }
            group.addTask {
                await AgentStatusFile(parts.collection, parts.spool, configuration).run()
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

    private func assemble(_ settings: Settings) throws -> Parts {
        let data = configuration.data
        let positions = try PositionStore(path: data.state + "/positions")
        let mark = try DeliveryMark(path: data.fleet + "/delivered")
        let collection = try Collection(
            configuration,
            settings,
            positions,
            notice: observer.notice
        )
        var spooled = Spool.Configuration(
            folder: data.spool,
            limitBytes: configuration.spoolLimit
        )
        // A number is never given twice, though the spool was removed.
        spooled.firstSequence = max(positions.ledger.spooledBefore, mark.opened)
        let spool = try Spool(
            spooled,
            acknowledged: mark.opened,
            kept: mark.opened
        ) { sequence, checkpoint in
            // One that is not understood moves no position: its source is read again.
            positions.ledger.restore(checkpoint, sequence: sequence)
        }
        if let damage = OperatorNotice(damageOf: spool) { observer.notice(damage) }
        let feed = SpoolFeed(next: spool.nextSequence)
        return Parts(
            collection: collection,
            spool: spool,
            writing: SpoolWriting(
                queue: collection.queue,
                spool: spool,
                feed: feed,
                notice: observer.notice
            ),
            delivery: AgentDelivery(
                spool: spool,
                feed: feed,
                mark: mark,
                notice: observer.notice
            )
        )
    }

    private func hooks(
        _ parts: Parts,
        _ folder: String,
        _ restart: AsyncStream<Void>.Continuation
    ) -> AgentLink.Hooks {
        let (version, system) = (configuration.version, HostSystem.name())
        let (spool, board) = (parts.spool, parts.collection.board)
        let notice = observer.notice
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
                return telling
            },
            keep: { try $0.write(folder) },
            restart: { restart.yield() },
            notice: { text, isTrouble in notice(.manager(text, isTrouble: isTrouble)) },
            now: { HostClock.now().milliseconds }
        )
    }

    private func report(
        _ identity: AgentIdentityFile,
        _ configured: RulesetSource.Configured
    ) -> AgentStartReport {
        AgentStartReport(
            id: identity.id,
            name: identity.name,
            managers: identity.managers,
            localFiles: configured.settings.localFiles.map(\.location),
            diagnostics: configured.diagnostics
        )
    }
}

/// What an agent begins with.
package struct AgentStartReport: Sendable {
    package let id: String
    package let name: String
    package let managers: [String]
    /// Files named by the configuration, besides the containers' logs.
    package let localFiles: [String]
    /// Warnings and notes about the configuration.
    package let diagnostics: [Diagnostic]
}
