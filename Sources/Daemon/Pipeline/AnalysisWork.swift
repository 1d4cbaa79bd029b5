// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Analysis
import EventModel

/// What the records have seen before this run: no line of it is written again.
struct RecordHistory: Sendable {
    let alerts: AlertLog.LastEvent?
    /// Nil also when not everything is kept.
    let archives: AlertLog.LastEvent?

    /// The first sequence that neither record has seen.
    var end: UInt64 { max(alerts?.sequence ?? 0, archives?.sequence ?? 0) &+ 1 }
}

/// Where an earlier run ended.
struct PipelineHistory: Sendable {
    /// The first sequence that the engine's memory knows nothing of.
    let memory: UInt64
    let records: RecordHistory

    /// The first sequence that is not done: at most the record's last event has to be
    /// completed.
    var firstNew: UInt64 { max(memory, records.alerts?.sequence ?? 0) }
}

/// The engine with what it has just said: owned by the pipeline's thread.
struct AnalysisWork {
    private(set) var engine: AnalysisEngine
    let logs: AnalysisPipeline.Logs
    /// Of the events since ``begin()``.
    private(set) var alerts = AlertBatch()
    private(set) var archives: ArchiveBatch?
    private let history: RecordHistory
    /// What the engines before this one did.
    private var retired = AnalysisEngine.Counters()

    init(_ engine: AnalysisEngine, _ logs: AnalysisPipeline.Logs, _ history: RecordHistory) {
        self.engine = engine
        self.logs = logs
        self.history = history
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

    /// Gives the engine its memory of an earlier run; see ``EngineMemory``.
    mutating func restore(_ memory: inout EngineMemory, at time: Timestamp) -> String? {
        memory.restore(&engine, at: time)
    }

    /// Forgets what was said, for the next commit.
    mutating func begin() {
        alerts.removeAll()
        archives?.lines.removeAll(keepingCapacity: true)
        engine.alertOffset = logs.alerts.offset
    }

    /// Analyses events; lines that a record has already are left out.
    mutating func analyze(_ batch: EventBatch) {
        guard batch.firstSequence < history.end else {
            engine.analyze(batch, into: &alerts, archives: &archives)
            return
        }
        for range in pieces(of: batch) { analyzeAgain(batch.events(range)) }
    }

    /// Parts a batch where a record ends: before and behind its last event.
    private func pieces(of batch: EventBatch) -> [Range<Int>] {
        let count = batch.entries.count
        var cuts: Set<Int> = [0, count]
        for last in [history.alerts, history.archives].compactMap({ $0?.sequence }) {
            for sequence in [last, last &+ 1] where sequence > batch.firstSequence {
                cuts.insert(min(count, Int(clamping: sequence - batch.firstSequence)))
            }
        }
        let sorted = cuts.sorted()
        return zip(sorted, sorted.dropFirst()).map { $0..<$1 }
    }

    /// Analyses events that are all before, all at or all behind each record's end.
    ///
    /// The engine learns from them as it did before, and says the same; of the last
    /// event a record can have some lines and lack the others.
    private mutating func analyzeAgain(_ piece: EventBatch) {
        let offset = engine.alertOffset
        let last = history.alerts
        if let begin = last?.offset, last?.sequence == piece.firstSequence {
            engine.alertOffset = begin
        }
        var again = AlertBatch()
        var lines = archives.map { _ in ArchiveBatch() }
        engine.analyze(piece, into: &again, archives: &lines)
        let known = Self.known(of: again.entries.count, piece.firstSequence, last)
        alerts.append(again, dropping: known)
        if known == again.entries.count { engine.alertOffset = offset }
        if let lines, piece.firstSequence > history.archives?.sequence ?? 0 {
            archives?.lines += lines.lines
        }
    }

    /// How many of the lines a record has.
    private static func known(
        of count: Int,
        _ sequence: UInt64,
        _ last: AlertLog.LastEvent?
    ) -> Int {
        guard let last, sequence <= last.sequence else { return 0 }
        return sequence < last.sequence ? count : min(last.lines, count)
    }
}
