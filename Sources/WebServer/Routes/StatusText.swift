// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Glibc

extension StatusReport {
    /// The report as `GET /status` gives it, without what only the server
    /// knows; `now_ms` is when it was made, in milliseconds since the epoch.
    package func json(at now: Int64) -> [UInt8] {
        JSONText.object { json in
            json.set("now_ms", now)
            json.set("pid", Int(getpid()))
            json.set("resident_bytes", ResidentMemory.bytes())
            json.set(self)
        }.bytes
    }
}

/// The parts of `GET /status`.
extension JSONText {
    /// The members that other parts of Jaga tell.
    mutating func set(_ report: StatusReport) {
        object("ruleset") { $0.set(report.ruleset) }
        object("engine") { $0.set(report.engine) }
        object("queue") { json in
            json.set("events", report.queuedEvents)
            json.set("bytes", report.queuedBytes)
        }
        object("spool") { $0.set(report.spool) }
        array("sources", report.sources) { json, source in
            json.appendObject { $0.set(source) }
        }
        object("log") { json in
            json.set("bytes", report.log.bytes)
            json.set("offset", report.log.offset)
            json.set("failed_writes", report.log.failedWrites)
        }
        object("web") { $0.set(report.web) }
    }

    /// The members of an index.
    mutating func set(_ index: AlertIndexStatus) {
        set("engine", index.engine)
        set("alerts", index.alerts)
        set("bytes", index.bytes)
        set("partitions", index.partitions)
        set("lag_bytes", index.lagBytes)
        set("lag_seconds", index.lagSeconds)
        set("oldest_ms", index.oldest)
        set("newest_ms", index.newest)
        set("dropped_fields", index.droppedFields)
        set("malformed_lines", index.malformedLines)
    }

    private mutating func set(_ spool: StatusReport.Spool) {
        set("trouble", spool.trouble)
        set("bytes", spool.bytes)
        set("limit_bytes", spool.limitBytes)
        set("segments", spool.segments)
        set("records", spool.records)
        set("received", spool.received)
        set("stored", spool.stored)
        set("waiting", spool.waiting)
        set("oldest_seconds", spool.oldestSeconds)
        set("damaged", spool.damaged)
    }

    private mutating func set(_ web: StatusReport.Web) {
        set("sources", web.sources)
        set("campaigns", web.campaigns)
        set("closed_campaigns", web.closedCampaigns)
        array("allowed", web.allowed) { json, entry in
            json.appendObject { json in
                json.set("place", entry.place)
                json.set("reason", entry.reason)
                json.set("count", entry.count)
            }
        }
    }

    private mutating func set(_ ruleset: StatusReport.Ruleset) {
        set("place", ruleset.place)
        set("rules", ruleset.rules)
        set("decoders", ruleset.decoders)
        set("lists", ruleset.lists)
        set("loaded_ms", ruleset.loaded)
        set("warnings", ruleset.warnings)
    }

    private mutating func set(_ engine: StatusReport.Engine) {
        set("events", engine.events)
        set("alerts", engine.alerts)
        set("undecoded", engine.undecoded)
        set("event_bytes", engine.eventBytes)
        object("latency_ms") { json in
            json.set("p50", engine.latencyMedian)
            json.set("p99", engine.latency99)
        }
        set("reloads", engine.reloads)
        set("failed_reloads", engine.failedReloads)
    }

    private mutating func set(_ source: StatusReport.Source) {
        set("kind", source.kind)
        set("name", source.name)
        set("state", source.state.rawValue)
        set("detail", source.detail)
        set("position", source.position)
        set("lag_bytes", source.lagBytes)
        set("lag_seconds", source.lagSeconds)
        set("events", source.events)
        set("bytes", source.bytes)
        set("dropped", source.dropped)
        set("truncated", source.truncated)
        set("malformed", source.malformed)
        set("ignored", source.ignored)
        set("gaps", source.gaps)
        set("lost_bytes", source.lostBytes)
        set("skipped_bytes", source.skippedBytes)
    }
}
