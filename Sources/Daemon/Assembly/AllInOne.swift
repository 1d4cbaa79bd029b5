// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Analysis
import Collectors
import DockerClient
import EventModel
import Ruleset

/// Agent and manager in one process, on the Docker engine that is found.
///
/// ```
/// start: data folder, ruleset, alert log ─► pipeline's thread ─► collectors
/// end:   queue closed ─► collectors end ─► what waits is analysed ─► positions saved
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
        /// Folders that replace the default ruleset; usually none.
        package var rulesets: [String]

        package init(
            data: DataFolder,
            file: String?,
            environment: [String: String],
            userID: UInt32,
            hostname: String,
            rulesets: [String]
        ) {
            self.data = data
            self.file = file
            self.environment = environment
            self.userID = userID
            self.hostname = hostname
            self.rulesets = rulesets
        }
    }

    private let configuration: Configuration
    private let observer: DaemonObserver

    package init(_ configuration: Configuration, observer: DaemonObserver) {
        self.configuration = configuration
        self.observer = observer
    }

    /// Works until the task is cancelled; each element of `reloads` makes it
    /// read the ruleset again.
    ///
    /// - Throws: ``DaemonError`` when it cannot begin; `AlertStoreError` when
    ///   alerts cannot be kept.
    package func run(reloads: AsyncStream<Void>) async throws {
        let loader = RulesetSource(configuration)
        let configured = try loader.configure()
        try configuration.data.prepare()
        let lock = try DataFolderLock(configuration.data)
        OpenFileLimit.raise()
        let loaded = try loader.load(configured.settings)
        let parts = try Parts(configuration, configured.settings, observer)
        let log = try AlertLog(
            AlertLog.Configuration(folder: configuration.data.alerts),
            at: HostClock.now()
        )
        observer.started(report(configured, loaded, loader))
        let engine = loader.engine(loaded.ruleset)
        let logs = Handover(log)
        async let analysis: Void = DedicatedThread.run("analysis") {
            guard let log = logs.take() else { return }
            parts.pipeline.run(engine: engine, log: log)
        }
        try parts.start()
        await collect(parts, configured.settings, loader, reloads)
        parts.pipeline.stopWaiting()
        parts.queue.close()
        try await analysis
        try await DedicatedThread.run("end") { parts.stop() }
        await parts.engines.shutdown()
        withExtendedLifetime(lock) {}
    }

    /// Runs everything that brings events or looks after things, until the
    /// task is cancelled.
    private func collect(
        _ parts: Parts,
        _ settings: Settings,
        _ loader: RulesetSource,
        _ reloads: AsyncStream<Void>
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await parts.containerLogs.run() }
            if let events = parts.dockerEvents { group.addTask { await events.run() } }
            group.addTask { await Maintenance(parts, configuration.data, observer).run() }
            group.addTask {
                for await _ in reloads { await reload(settings, loader, parts) }
            }
        }
    }

    /// Compiles the ruleset anew beside the old one, and takes it over when it
    /// has no errors.
    private func reload(_ settings: Settings, _ loader: RulesetSource, _ parts: Parts) async {
        do {
            try await DedicatedThread.run("reload") {
                do {
                    let loaded = try loader.load(settings)
                    parts.pipeline.replaceEngine(with: loader.engine(loaded.ruleset))
                    parts.metrics.update { $0.reloads += 1 }
                    observer.notice(
                        .rulesetReloaded(
                            decoders: loaded.counts.decoders,
                            rules: loaded.counts.rules
                        )
                    )
                } catch {
                    parts.metrics.update { $0.failedReloads += 1 }
                    let mistakes = (error as? DaemonError)?.diagnostics ?? []
                    observer.notice(
                        .rulesetRefused(
                            errors: mistakes.isEmpty
                                ? ["\(error)"] : mistakes.map(\.description)
                        )
                    )
                }
            }
        } catch {
            observer.notice(.rulesetRefused(errors: ["\(error)"]))
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
