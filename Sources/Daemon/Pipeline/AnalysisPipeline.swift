// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Analysis
import Collectors
import EventModel
import Glibc
import Synchronization

/// Events in, committed alerts out: the one consumer of the queue.
///
/// For each batch, in order: analyse, append to `alerts.json`, sync,
/// acknowledge, tell the observer. A batch whose alerts cannot be written is
/// tried again until it can; meanwhile collectors wait and nothing is lost.
final class AnalysisPipeline: Sendable {
    /// What the pipeline tells while it runs; called on its thread, so an
    /// observer must not block.
    struct Observer: Sendable {
        var alerts: @Sendable (borrowing AlertBatch) -> Void
        var notice: @Sendable (OperatorNotice) -> Void
    }

    private let queue: EventQueue
    private let metrics: PipelineMetrics
    private let observer: Observer
    private let nextEngine = Mutex<AnalysisEngine?>(nil)
    private let isStopping = Atomic<Bool>(false)

    init(queue: EventQueue, metrics: PipelineMetrics, observer: Observer) {
        self.queue = queue
        self.metrics = metrics
        self.observer = observer
    }

    /// Takes over another ruleset between two batches.
    func replaceEngine(with engine: AnalysisEngine) {
        nextEngine.withLock { $0 = engine }
    }

    /// Gives up waiting for a full disk: the batch stays unacknowledged.
    func stopWaiting() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// Works until the queue is closed and empty; blocks its thread.
    func run(engine: AnalysisEngine, log: AlertLog) {
        var engine = engine
        var alerts = AlertBatch()
        var clock = LocalClock()
        reportNotices(of: log)
        while let delivery = queue.pop() {
            if let next = nextEngine.withLock({ $0.take() }) { engine = next }
            guard process(delivery, &engine, log, &alerts, at: clock.now()) else { return }
        }
    }

    /// - Returns: false when the pipeline was stopped while the disk was full.
    private func process(
        _ delivery: Delivery,
        _ engine: inout AnalysisEngine,
        _ log: AlertLog,
        _ alerts: inout AlertBatch,
        at now: Timestamp
    ) -> Bool {
        alerts.removeAll()
        guard persist({ try log.rotateIfNeeded(at: now) }) else { return false }
        engine.alertOffset = log.offset
        engine.analyze(delivery.batch, into: &alerts)
        guard alerts.isEmpty || persist({ try log.append(alerts) }) else { return false }
        delivery.acknowledge()
        reportNotices(of: log)
        count(delivery.batch, alerts)
        if !alerts.isEmpty { observer.alerts(alerts) }
        return true
    }

    /// Tries until it succeeds, from 50 ms on with a pause that doubles up to
    /// five seconds.
    private func persist(_ write: () throws -> Void) -> Bool {
        var pause: UInt32 = 50_000
        var hasReported = false
        while true {
            do {
                try write()
                if hasReported { observer.notice(.alertsWrittenAgain) }
                return true
            } catch {
                metrics.update { $0.failedWrites += 1 }
                if !hasReported { observer.notice(.alertsNotWritten(reason: "\(error)")) }
                hasReported = true
            }
            if isStopping.load(ordering: .relaxed) { return false }
            usleep(pause)
            pause = min(pause * 2, 5_000_000)
        }
    }

    private func reportNotices(of log: AlertLog) {
        for notice in log.takeNotices() { observer.notice(.alertLog("\(notice)")) }
    }

    private func count(_ batch: EventBatch, _ alerts: borrowing AlertBatch) {
        let now = LocalClock.nanoseconds()
        let entries = alerts.entries
        metrics.update { counts in
            counts.events += Int64(batch.entries.count)
            counts.eventBytes += Int64(batch.bytes.count)
            for entry in entries {
                counts.alertsByLevel[min(max(entry.level, 0), 16)] += 1
                counts.processing.record(nanoseconds: now &- entry.time.nanoseconds)
                guard entry.originNanoseconds > 0 else { continue }
                counts.latency.record(nanoseconds: now &- entry.originNanoseconds)
            }
        }
    }
}
