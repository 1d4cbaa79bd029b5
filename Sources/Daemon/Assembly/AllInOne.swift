// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import AlertStore
import Analysis
import Collectors
import DockerClient
import EventModel
import Ruleset
import WebServer

/// Agent and manager in one process, on the Docker engine that is found.
///
/// ```
/// start: data folder, ruleset, records, spool ─► pipeline's threads ─► collectors
///        ─► server
/// end:   queue closed ─► what waits is in the spool ─► as much as is done in five
///        seconds is analysed ─► engine's memory and positions saved
/// ```
package struct AllInOne: Sendable {
    /// What it is told, all of it from outside.
    package struct Configuration: Sendable {
        package var data: DataFolder
        /// Path of `ossec.conf`; nil for none.
        package var file: String?
        package var environment: [String: String]
        package var userID: UInt32
        /// As alerts name the manager.
        package var hostname: String
        /// As the product calls itself: `0.1.0`.
        package var version: String
        /// Folders that replace the default ruleset; usually none.
        package var rulesets: [String]
        package var web: WebSettings
        /// What alerts are found with.
        package var store: AlertStoreEngine
        /// Whether everything that is read is kept, whatever `ossec.conf` says.
        package var keepsArchives: Bool
        /// What flags and environment say of containers and engines.
        package var containers = ContainerSettings()
        /// Bytes that the spool may take.
        package var spoolLimit: Int
        /// Whether the host's engines are watched.
        package var collectsEngines = true
        /// Of an agent: when more events than these wait on the disk, what is new is
        /// delivered beside them.
        package var backlogEvents = 50_000
        /// Where own agents report to; nil for nowhere.
        package var agents: AgentPort?

        package init(
            data: DataFolder,
            file: String?,
            environment: [String: String],
            userID: UInt32,
            hostname: String,
            version: String,
            rulesets: [String],
            web: WebSettings,
            store: AlertStoreEngine,
            keepsArchives: Bool,
            spoolLimit: Int
        ) {
            self.data = data
            self.file = file
            self.environment = environment
            self.userID = userID
            self.hostname = hostname
            self.version = version
            self.rulesets = rulesets
            self.web = web
            self.store = store
            self.keepsArchives = keepsArchives
            self.spoolLimit = spoolLimit
        }
    }

    private let configuration: Configuration
    private let observer: DaemonObserver

    package init(_ configuration: Configuration, observer: DaemonObserver) {
        self.configuration = configuration
        self.observer = observer
    }

    /// Sets what a process can set once only, before anything of it is used.
    package static func prepareProcess() {
        EventLoopThreads.limit()
    }

    /// Works until the task is cancelled; each element of `reloads` makes it
    /// read the ruleset again.
    ///
    /// - Throws: ``DaemonError`` when it cannot begin; `AlertStoreError` when
    ///   alerts cannot be kept; `WebServerError` when it cannot listen.
    package func run(reloads: AsyncStream<Void>) async throws {
        let loader = RulesetSource(configuration)
        let configured = try loader.configure()
        try configuration.data.prepare()
        let lock = try DataFolderLock(configuration.data)
        OpenFileLimit.raise()
        MemoryArenas.limit()
        let loaded = try loader.load(configured.settings)
        let records = try Records(configuration, configured.settings, observer)
        let logs = try records.openLogs(at: HostClock.now())
        let memory = EngineMemory(path: configuration.data.engineMemory)
        let history = PipelineHistory(memory: memory.sequence, records: try logs.history())
        let running = try assemble(configured.settings, loader, loaded, (records, history))
        observer.started(report(configured, loaded, loader))
        let parts = running.parts
        if let damage = parts.spoolDamage { observer.notice(damage) }
        for complaint in running.responses.complaints { observer.notice(complaint) }
        let engine = try loader.engine(loaded.ruleset, configured.settings)
        let work = Handover(AnalysisWork(engine, logs, history.records))
        async let analysis: Void = DedicatedThread.run("analysis") {
            guard let work = work.take() else { return }
            parts.pipeline.run(work, memory: memory)
        }
        let intake = running.fleet?.intake
        async let commits: Void = DedicatedThread.run("commits") { intake?.run() }
        async let writing: Void = DedicatedThread.run("spool") { parts.writing.run() }
        try records.start()
        try parts.start()
        if running.takesAgents { await parts.tellStart(configuration.hostname) }
        MemoryArenas.releaseCode()
        let failure = await collect(running, reloads)
        intake?.stop()
        try await commits
        parts.pipeline.stopWaiting()
        parts.writing.stopWaiting()
        parts.queue.close()
        try await writing
        try await analysis
        try await DedicatedThread.run("end") {
            parts.stop()
            records.stop()
        }
        await parts.collection.engines.shutdown()
        withExtendedLifetime(lock) {}
        if let failure { throw failure }
    }

    private func assemble(
        _ settings: Settings,
        _ loader: RulesetSource,
        _ loaded: RulesetSource.Loaded,
        _ kept: (records: Records, history: PipelineHistory)
    ) throws -> Running {
        let records = kept.records
        let live = LiveAlerts()
        let answering = Handback<Responses>()
        let outputs = try AlertOutputs(configuration, settings, notice: observer.notice)
        let pipeline = pipelineObserver(records, live, answering, outputs)
        let parts = try Parts(configuration, settings, kept.history, pipeline)
        let fleet = try configuration.agents.map {
            try FleetManager(configuration, $0, parts, notice: observer.notice)
        }
        let agents = AgentBoard(fleet, hostname: configuration.hostname)
        let responses = try Responses(configuration, settings, parts, agents)
        answering.give(responses)
        let current = CurrentRuleset(
            CurrentRuleset.Loaded(source: loaded, time: HostClock.now().milliseconds),
            metrics: parts.metrics
        )
        let reports = ReportMailer(
            configuration,
            settings.outputs,
            records.alerts.index,
            notice: observer.notice
        )
        let reloader = RulesetReloader(
            settings: settings,
            loader: loader,
            parts: parts,
            current: current,
            responses: responses,
            outputs: outputs,
            reports: reports,
            observer: observer
        )
        return Running(
            settings: settings,
            fleet: fleet,
            agents: agents,
            parts: parts,
            records: records,
            current: current,
            reloader: reloader,
            live: live,
            wazuh: WazuhFleet(
                configuration,
                settings,
                parts.queue,
                agents,
                notice: observer.notice
            ),
            reporter: Reporter(
                configuration,
                settings.client,
                parts.spool,
                notice: observer.notice
            ),
            responses: responses,
            audit: AuditSchedule(configuration, parts.collection),
            vulnerabilities: VulnerabilityWatch(
                configuration,
                settings.vulnerabilities,
                parts.collection,
                notice: observer.notice
            ),
            outputs: outputs,
            reports: reports
        )
    }

    private func pipelineObserver(
        _ records: Records,
        _ live: LiveAlerts,
        _ answering: Handback<Responses>,
        _ outputs: AlertOutputs
    ) -> AnalysisPipeline.Observer {
        AnalysisPipeline.Observer(
            alerts: { [observer] batch in
                answering.take()?.take(batch)
                live.publish(batch)
                records.alerts.indexer.wake()
                outputs.wake()
                observer.alerts(batch)
            },
            archived: { records.archives?.indexer.wake() },
            notice: observer.notice
        )
    }

    /// Runs everything that brings events, shows alerts or looks after things,
    /// until the task is cancelled or the server cannot serve.
    ///
    /// - Returns: Why the server ended; nil when it was told to.
    private func collect(
        _ running: Running,
        _ reloads: AsyncStream<Void>
    ) async -> (any Error)? {
        let parts = running.parts
        return await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                await parts.collection.runEngines()
                return nil
            }
            group.addTask {
                await Maintenance(running, configuration.data, observer).run()
                return nil
            }
            group.addTask {
                for await _ in reloads {
                    // The operator was told.
                    _ = try? await running.reloader.reload()
                }
                return nil
            }
            group.addTask {
                await running.reloader.watch(pace: .standard)
                return nil
            }
            group.addTask {
                await running.responses.run()
                return nil
            }
            group.addTask {
                await running.audit.run()
                return nil
            }
            group.addTask {
                await running.vulnerabilities.run()
                return nil
            }
            addOutputs(running, to: &group)
            if let fleet = running.fleet {
                group.addTask { await serve(fleet) }
            }
            if let wazuh = running.wazuh {
                group.addTask {
                    await wazuh.run()
                    return nil
                }
            }
            if let reporter = running.reporter {
                group.addTask {
                    await reporter.run()
                    return nil
                }
                let ordered = OrderedResponses(
                    configuration,
                    reporter,
                    running.responses.responder,
                    notice: observer.notice
                )
                group.addTask {
                    await ordered.run()
                    return nil
                }
            }
            if let web = WebAssembly(configuration, running) {
                group.addTask { await serve(web) }
            }
            for await failure in group {
                guard let failure else { continue }
                group.cancelAll()
                return failure
            }
            return nil
        }
    }

    /// Tells people and other systems.
    private func addOutputs(_ running: Running, to group: inout TaskGroup<(any Error)?>) {
        group.addTask {
            await running.reports.run()
            return nil
        }
        group.addTask {
            do {
                try await running.outputs.run()
                return nil
            } catch {
                return error
            }
        }
    }

    private func serve(_ web: WebAssembly) async -> (any Error)? {
        do {
            try await web.run { [observer] address in observer.listening(address.report) }
            return nil
        } catch is CancellationError {
            return nil
        } catch {
            return error
        }
    }

    private func serve(_ fleet: FleetManager) async -> (any Error)? {
        do {
            try await fleet.run { [observer] in observer.listening($0) }
            return nil
        } catch is CancellationError {
            return nil
        } catch {
            return error
        }
    }

    private func report(
        _ configured: RulesetSource.Configured,
        _ loaded: RulesetSource.Loaded,
        _ loader: RulesetSource
    ) -> StartReport {
        StartReport(
            data: configuration.data,
            ruleset: loader.place,
            rules: loaded.counts.rules,
            decoders: loaded.counts.decoders,
            lists: loaded.ruleset.lists.count,
            localFiles: configured.settings.localFiles.map(\.location),
            listensToDocker: configured.settings.dockerListener != .off,
            diagnostics: configured.diagnostics + loaded.diagnostics
        )
    }
}
