// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

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
}
