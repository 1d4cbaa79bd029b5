// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Glibc

/// What collectors and the queue count, for Prometheus.
struct SourceMetrics {
    private let totals: StatusBoard.Totals
    private let statuses: [SourceStatus]
    private let depth: EventQueue.Depth

    init(_ board: StatusBoard, _ queue: EventQueue) {
        totals = board.totals
        statuses = board.statuses
        depth = queue.depth
    }

    func prometheusText() -> String {
        var output = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: Int64) {
            output += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }
        let counts = totals.counts
        add("jaga_source_events_total", "counter", "Events collected.", counts.events)
        add("jaga_source_bytes_total", "counter", "Bytes of events collected.", counts.bytes)
        add("jaga_source_dropped_total", "counter", "Lines dropped.", counts.dropped)
        add("jaga_source_truncated_total", "counter", "Lines cut.", counts.truncated)
        add(
            "jaga_source_malformed_total",
            "counter",
            "Lines not of their format.",
            counts.malformed
        )
        add("jaga_source_ignored_total", "counter", "Lines left out as asked.", counts.ignored)
        add(
            "jaga_source_skipped_bytes_total",
            "counter",
            "Bytes passed over as asked.",
            counts.skippedBytes
        )
        add("jaga_source_gaps_total", "counter", "Times that may lack lines.", counts.gaps)
        add("jaga_source_lost_bytes_total", "counter", "Bytes known as lost.", counts.lostBytes)
        add(
            "jaga_containers_missed_total",
            "counter",
            "Containers gone before their log was opened.",
            totals.missedContainers
        )
        add(
            "jaga_docker_healthcheck_events_total",
            "counter",
            "Docker events of health checks, left out.",
            totals.healthCheckEvents
        )
        add(
            "jaga_docker_repeated_events_total",
            "counter",
            "Docker events seen again after a reconnect, left out.",
            totals.repeatedEvents
        )
        add(
            "jaga_docker_oversized_events_total",
            "counter",
            "Docker events over the limit.",
            totals.oversizedEvents
        )
        add(
            "jaga_docker_event_gaps_total",
            "counter",
            "Times of which not all Docker events are known.",
            totals.eventGaps
        )
        add(
            "jaga_docker_synthetic_events_total",
            "counter",
            "Docker events not told that must have happened.",
            totals.syntheticEvents
        )
        add("jaga_queue_events", "gauge", "Events waiting for the spool.", Int64(depth.events))
        add("jaga_queue_bytes", "gauge", "Bytes waiting for the spool.", Int64(depth.bytes))
        add(
            "jaga_queue_highest_bytes",
            "gauge",
            "Most bytes that waited.",
            Int64(depth.highestBytes)
        )
        add("jaga_resident_bytes", "gauge", "Resident memory.", Self.residentBytes())
        for (name, help, value) in Self.series {
            output += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
            // A source that is gone takes its series with it.
            for status in statuses {
                let source = Self.escaped("\(status.name)")
                output += "\(name){source=\"\(source)\"} \(value(status))\n"
            }
        }
        return output
    }

    /// One series a source each: name, help and value.
    private static let series: [(String, String, @Sendable (SourceStatus) -> Int64)] = [
        ("jaga_source_lag_bytes", "Bytes of a file that wait.", { $0.lag }),
        (
            "jaga_source_lag_seconds", "How long bytes of a file wait.",
            { $0.behindSince.map { Int64(MonotonicTime.now.seconds(since: $0)) } ?? 0 }
        ),
        ("jaga_source_position_bytes", "Bytes of a file that were read.", { $0.offset }),
        (
            "jaga_source_last_record_seconds", "When a stream's last record arose.",
            { ($0.lastRecord ?? 0) / 1_000_000_000 }
        ),
        (
            "jaga_source_up", "Whether a source is read.",
            { if case .connected = $0.state { 1 } else { 0 } }
        ),
        ("jaga_source_lines", "Events of a source.", { $0.counts.events }),
        ("jaga_source_bytes", "Bytes of a source.", { $0.counts.bytes }),
        ("jaga_source_dropped", "Lines of a source dropped.", { $0.counts.dropped }),
        ("jaga_source_truncated", "Lines of a source cut.", { $0.counts.truncated }),
        ("jaga_source_malformed", "Lines of a source not of its format.", { $0.counts.malformed }),
        ("jaga_source_ignored", "Lines of a source left out.", { $0.counts.ignored }),
        ("jaga_source_gaps", "Times of a source that may lack lines.", { $0.counts.gaps }),
        ("jaga_source_lost_bytes", "Bytes of a source known as lost.", { $0.counts.lostBytes }),
        (
            "jaga_source_skipped_bytes", "Bytes of a source passed over.",
            { $0.counts.skippedBytes }
        ),
    ]

    /// Source: Prometheus, "Exposition formats", label values.
    private static func escaped(_ text: String) -> String {
        var output = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": output += "\\\\"
            case "\"": output += "\\\""
            case "\n": output += "\\n"
            default: output.unicodeScalars.append(character)
            }
        }
        return output
    }

    /// Source: proc(5), `/proc/self/statm`, second field in pages.
    private static func residentBytes() -> Int64 {
        // Without /proc the gauge says 0.
        guard let bytes = try? FileSystem.contents(of: "/proc/self/statm", limit: 4096) else {
            return 0
        }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int64(fields[1]) else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
