// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Testing

@Suite("times in old logs")
struct LogClockTests {
    /// 2026-11-23T12:00:00Z.
    private static let now: Int64 = 1_795_435_200_000_000_000

    @Test(
        "each form of time is read",
        arguments: [
            ("2026-11-23T12:46:15Z x", 1_795_437_975_000_000_000),
            ("2026-11-23T12:46:15.25+01:00 x", 1_795_434_375_250_000_000),
            ("2026-11-23 12:46:15,5 x", 1_795_437_975_500_000_000),
            ("Nov 23 11:46:15 host sshd[1]: x", 1_795_434_375_000_000_000),
            ("Dec  1 00:00:00 host x", 1_764_547_200_000_000_000),
            (
                "1.2.3.4 - - [23/Nov/2026:12:46:15 +0000] \"GET / HTTP/1.1\"",
                1_795_437_975_000_000_000
            ),
            ("[a] [23/Nov/2026:13:46:15 +0100] x", 1_795_437_975_000_000_000),
            (
                "{\"time\": 1, \"timeNano\": 1795437975000000001}",
                1_795_437_975_000_000_001
            ),
            ("{\"log\":\"x\",\"time\":\"2026-11-23T12:46:15Z\"}", 1_795_437_975_000_000_000),
        ] as [(String, Int64)]
    )
    func reads(line: String, nanoseconds: Int64) {
        let bytes = [UInt8](line.utf8)
        #expect(LogClock(now: Self.now).nanoseconds(in: bytes.span) == nanoseconds)
    }

    @Test(
        "what gives no time gives none",
        arguments: [
            "", "hello", "2026-13-23T12:46:15Z", "2026-11-23T25:46:15Z", "Nov 33 11:46:15 host",
            "[99/Nov/2026:12:46:15 +0000]", "{\"timeNano\":}", "{\"time\":\"soon\"}",
            "{\"timeNano\":99999999999999999999999}", "2026-11-23T12:46", "Nov 23",
        ]
    )
    func refuses(line: String) {
        let bytes = [UInt8](line.utf8)
        #expect(LogClock(now: Self.now).nanoseconds(in: bytes.span) == nil)
    }
}

@Suite("metrics")
struct MetricsTests {
    @Test("a histogram tells the bound that 99 of 100 stay under")
    func percentile() {
        var histogram = LatencyHistogram()
        for _ in 0..<99 { histogram.record(nanoseconds: 3_000_000) }
        histogram.record(nanoseconds: 700_000_000)

        #expect(histogram.percentile(99) == 5)
        #expect(histogram.percentile(100) == 1000)
        #expect(histogram.total == 100)
    }

    @Test("durations below zero count as zero, those above all bounds have no percentile")
    func extremes() {
        var histogram = LatencyHistogram()
        histogram.record(nanoseconds: -5)
        #expect(histogram.percentile(100) == 1)
        histogram.record(nanoseconds: .max)
        #expect(histogram.percentile(100) == nil)
    }

    @Test("Prometheus' text has a line a bucket, cumulative, and the sum")
    func text() {
        let metrics = PipelineMetrics()
        metrics.update { counts in
            counts.events = 7
            counts.alertsByLevel[3] = 2
            counts.latency.record(nanoseconds: 4_000_000)
            counts.latency.record(nanoseconds: 400_000_000)
        }
        let text = metrics.snapshot.prometheusText()
        #expect(text.contains("jaga_events_total 7\n"))
        #expect(text.contains("jaga_alerts_total{level=\"3\"} 2\n"))
        #expect(text.contains("jaga_alert_latency_seconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("jaga_alert_latency_seconds_bucket{le=\"0.5\"} 2\n"))
        #expect(text.contains("jaga_alert_latency_seconds_bucket{le=\"+Inf\"} 2\n"))
        #expect(text.contains("jaga_alert_latency_seconds_sum 0.404\n"))
    }
}

@Suite("the data folder")
struct DataFolderTests {
    @Test(
        "a flag wins over the environment, which wins over the user's default",
        arguments: [
            ("/flag", ["JAGA_DATA": "/env"], 0, "/flag"),
            (nil, ["JAGA_DATA": "/env/"], 0, "/env"),
            (nil, [:], 0, "/var/lib/jaga"),
            (nil, ["HOME": "/home/ann"], 1000, "/home/ann/.local/state/jaga"),
            (nil, ["XDG_STATE_HOME": "/s", "HOME": "/home/ann"], 1000, "/s/jaga"),
        ] as [(String?, [String: String], UInt32, String)]
    )
    func chosen(flag: String?, environment: [String: String], user: UInt32, path: String) {
        let folder = DataFolder.chosen(flag: flag, environment: environment, userID: user)
        #expect(folder.path == path)
    }
}
