// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Analysis
import Synchronization

/// What the pipeline counts; one value a process, written by its thread and
/// read by whoever reports.
package final class PipelineMetrics: Sendable {
    /// A copy of all counts at one moment.
    package struct Snapshot: Sendable {
        package var events: Int64 = 0
        package var eventBytes: Int64 = 0
        /// By level, from 0 to 16.
        package var alertsByLevel = [Int64](repeating: 0, count: 17)
        /// How often each rule wrote an alert, by its id.
        package var firedTimes: [Int: Int] = [:]
        /// Of the engine, and of those before the last reload.
        package var engine = AnalysisEngine.Counters()
        /// Bytes in the current `alerts.json`.
        package var logOffset: Int64 = 0
        /// From the origin's own time to the alert's commit.
        package var latency = LatencyHistogram()
        /// From the arrival of an event at Jaga to the alert's commit.
        package var processing = LatencyHistogram()
        package var failedWrites: Int64 = 0
        package var reloads: Int64 = 0
        package var failedReloads: Int64 = 0
        /// Lines that the terminal was too slow to take.
        package var unshownAlerts: Int64 = 0

        package init() {}

        package var alerts: Int64 { alertsByLevel.reduce(0, +) }
    }

    private let state = Mutex(Snapshot())

    package init() {}

    package var snapshot: Snapshot { state.withLock { $0 } }

    /// Changes counts; keep it short.
    package func update(_ change: (inout Snapshot) -> Void) {
        state.withLock { change(&$0) }
    }
}

extension PipelineMetrics.Snapshot {
    /// All counts in Prometheus' text form; names start with `jaga_`.
    package func prometheusText() -> String {
        var output = ""
        func counter(_ name: String, _ help: String, _ value: Int64) {
            output += "# HELP \(name) \(help)\n# TYPE \(name) counter\n\(name) \(value)\n"
        }
        counter("jaga_events_total", "Events analysed.", events)
        counter("jaga_event_bytes_total", "Bytes of events analysed.", eventBytes)
        output += "# HELP jaga_alerts_total Alerts written, by level.\n"
        output += "# TYPE jaga_alerts_total counter\n"
        for (level, count) in alertsByLevel.enumerated() where level > 0 {
            output += "jaga_alerts_total{level=\"\(level)\"} \(count)\n"
        }
        latency.write(
            "jaga_alert_latency_seconds",
            help: "From the event's own time to the alert's commit.",
            to: &output
        )
        processing.write(
            "jaga_alert_processing_seconds",
            help: "From the event's arrival to the alert's commit.",
            to: &output
        )
        engineSeries(counter)
        output += webSeries()
        output += "# HELP jaga_switched_off Rules and decoders off for what they cost.\n"
        output += "# TYPE jaga_switched_off gauge\njaga_switched_off \(engine.switchedOff)\n"
        counter(
            "jaga_alert_write_failures_total",
            "Writes to alerts.json tried again.",
            failedWrites
        )
        counter("jaga_ruleset_reloads_total", "Rulesets taken over while running.", reloads)
        counter(
            "jaga_ruleset_reload_failures_total",
            "Rulesets refused while running.",
            failedReloads
        )
        counter(
            "jaga_console_dropped_total",
            "Alert lines the terminal was too slow for.",
            unshownAlerts
        )
        return output
    }

    /// What the engine counts: its work, and what its limits cost.
    private func engineSeries(_ counter: (String, String, Int64) -> Void) {
        counter(
            "jaga_undecoded_events_total",
            "Events that no decoder took.",
            Int64(engine.undecodedEvents)
        )
        counter(
            "jaga_rule_evaluations_total",
            "Rules looked at.",
            Int64(engine.ruleEvaluations)
        )
        counter(
            "jaga_dropped_fields_total",
            "Fields of events beyond their limit.",
            Int64(engine.droppedFields)
        )
        counter(
            "jaga_spoofed_fields_total",
            "Fields of logs that claimed to be the container's, left out.",
            Int64(engine.spoofedFields)
        )
        counter(
            "jaga_correlation_forgotten_total",
            "Events that frequency rules lost early for the memory's limit.",
            Int64(engine.forgottenForSize)
        )
        counter(
            "jaga_correlation_expired_total",
            "Events that no frequency rule can count any more, by their age.",
            Int64(engine.forgottenForAge)
        )
        counter(
            "jaga_first_seen_forgotten_total",
            "Keys of if_fts that went for newer ones.",
            Int64(engine.forgottenKeys)
        )
        counter(
            "jaga_firewall_events_partial_total",
            "Events of firewalls that no rule saw, for they lack a field.",
            Int64(engine.partialFirewallEvents)
        )
        counter(
            "jaga_command_outputs_rejected_total",
            "Command outputs that check_diff had no room for.",
            Int64(engine.rejectedOutputs)
        )
        counter(
            "jaga_expression_cuts_total",
            "Matches ended since the expression cost too much.",
            Int64(engine.cutExpressions)
        )
        counter(
            "jaga_expression_starved_total",
            "Expressions not tried, for others had spent the event's steps.",
            Int64(engine.starvedExpressions)
        )
    }

    /// What access lines led to; the whitelist's entries in the order of the settings.
    private func webSeries() -> String {
        var output = "# HELP jaga_web_sources Sources of access lines that are watched now.\n"
        output += "# TYPE jaga_web_sources gauge\njaga_web_sources \(engine.watchedSources)\n"
        for (name, help, value) in [
            ("opened", "Web campaigns that opened.", engine.openedCampaigns),
            ("closed", "Web campaigns that are over.", engine.closedCampaigns),
        ] {
            output += "# HELP jaga_web_campaigns_\(name)_total \(help)\n"
            output += "# TYPE jaga_web_campaigns_\(name)_total counter\n"
            output += "jaga_web_campaigns_\(name)_total \(value)\n"
        }
        output += "# HELP jaga_web_sources_forgotten_total Watched sources that went for others.\n"
        output += "# TYPE jaga_web_sources_forgotten_total counter\n"
        output += "jaga_web_sources_forgotten_total \(engine.forgottenSources)\n"
        guard !engine.allowed.isEmpty else { return output }
        output += "# HELP jaga_web_allowed_total Findings that the whitelist let pass.\n"
        output += "# TYPE jaga_web_allowed_total counter\n"
        for (index, count) in engine.allowed.enumerated() {
            output += "jaga_web_allowed_total{entry=\"\(index + 1)\"} \(count.count)\n"
        }
        return output
    }
}
