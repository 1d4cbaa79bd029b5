// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Collectors
import EventModel
import Ruleset
import Spool
import WebServer

extension StatusReport {
    /// How everything stands that collects and analyses.
    init(_ parts: Parts, _ ruleset: CurrentRuleset.Loaded, place: String) {
        self.init()
        let counts = parts.metrics.snapshot
        self.ruleset.place = place
        self.ruleset.rules = ruleset.source.counts.rules
        self.ruleset.decoders = ruleset.source.counts.decoders
        self.ruleset.lists = ruleset.source.ruleset.lists.count
        self.ruleset.loaded = ruleset.time
        self.ruleset.warnings =
            ruleset.source.diagnostics.count { $0.severity == .warning }
        engine.events = Int(counts.events)
        engine.alerts = Int(counts.alerts)
        engine.undecoded = counts.engine.undecodedEvents
        engine.eventBytes = Int(counts.eventBytes)
        engine.latencyMedian = counts.latency.percentile(50).map(Double.init)
        engine.latency99 = counts.latency.percentile(99).map(Double.init)
        engine.reloads = Int(counts.reloads)
        engine.failedReloads = Int(counts.failedReloads)
        let depth = parts.queue.depth
        let figures = parts.spool.figures
        queuedEvents = depth.events + figures.waitingEvents
        queuedBytes = depth.bytes
        spool.trouble = figures.trouble?.message ?? ""
        spool.bytes = figures.bytes
        spool.limitBytes = figures.limitBytes
        spool.segments = figures.segments
        spool.records = figures.records
        spool.received = figures.receivedEvents
        spool.stored = figures.storedEvents
        spool.waiting = figures.waitingEvents
        spool.oldestSeconds = figures.oldestSeconds
        spool.damaged = figures.damages
        sources = parts.board.statuses.map(Source.init)
        web.sources = counts.engine.watchedSources
        web.campaigns = counts.engine.openedCampaigns
        web.closedCampaigns = counts.engine.closedCampaigns
        web.allowed = counts.engine.allowed.map {
            Web.Allowance(place: $0.place, reason: $0.reason, count: $0.count)
        }
        log.bytes = Int(counts.logOffset)
        log.offset = Int(counts.logOffset)
        log.failedWrites = Int(counts.failedWrites)
    }
}

extension StatusReport.Source {
    init(_ status: SourceStatus) {
        let (state, detail) = Self.words(status.state)
        self.init(kind: status.name.kind.rawValue, name: status.name.text, state: state)
        self.detail = detail
        switch status.name.kind {
        case .container where self.state == .ignored: break
        case .file, .container:
            position = String(status.offset)
            lagBytes = Int(status.lag)
            lagSeconds = status.behindSince.map { MonotonicTime.now.seconds(since: $0) } ?? 0
        case .dockerEvents, .dockerLogs, .command, .journal: break
        }
        // A stream has no end that its place could be compared with.
        if let last = status.lastRecord { setStreamPosition(last) }
        events = Int(status.counts.events)
        bytes = Int(status.counts.bytes)
        dropped = Int(status.counts.dropped)
        truncated = Int(status.counts.truncated)
        malformed = Int(status.counts.malformed)
        ignored = Int(status.counts.ignored)
        gaps = Int(status.counts.gaps)
        lostBytes = Int(status.counts.lostBytes)
        skippedBytes = Int(status.counts.skippedBytes)
    }

    private mutating func setStreamPosition(_ nanoseconds: Int64) {
        var text: [UInt8] = []
        Timestamp(nanoseconds: nanoseconds).appendISO8601(to: &text)
        position = String(decoding: text, as: UTF8.self)
        (lagBytes, lagSeconds) = (nil, nil)
    }

    private static func words(_ state: SourceStatus.State) -> (State, String) {
        switch state {
        case .starting: return (.starting, "")
        case .connected(let detail): return (.connected, detail)
        case .waiting(let reason, let seconds):
            guard let seconds else { return (.waiting, reason) }
            return (.waiting, "\(reason); trying again in \(Int(seconds.rounded(.up))) s")
        case .failed(let reason): return (.failed, reason)
        case .ignored(let reason): return (.ignored, reason)
        case .ended: return (.ended, "")
        }
    }
}
