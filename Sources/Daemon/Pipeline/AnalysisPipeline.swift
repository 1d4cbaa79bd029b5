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
        /// Records were appended to the archives.
        var archived: @Sendable () -> Void
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

    /// The records that a pipeline writes.
    struct Logs {
        let alerts: AlertLog
        /// Of everything that is read; nil when that is not kept.
        let archives: AlertLog?
    }

    /// What the pipeline's thread owns.
    private struct Work {
        var engine: AnalysisEngine
        let logs: Logs
        /// What the engines before this one did.
        var retired = AnalysisEngine.Counters()
        var alerts = AlertBatch()
        var archives: ArchiveBatch?

        init(_ engine: AnalysisEngine, _ logs: Logs) {
            self.engine = engine
            self.logs = logs
            archives = logs.archives.map { _ in ArchiveBatch() }
        }

        var counters: AnalysisEngine.Counters { retired.followed(by: engine.counters) }

        /// What rules that stay the same have counted goes on.
        mutating func replaceEngine(with next: AnalysisEngine, at now: Timestamp) {
            retired = counters
            var next = next
            next.takeOver(from: engine, at: now)
            engine = next
        }

        mutating func analyze(_ batch: EventBatch) {
            alerts.removeAll()
            archives?.lines.removeAll(keepingCapacity: true)
            engine.alertOffset = logs.alerts.offset
            engine.analyze(batch, into: &alerts, archives: &archives)
        }
    }

    /// Works until the queue is closed and empty; blocks its thread.
    func run(engine: AnalysisEngine, logs: Logs, memory: EngineMemory) {
        var work = Work(engine, logs)
        var memory = memory
        var clock = LocalClock()
        note(memory.restore(&work.engine, at: clock.now()))
        reportNotices(of: logs)
        while let delivery = queue.pop() {
            let now = clock.now()
            if let next = nextEngine.withLock({ $0.take() }) {
                work.replaceEngine(with: next, at: now)
            }
            guard process(delivery, &work, at: now) else { break }
            note(memory.saveIfDue(work.engine, at: now))
        }
        note(memory.save(work.engine, at: clock.now()))
    }

    private func note(_ failure: String?) {
        if let failure { observer.notice(.engineMemory(failure)) }
    }

    /// - Returns: false when the pipeline was stopped while the disk was full.
    private func process(_ delivery: Delivery, _ work: inout Work, at now: Timestamp) -> Bool {
        let (log, archiveLog) = (work.logs.alerts, work.logs.archives)
        guard persist({ try log.rotateIfNeeded(at: now) }) else { return false }
        if let archiveLog {
            guard persist({ try archiveLog.rotateIfNeeded(at: now) }) else { return false }
        }
        work.analyze(delivery.batch)
        // Archives first: what is in them twice after a crash is no alert twice.
        if let archiveLog, let lines = work.archives?.lines, !lines.isEmpty {
            guard persist({ try archiveLog.append(lines: lines) }) else { return false }
        }
        let alerts = work.alerts
        guard alerts.isEmpty || persist({ try log.append(alerts) }) else { return false }
        delivery.acknowledge()
        reportNotices(of: work.logs)
        count(delivery.batch, work)
        if !alerts.isEmpty { observer.alerts(alerts) }
        if work.archives?.lines.isEmpty == false { observer.archived() }
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

    private func reportNotices(of logs: Logs) {
        for log in [logs.alerts, logs.archives] {
            for notice in log?.takeNotices() ?? [] { observer.notice(.alertLog("\(notice)")) }
        }
    }

    private func count(_ batch: EventBatch, _ work: borrowing Work) {
        let now = LocalClock.nanoseconds()
        let entries = work.alerts.entries
        let (engine, offset) = (work.counters, work.logs.alerts.offset)
        metrics.update { counts in
            counts.engine = engine
            counts.logOffset = Int64(offset)
            counts.events += Int64(batch.entries.count)
            counts.eventBytes += Int64(batch.bytes.count)
            for entry in entries {
                counts.alertsByLevel[min(max(entry.level, 0), 16)] += 1
                counts.firedTimes[entry.ruleID, default: 0] += 1
                counts.processing.record(nanoseconds: now &- entry.time.nanoseconds)
                guard entry.originNanoseconds > 0 else { continue }
                counts.latency.record(nanoseconds: now &- entry.originNanoseconds)
            }
        }
    }
}
