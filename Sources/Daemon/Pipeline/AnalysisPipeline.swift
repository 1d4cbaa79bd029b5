// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Analysis
import Collectors
import EventModel
import Glibc
import Spool
import Synchronization

/// Events in, committed alerts out: the one reader of the spool.
///
/// For each group of batches, in order: analyse, make sure that the spool has them on
/// the disk, append to `alerts.json`, sync, acknowledge, tell the observer. A group whose
/// alerts cannot be written is tried again until it can; meanwhile the spool fills.
final class AnalysisPipeline: Sendable {
    /// What the pipeline tells while it runs; called on its thread, so an
    /// observer must not block.
    struct Observer: Sendable {
        var alerts: @Sendable (borrowing AlertBatch) -> Void
        /// Records were appended to the archives.
        var archived: @Sendable () -> Void
        var notice: @Sendable (OperatorNotice) -> Void
    }

    /// The records that a pipeline writes.
    struct Logs {
        let alerts: AlertLog
        /// Of everything that is read; nil when that is not kept.
        let archives: AlertLog?
    }

    /// What one commit takes, about.
    private static let groupBytes = 1 << 20
    /// How long what only the disk has is read on after the end was asked for.
    private static let endingTime = Duration.seconds(5)
    /// Bytes that the spool keeps for the engine's memory before that is saved early.
    private static let keptBytes = 64 << 20

    private let spool: Spool
    private let feed: SpoolFeed
    private let metrics: PipelineMetrics
    private let observer: Observer
    /// Events before are done at the start.
    private let firstNew: UInt64
    private let nextEngine = Mutex<AnalysisEngine?>(nil)
    private let deadline = Mutex<MonotonicTime?>(nil)

    init(
        spool: Spool,
        feed: SpoolFeed,
        firstNew: UInt64,
        _ metrics: PipelineMetrics,
        _ observer: Observer
    ) {
        self.spool = spool
        self.feed = feed
        self.firstNew = firstNew
        self.metrics = metrics
        self.observer = observer
    }

    /// Takes over another ruleset between two groups.
    func replaceEngine(with engine: AnalysisEngine) {
        nextEngine.withLock { $0 = engine }
    }

    /// Gives up waiting for a full disk, and soon also reading a long spool: what is
    /// not acknowledged is analysed by the next run.
    func stopWaiting() {
        deadline.withLock { $0 = MonotonicTime.now.advanced(by: Self.endingTime) }
    }

    private var isStopping: Bool { deadline.withLock { $0 != nil } }
    private var isOutOfTime: Bool {
        deadline.withLock { $0.map { MonotonicTime.now > $0 } ?? false }
    }

    /// What the thread owns.
    private struct Run {
        var work: AnalysisWork
        var memory: EngineMemory
        var reader: SpoolReader
        var clock = LocalClock()
        /// Everything before was committed.
        var done: UInt64
    }

    /// Works until the feed is closed and empty; blocks its thread.
    func run(_ work: AnalysisWork, memory: EngineMemory) {
        var run = Run(
            work: work,
            memory: memory,
            reader: SpoolReader(spool, from: memory.sequence),
            done: memory.sequence
        )
        let begin = timeOfFirst(from: memory.sequence) ?? run.clock.now()
        note(run.work.restore(&run.memory, at: begin))
        reportNotices(of: work.logs)
        while let next = feed.next(leavesDisk: { isOutOfTime }) {
            guard take(next, &run) else { break }
        }
        save(&run)
    }

    /// Of the first event that is analysed again: what it can be counted with must not
    /// be forgotten for its age.
    private func timeOfFirst(from sequence: UInt64) -> Timestamp? {
        var reader = SpoolReader(spool, from: sequence)
        // What cannot be read is said when it is read in earnest.
        return try? reader.read()?.batch.entries.first?.time
    }

    /// False when the pipeline was stopped while the disk was full.
    private func take(_ next: SpoolFeed.Work, _ run: inout Run) -> Bool {
        switch next {
        case .batches(let batches):
            for group in Self.groups(batches) {
                guard process(group, &run) else { return false }
            }
            return true
        case .disk(let resumption, let end):
            guard let resumption else { return read(before: end, &run) }
            return persist({
                try run.reader.seek(to: resumption.place, sequence: resumption.sequence)
            })
                && read(before: end, &run)
        }
    }

    /// Reads and analyses what only the disk has.
    private func read(before end: UInt64, _ run: inout Run) -> Bool {
        while !isOutOfTime {
            var group: [EventBatch] = []
            var bytes = 0
            let isRead = persist {
                while bytes < Self.groupBytes, let record = try run.reader.read() {
                    group.append(record.batch)
                    bytes += record.batch.bytes.count
                }
            }
            guard isRead else { return false }
            if group.isEmpty {
                feed.caughtUp(before: end)
                return true
            }
            guard process(group, &run) else { return false }
        }
        return true
    }

    /// Parts what came at once into commits.
    private static func groups(_ batches: [EventBatch]) -> [[EventBatch]] {
        var groups: [[EventBatch]] = []
        var bytes = groupBytes
        for batch in batches {
            if bytes >= groupBytes {
                groups.append([])
                bytes = 0
            }
            groups[groups.count - 1].append(batch)
            bytes += batch.bytes.count
        }
        return groups
    }

    private func note(_ failure: String?) {
        if let failure { observer.notice(.engineMemory(failure)) }
    }

    // MARK: One commit

    /// False when the pipeline was stopped while the disk was full.
    private func process(_ group: [EventBatch], _ run: inout Run) -> Bool {
        guard let last = group.last else { return true }
        let end = last.sequence(of: last.entries.count)
        let now = run.clock.now()
        if let next = nextEngine.withLock({ $0.take() }) {
            run.work.replaceEngine(with: next, at: now)
        }
        let (log, archiveLog) = (run.work.logs.alerts, run.work.logs.archives)
        guard persist({ try log.rotateIfNeeded(at: now) }),
            persist({ try archiveLog?.rotateIfNeeded(at: now) })
        else { return false }
        run.work.begin()
        for batch in group { run.work.analyze(batch) }
        // Archives first: what is in them twice after a crash is no alert twice.
        if let archiveLog, let lines = run.work.archives?.lines, !lines.isEmpty {
            guard persist({ try archiveLog.append(lines: lines) }) else { return false }
        }
        let alerts = run.work.alerts
        guard alerts.isEmpty || persist({ try commit(alerts, to: log, before: end) }) else {
            return false
        }
        run.done = end
        let events = newEvents(in: group)
        spool.acknowledge(before: end, events: events)
        feed.acknowledged()
        reportNotices(of: run.work.logs)
        count(group, newEvents: events, run.work)
        if !alerts.isEmpty { observer.alerts(alerts) }
        if run.work.archives?.lines.isEmpty == false { observer.archived() }
        saveIfDue(&run)
        return true
    }

    /// The spool first: else, after a loss of power, an event whose alert is there
    /// would be read from its source again, under another number.
    private func commit(_ alerts: AlertBatch, to log: AlertLog, before end: UInt64) throws {
        try spool.sync(before: end)
        try log.append(alerts)
    }

    private func newEvents(in group: [EventBatch]) -> Int {
        group.reduce(0) { sum, batch in
            let old =
                firstNew > batch.firstSequence ? Int(clamping: firstNew - batch.firstSequence) : 0
            return sum + max(0, batch.entries.count - old)
        }
    }

    private func saveIfDue(_ run: inout Run) {
        if run.memory.isDue(isUrgent: spool.keptBytes > Self.keptBytes) { save(&run) }
    }

    /// Keeps what the engine learnt; the spool then need not.
    private func save(_ run: inout Run) {
        do {
            try run.work.logs.archives?.sync()
        } catch {
            // The spool keeps what the archives may lack; the next save tries again.
            return
        }
        let failure = run.memory.save(run.work.engine, before: run.done)
        note(failure)
        if failure == nil { spool.keep(from: run.done) }
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
            if isStopping { return false }
            usleep(pause)
            pause = min(pause * 2, 5_000_000)
        }
    }

    private func reportNotices(of logs: Logs) {
        for log in [logs.alerts, logs.archives] {
            for notice in log?.takeNotices() ?? [] { observer.notice(.alertLog("\(notice)")) }
        }
    }

    private func count(_ group: [EventBatch], newEvents: Int, _ work: borrowing AnalysisWork) {
        let now = LocalClock.nanoseconds()
        let entries = work.alerts.entries
        let (engine, offset) = (work.counters, work.logs.alerts.offset)
        let bytes = group.reduce(0) { $0 + $1.bytes.count }
        metrics.update { counts in
            counts.engine = engine
            counts.logOffset = Int64(offset)
            counts.events += Int64(newEvents)
            counts.eventBytes += newEvents > 0 ? Int64(bytes) : 0
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
