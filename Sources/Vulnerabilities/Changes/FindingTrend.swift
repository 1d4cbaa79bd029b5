// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How many findings there were, day by day: the last look of each.
///
/// Kept as `{"days": [{"day": "2026-11-27", "images": 3, "critical": 1, …}]}`, the oldest
/// first.
package struct FindingTrend: Sendable, Hashable {
    package struct Day: Sendable, Hashable {
        /// `2026-11-27`, in UTC.
        package var day: String
        package var images = 0
        package var counts: [Severity: Int] = [:]
        package var exploited = 0

        package init(day: String) {
            self.day = day
        }

        /// Adds what an image has.
        package mutating func add(_ report: ImageReport) {
            images += 1
            counts.merge(report.counts, uniquingKeysWith: +)
            exploited += report.findings.count(where: \.isExploited)
        }
    }

    /// A year.
    private static let limit = 366

    package private(set) var days: [Day] = []

    package init() {}

    /// Takes a day, in place of what was known of it; says whether that changed anything.
    package mutating func take(_ day: Day) -> Bool {
        guard days.last != day else { return false }
        days.removeAll { $0.day == day.day }
        days.append(day)
        days.sort { $0.day < $1.day }
        if days.count > Self.limit { days.removeFirst(days.count - Self.limit) }
        return true
    }

    /// What is not in the form is left out.
    package init(bytes: [UInt8]) {
        for entry in (JSONNode(bytes)?["days"]?.elements ?? []).suffix(Self.limit) {
            guard let name = entry["day"]?.text, CalendarDay.seconds(name) != nil else { continue }
            var day = Day(day: name)
            func count(_ name: String) -> Int {
                Int(max(0, min(entry[name]?.decimal ?? 0, 1_000_000_000)))
            }
            day.images = count("images")
            day.exploited = count("exploited")
            for severity in Severity.allCases where count(severity.name) > 0 {
                day.counts[severity] = count(severity.name)
            }
            days.append(day)
        }
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("days")
            writer.array { writer in
                for day in days {
                    writer.object { writer in
                        writer.member("day", day.day)
                        writer.member("images", Int64(day.images))
                        for (severity, count) in day.counts.sorted(by: { $0.key < $1.key }) {
                            writer.member(severity.name, Int64(count))
                        }
                        writer.member("exploited", Int64(day.exploited))
                    }
                }
            }
        }
        return writer.bytes
    }
}

extension VulnerabilityFolder {
    private var trend: String { path + "/trend" }

    /// Empty when there is none, or it cannot be read: it begins anew.
    package func readTrend() -> FindingTrend {
        FindingTrend(bytes: (try? Files.contents(of: trend, limit: 1 << 20)) ?? [])
    }

    /// Keeps the trend; it blocks.
    ///
    /// - Throws: ``VulnerabilityError`` `file`
    package func keep(_ trend: FindingTrend) throws {
        try Files.replace(self.trend, with: trend.bytes, outliving: .process)
    }
}
