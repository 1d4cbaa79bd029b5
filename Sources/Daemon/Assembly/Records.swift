// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Collectors
import EventModel

/// What Jaga keeps, searchable: the record of alerts, perhaps one of everything
/// that was read, and an index that follows each.
struct Records: Sendable {
    let alerts: IndexedRecord
    /// Nil when not everything is kept.
    let archives: IndexedRecord?

    /// - Throws: `AlertIndexError`, `AlertStoreError`.
    init(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ observer: DaemonObserver
    ) throws {
        let keepsArchives = settings.keepsArchives || configuration.keepsArchives
        alerts = try IndexedRecord(.alerts, configuration, observer)
        archives = keepsArchives ? try IndexedRecord(.archives, configuration, observer) : nil
    }

    /// Opens the records for writing, for the pipeline's thread.
    ///
    /// - Throws: `AlertStoreError`.
    func openLogs(at time: Timestamp) throws -> AnalysisPipeline.Logs {
        AnalysisPipeline.Logs(
            alerts: try alerts.openLog(at: time),
            archives: try archives?.openLog(at: time)
        )
    }

    /// Starts the threads that index.
    func start() throws {
        try alerts.start()
        try archives?.start()
    }

    /// Ends them; what is not indexed by then is at the next start.
    func stop() {
        alerts.stop()
        archives?.stop()
    }

    /// Compresses and removes old files.
    ///
    /// - Throws: The first failure, after everything was tried.
    func archive(at time: Timestamp) throws {
        var failure: AlertStoreError?
        for record in [alerts, archives].compactMap({ $0 }) {
            do throws(AlertStoreError) {
                let report = try record.archive(at: time)
                failure = failure ?? report.failures.first
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// What keeps alerts from being found, in words; nil for nothing.
    var trouble: String? { alerts.trouble ?? archives?.trouble }

    /// What the indexers count, in Prometheus' text form.
    var metricsText: String {
        let all = [alerts, archives].compactMap { $0 }
        var output = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: (IndexedRecord) -> Int) {
            output += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
            for record in all {
                output += "\(name){record=\"\(record.kind.rawValue)\"} \(value(record))\n"
            }
        }
        add("jaga_indexed_total", "counter", "Lines of a record indexed.") {
            $0.indexer.progress.alerts
        }
        add("jaga_indexed_bytes_total", "counter", "Bytes of a record indexed.") {
            $0.indexer.progress.bytes
        }
        add("jaga_index_failures_total", "counter", "Indexing tried again after a failure.") {
            $0.indexer.progress.failures
        }
        add("jaga_index_caught_up", "gauge", "Whether all lines are indexed.") {
            $0.indexer.progress.isCaughtUp ? 1 : 0
        }
        return output
    }
}

extension AnalysisPipeline.Logs {
    /// What the records have seen before this run.
    ///
    /// - Throws: `AlertStoreError`.
    func history() throws -> RecordHistory {
        RecordHistory(alerts: try alerts.lastEvent(), archives: try archives?.lastEvent())
    }
}

/// A record with its index.
struct IndexedRecord: Sendable {
    let kind: RecordKind
    let index: any AlertIndex
    let indexer: AlertIndexer
    private let folder: String

    init(
        _ kind: RecordKind,
        _ configuration: AllInOne.Configuration,
        _ observer: DaemonObserver
    ) throws {
        let data = configuration.data
        self.kind = kind
        folder = kind == .alerts ? data.alerts : data.archives
        let indexer = try AlertIndexer(
            AlertIndexer.Configuration(record: folder, kind: kind, index: data.index)
        ) { observer.notice(.index($0)) }
        self.indexer = indexer
        index = configuration.store.index(
            SQLiteAlertIndex.Configuration(record: folder, kind: kind, index: data.index)
        ) { indexer.reportDamage($0) }
    }

    func openLog(at time: Timestamp) throws -> AlertLog {
        var configuration = AlertLog.Configuration(folder: folder)
        configuration.kind = kind
        // Archives are a convenience; the source is read again after a loss of power.
        configuration.syncsEachBatch = kind == .alerts
        return try AlertLog(configuration, at: time)
    }

    func start() throws {
        let indexer = indexer
        _ = try DedicatedThread(name: "index-\(kind.rawValue)") { indexer.run() }
    }

    func stop() { indexer.stop() }

    func archive(at time: Timestamp) throws(AlertStoreError) -> AlertArchiver.Report {
        var configuration = AlertArchiver.Configuration(folder: folder)
        configuration.kind = kind
        return try AlertArchiver(configuration).pass(at: time)
    }

    var trouble: String? {
        let progress = indexer.progress
        guard progress.failures > 0, !progress.isCaughtUp else { return nil }
        return "\(kind.rawValue) are written and cannot be indexed; see the messages of jaga up"
    }
}
