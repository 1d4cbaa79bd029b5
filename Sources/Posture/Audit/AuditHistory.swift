// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Runs of the benchmark: the last one whole, and figures of those before.
///
/// One JSON object: `{"last":{…},"runs":[{"failed":…,"passed":…,"score":…,"time":…},…]}`,
/// oldest first.
package struct AuditHistory: Sendable, Codable {
    package struct Run: Sendable, Hashable, Codable {
        /// Milliseconds since the epoch.
        package var time: Int64
        package var score: Int
        package var passed: Int
        package var failed: Int
    }

    /// Two a day for a year.
    private static let limit = 730

    package private(set) var last: AuditReport?
    package private(set) var previous: AuditReport?
    package private(set) var runs: [Run] = []

    package init() {}

    /// Takes a run; the one before stays for the difference.
    package mutating func add(_ report: AuditReport) {
        previous = last
        last = report
        runs.append(
            Run(
                time: report.time,
                score: report.score,
                passed: report.count(.passed),
                failed: report.count(.failed)
            )
        )
        if runs.count > Self.limit { runs.removeFirst(runs.count - Self.limit) }
    }
}
