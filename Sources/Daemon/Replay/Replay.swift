// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Analysis
import Collectors
package import EventModel

/// The whole engine over old lines, offline: no clock, no waiting.
///
/// Lines become events, events go through the engine in batches, alerts come
/// out as JSON lines that name the file and line they come from. Time is the
/// log's own; a line without one has that of the line before.
package struct Replay: ~Copyable {
    /// How lines become events.
    package enum Format: String, Sendable, CaseIterable {
        /// Docker's records are unwrapped, every other line is taken as it is.
        case auto
        /// All lines are records of Docker's `json-file` driver.
        case dockerJSON = "docker-json"
        /// Lines as they are.
        case syslog
        /// Lines as they are, if they are JSON objects.
        case json
    }

    /// What was read and found.
    package struct Counts: Sendable {
        package var lines = 0
        package var events = 0
        package var alerts = 0
        /// Lines that were not of the format; analysed as they are, or dropped
        /// when the format is ``Format/json``.
        package var malformed = 0
        /// By rule id.
        package var alertsByRule: [Int: Int] = [:]
    }

    package private(set) var counts = Counts()
    private var engine: AnalysisEngine
    private let format: Format
    private let clock: LogClock
    private let utcOffsetSeconds: Int32
    private var time: Int64
    private var input = Input(name: "", agent: AgentIdentity(id: "000", name: ""))
    private var batch = EventBatch()
    private var lineNumbers: [Int] = []
    private var alerts = AlertBatch()
    /// Batches that wait for their turn, the first one first.
    private var waiting: [Waiting] = []
    private let lookahead: Lookahead?
    /// Batches that are not looked at ahead, since it was of no use.
    private var passedBatches = 0
    private static let batchEvents = 512
    private static let batchBytes = 128 << 10

    /// Buffers to use again.
    private var spareBatches: [EventBatch] = []
    private var spareLineNumbers: [[Int]] = []

    private struct Waiting {
        enum Step {
            case foreseen(Lookahead.Job)
            /// Nobody looks ahead.
            case untouched(EventBatch)
        }

        let step: Step
        var lineNumbers: [Int]
    }

    /// The file that lines come from.
    private struct Input {
        let source: EventSource
        var records: RecordReplay
        var line = 0
        /// `,"input":{"file":…,"line":`, as alerts have it.
        let json: [UInt8]

        init(name: String, agent: AgentIdentity) {
            var json: [UInt8] = []
            json.append(literal: ",\"input\":{\"file\":")
            json.appendJSONString(name)
            json.append(literal: ",\"line\":")
            self.json = json
            source = EventSource(agent: agent, location: name)
            records = RecordReplay(source: source)
        }
    }

    /// Takes an engine.
    ///
    /// - Parameters:
    ///   - engine: Fresh, or with a memory to go on with.
    ///   - format: How lines become events.
    ///   - now: For lines before the first time, and for times without a year.
    ///   - shards: Engines that look ahead on further cores; the alerts are the same
    ///     with any number, and with one there are none.
    package init(
        engine: consuming AnalysisEngine,
        format: Format,
        now: Timestamp,
        shards: Int = 1
    ) {
        lookahead = Lookahead(engine, shards: shards)
        self.engine = engine
        self.format = format
        clock = LogClock(now: now.nanoseconds)
        time = now.nanoseconds
        utcOffsetSeconds = now.utcOffsetSeconds
    }

    /// Begins a file: its name is the events' location.
    package mutating func begin(_ name: String, agent: AgentIdentity) {
        input = Input(name: name, agent: agent)
    }

    /// Takes the next line; alerts are appended to `output` as JSON lines when
    /// a batch is full.
    package mutating func take(_ line: Span<UInt8>, into output: inout [UInt8]) {
        input.line += 1
        counts.lines += 1
        guard !line.isEmpty else { return }
        if !unwrap(line) { add(line) }
        if batch.entries.count >= Self.batchEvents || batch.bytes.count >= Self.batchBytes {
            flush(into: &output)
        }
    }

    /// Ends a file: everything read from it is analysed.
    package mutating func finish(into output: inout [UInt8]) {
        input.records.finish()
        addRecorded()
        flush(into: &output)
        while !waiting.isEmpty { takeNext(into: &output) }
    }

    /// The web campaigns of everything read so far, those still open ended; call it last.
    package mutating func endCampaigns() -> [CampaignSummary] {
        engine.endCampaigns()
    }

    /// Takes a record of Docker's apart; false when the line is none, or is
    /// not to be looked into.
    private mutating func unwrap(_ line: Span<UInt8>) -> Bool {
        let isObject = line[0] == UInt8(ascii: "{")
        switch format {
        case .syslog: return false
        case .json:
            if !isObject { counts.malformed += 1 }
            return !isObject
        case .auto: if !isObject { return false }
        case .dockerJSON: break
        }
        let isRecord = input.records.take(line)
        if isRecord { addRecorded() }
        if !isRecord, format == .dockerJSON { counts.malformed += 1 }
        return isRecord
    }

    /// Adds the lines that the last record completed.
    private mutating func addRecorded() {
        let lines = input.records.lines
        let bytes = lines.bytes
        for entry in lines.entries {
            add(bytes.span.extracting(entry.text), recordTime: entry.originNanoseconds)
        }
    }

    private mutating func add(_ text: Span<UInt8>, recordTime: Int64 = 0) {
        let own = recordTime > 0 ? recordTime : clock.nanoseconds(in: text)
        if let own { time = own }
        batch.append(
            text,
            from: input.source,
            at: Timestamp(nanoseconds: time, utcOffsetSeconds: utcOffsetSeconds),
            originNanoseconds: own ?? 0
        )
        lineNumbers.append(input.line)
    }

    /// Analyses the batch, or lets it wait while others look at it.
    private mutating func flush(into output: inout [UInt8]) {
        guard let lookahead else {
            engine.analyze(batch, into: &alerts)
            append(batch, lineNumbers, to: &output)
            batch.removeAll()
            lineNumbers.removeAll(keepingCapacity: true)
            return
        }
        let step: Waiting.Step
        if passedBatches > 0 {
            passedBatches -= 1
            step = .untouched(batch)
        } else {
            step = .foreseen(lookahead.start(batch))
        }
        waiting.append(Waiting(step: step, lineNumbers: lineNumbers))
        batch = spareBatches.popLast() ?? EventBatch()
        lineNumbers = spareLineNumbers.popLast() ?? []
        while waiting.count > lookahead.capacity { takeNext(into: &output) }
    }

    /// Analyses the batch whose turn it is.
    private mutating func takeNext(into output: inout [UInt8]) {
        var next = waiting.removeFirst()
        switch next.step {
        case .foreseen(let job):
            var found = job.wait()
            engine.analyze(found.batch, foreseen: found.foresight, into: &alerts)
            if found.foresight.openCount * 4 > found.batch.entries.count * 3 {
                passedBatches = Self.passedCount
            }
            append(found.batch, next.lineNumbers, to: &output)
            lookahead?.recycle(found.foresight)
            found.batch.removeAll()
            spareBatches.append(found.batch)
        case .untouched(let batch):
            engine.analyze(batch, into: &alerts)
            append(batch, next.lineNumbers, to: &output)
        }
        next.lineNumbers.removeAll(keepingCapacity: true)
        spareLineNumbers.append(next.lineNumbers)
    }

    /// So many batches are not looked at after one of which most was left open.
    private static let passedCount = 32

    /// Appends the alerts of a batch.
    private mutating func append(
        _ batch: borrowing EventBatch,
        _ lineNumbers: [Int],
        to output: inout [UInt8]
    ) {
        counts.events += batch.entries.count
        counts.alerts += alerts.entries.count
        for alert in alerts.entries {
            counts.alertsByRule[alert.ruleID, default: 0] += 1
            output.append(span: alerts.bytes.span.extracting(alert.json.dropLast()))
            output.append(span: input.json.span)
            output.appendDecimal(lineNumbers[alert.event])
            output.append(literal: "}}\n")
        }
        alerts.removeAll()
    }
}
