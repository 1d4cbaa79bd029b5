// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Spool

/// What the spool holds and did, for Prometheus: received events are stored ones and
/// those in flight.
struct SpoolMetrics {
    private let figures: SpoolFigures
    private let depth: EventQueue.Depth

    init(_ spool: Spool, _ queue: EventQueue) {
        figures = spool.figures
        depth = queue.depth
    }

    func prometheusText() -> String {
        var output = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: Int) {
            output += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }
        add(
            "jaga_received_events_total",
            "counter",
            "Events kept on the disk, the ones found there at the start included.",
            figures.receivedEvents
        )
        add(
            "jaga_stored_events_total",
            "counter",
            "Of those, events whose alerts are committed.",
            figures.storedEvents
        )
        add(
            "jaga_in_flight_events",
            "gauge",
            "Of those, events that wait for analysis.",
            figures.waitingEvents
        )
        add("jaga_spool_bytes", "gauge", "Bytes of the spool.", figures.bytes)
        add("jaga_spool_limit_bytes", "gauge", "Bytes that the spool may take.", figures.limitBytes)
        add("jaga_spool_segments", "gauge", "Files of the spool.", figures.segments)
        add("jaga_spool_records_total", "counter", "Records written.", figures.records)
        add(
            "jaga_spool_oldest_seconds",
            "gauge",
            "How long the oldest event waits.",
            Int(figures.oldestSeconds)
        )
        add(
            "jaga_spool_damaged_total",
            "counter",
            "Places that could not be read.",
            figures.damages
        )
        add(
            "jaga_spool_foreign_segments",
            "gauge",
            "Segments of another version of Jaga.",
            figures.foreignSegments
        )
        add(
            "jaga_spool_full",
            "gauge",
            "Whether the spool is full.",
            figures.trouble?.code == .full ? 1 : 0
        )
        add("jaga_spool_refused", "gauge", "Whether the disk takes no events.", isRefused ? 1 : 0)
        add(
            "jaga_spool_full_total",
            "counter",
            "How often the spool became full.",
            figures.timesFull
        )
        add(
            "jaga_spool_write_failures_total",
            "counter",
            "Writes of events tried again.",
            figures.failedWrites
        )
        add(
            "jaga_queue_reserve_total",
            "counter",
            "Deliveries of Docker's events that took of the reserve.",
            depth.reserveUses
        )
        return output
    }

    private var isRefused: Bool {
        guard let code = figures.trouble?.code else { return false }
        return code != .full
    }
}
