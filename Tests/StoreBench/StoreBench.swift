// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc

/// Measures the index.
///
/// `StoreBench FOLDER ALERTS [RUNS]` writes a record of so many alerts into the
/// folder, indexes it, and asks; with a folder that has them it only asks.
@main
struct StoreBench {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count >= 3, let count = Int(words[2]) else {
            say("usage: StoreBench FOLDER ALERTS [RUNS]")
            exit(2)
        }
        let runs = words.count > 3 ? Int(words[3]) ?? 20 : 20
        let folder = words[1]
        if access(folder + "/alerts", F_OK) != 0 {
            try write(count, to: folder + "/alerts")
            try index(folder)
        }
        try await ask(folder, runs: runs)
    }

    private static func write(_ count: Int, to folder: String) throws {
        var configuration = AlertLog.Configuration(folder: folder)
        configuration.syncsEachBatch = false
        let now = Timestamp(nanoseconds: Int64(Glibc.time(nil)) * 1_000_000_000)
        let log = try AlertLog(configuration, at: now)
        var alerts = GeneratedAlerts()
        var done = 0
        while done < count {
            try log.rotateIfNeeded(at: now)
            var batch = AlertBatch()
            for _ in 0..<min(5000, count - done) { alerts.append(to: &batch.bytes) }
            try log.append(batch)
            done += min(5000, count - done)
        }
    }

    private static func index(_ folder: String) throws {
        var configuration = AlertIndexer.Configuration(
            record: folder + "/alerts",
            kind: .alerts,
            index: folder + "/index"
        )
        configuration.retention.maximumDays = 100_000
        configuration.partitionDays = 100_000
        let indexer = try AlertIndexer(configuration) { say("notice: \($0)") }
        let clock = ContinuousClock()
        let start = clock.now
        try indexer.catchUp { _ in }
        let seconds = start.duration(to: clock.now) / .seconds(1)
        let alerts = indexer.progress.alerts
        let read = indexer.progress.bytes
        say(
            "indexed \(alerts) alerts of \(read / max(alerts, 1)) bytes in \(Int(seconds)) s, "
                + "\(Int(Double(alerts) / seconds)) rows/s, cpu \(cpuSeconds()) s, peak \(peak()) MB"
        )
    }

    private static func ask(_ folder: String, runs: Int) async throws {
        let index = SQLiteAlertIndex(
            SQLiteAlertIndex.Configuration(
                record: folder + "/alerts",
                kind: .alerts,
                index: folder + "/index"
            ),
            damaged: { say("damaged: \($0)") }
        )
        let status = try await index.status()
        say(
            "\(status.alerts) alerts, \(status.partitions) partitions, "
                + "\(status.bytes / max(1, status.alerts)) bytes/alert on disk"
        )
        let (oldest, newest) = (status.oldest ?? 0, status.newest ?? 0)
        for question in try Question.all(oldest: oldest, newest: newest) {
            var times: [Double] = []
            let clock = ContinuousClock()
            var answer = ""
            for _ in 0..<runs {
                let start = clock.now
                answer = try await question.ask(index)
                times.append(start.duration(to: clock.now) / .milliseconds(1))
            }
            times.sort()
            let (middle, high) = (
                times[times.count / 2], times[min(times.count * 95 / 100, times.count - 1)]
            )
            say(
                "| \(question.name) | \(format(middle)) | \(format(high)) | \(answer) | \(peak()) |"
            )
        }
        say("peak \(peak()) MB")
    }

    /// With one digit behind the point.
    private static func format(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func say(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }

    private static func cpuSeconds() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
    }

    private static func peak() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss / 1024
    }
}

/// What is asked, and how the answer is told in short.
struct Question {
    let name: String
    let ask: (SQLiteAlertIndex) async throws -> String

    static func all(oldest: Int64, newest: Int64) throws -> [Question] {
        let now = Timestamp(nanoseconds: (newest + 1) * 1_000_000)
        let interval = max(1000, (newest - oldest) / 60)
        func search(
            _ name: String,
            _ text: String,
            counts: Bool = true,
            order: AlertOrder = .newestFirst
        ) throws -> Question {
            let query = AlertQuery(filter: try AlertFilter.parse(text, now: now))
            return Question(name: "\(name): `\(text)`") { index in
                let page = try await index.search(AlertSearch(query, order: order, counts: counts))
                return "\(page.total ?? page.alerts.count)"
            }
        }
        func figures(
            _ name: String,
            _ text: String,
            _ list: [AlertAggregation],
            range: TimeRange = .always
        ) throws -> Question {
            let query = AlertQuery(filter: try AlertFilter.parse(text, now: now), range: range)
            return Question(name: "\(name): `\(text)`") { index in
                "\(try await index.aggregate(query, list).count)"
            }
        }
        let split = AlertAggregation(
            .histogram(intervalMilliseconds: interval, split: "rule.level", top: 10)
        )
        func top(_ field: String) -> AlertAggregation {
            AlertAggregation(.top(field: field, size: 10, prefix: ""))
        }
        return [
            try search("last 50", "", counts: false),
            try search("last 50, counted", ""),
            try search("filter", "rule.level >= 7 and container.name: shop-web-1*", counts: false),
            try search("filter, counted", "rule.level >= 7 and container.name: shop-web-1*"),
            try search("address, counted", "srcip: 198.51.100.7"),
            try search("network, counted", "srcip: 10.0.0.0/8"),
            try search("url wildcard, counted", "url: *n=4242"),
            try search("full text, common word, counted", "mozilla"),
            try search("full text, rare words, counted", "\"union select\" and oracle"),
            try search("full text, phrase, counted", "\"failed password for invalid user oracle\""),
            try search("full text, rare number, counted", "48123"),
            try search("full text, prefix, counted", "postg*"),
            try search("full text of a field, counted", "full_log: \"failed password\""),
            try search("nothing found, counted", "zebra"),
            try search("not, counted", "not rule.groups: sshd and not docker"),
            try search("by field", "", order: .field("rule.level", isDescending: true)),
            try search(
                "by address",
                "rule.level: 7",
                order: .field("data.srcip", isDescending: false)
            ),
            try figures(
                "over time",
                "",
                [AlertAggregation(.histogram(intervalMilliseconds: interval, split: nil, top: 0))]
            ),
            try figures("over time by level", "", [split]),
            try figures("top rules", "", [top("rule.id")]),
            try figures("top containers", "rule.level >= 5", [top("data.container.name")]),
            try figures("top addresses", "", [top("data.srcip")]),
            try figures("top urls", "", [top("data.url")]),
            try figures(
                "the Threat Hunting page, ten figures",
                "",
                [
                    AlertAggregation(.count),
                    AlertAggregation(.count, filter: .field("rule.level", .number(.atLeast, 12))),
                    AlertAggregation(
                        .count,
                        filter: .field("rule.groups", .equals("authentication_failed"))
                    ),
                    AlertAggregation(
                        .count,
                        filter: .field("rule.groups", .equals("authentication_success"))
                    ),
                    split, top("rule.description"), top("rule.groups"), top("agent.name"),
                    top("data.container.name"), top("rule.mitre.id"),
                ]
            ),
            try figures(
                "the same, last 24 hours",
                "",
                [
                    AlertAggregation(.count),
                    AlertAggregation(.count, filter: .field("rule.level", .number(.atLeast, 12))),
                    AlertAggregation(
                        .histogram(intervalMilliseconds: 1_440_000, split: "rule.level", top: 10)
                    ),
                    top("rule.description"), top("rule.groups"), top("data.container.name"),
                ],
                range: TimeRange(from: newest - 86_400_000, to: newest + 1)
            ),
        ]
    }
}
