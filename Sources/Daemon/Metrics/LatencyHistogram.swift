// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Counts of durations in fixed buckets, as Prometheus wants them.
package struct LatencyHistogram: Sendable, Equatable {
    /// Upper bounds in milliseconds, rising; one more bucket takes the rest.
    ///
    /// 250 ms at the 99th percentile is the goal for Docker events, one second
    /// the promise, so both are bounds.
    package static let boundsMilliseconds: [Int64] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
    ]

    /// One count a bound, and one for everything above.
    package private(set) var counts = [Int64](
        repeating: 0,
        count: LatencyHistogram.boundsMilliseconds.count + 1
    )
    /// Sum of all durations.
    package private(set) var sumNanoseconds: Int64 = 0

    package init() {}

    /// How many durations were recorded.
    package var total: Int64 { counts.reduce(0, +) }

    /// Adds a duration; one below zero, as clocks may give, counts as zero.
    package mutating func record(nanoseconds: Int64) {
        let duration = max(0, nanoseconds)
        let bucket = Self.boundsMilliseconds.firstIndex { duration <= $0 * 1_000_000 }
        counts[bucket ?? Self.boundsMilliseconds.count] += 1
        sumNanoseconds &+= duration
    }

    /// The bound in milliseconds that `percent` of the durations do not
    /// exceed; nil when nothing was recorded or the bound is above all.
    package func percentile(_ percent: Int) -> Int64? {
        let all = total
        guard all > 0 else { return nil }
        var seen: Int64 = 0
        for (bound, count) in zip(Self.boundsMilliseconds, counts) {
            seen += count
            if seen * 100 >= all * Int64(percent) { return bound }
        }
        return nil
    }

    /// Appends the three series of a histogram in Prometheus' text form.
    ///
    /// Source: Prometheus, "Exposition formats", version 0.0.4.
    func write(_ name: String, help: String, to output: inout String) {
        output += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        var seen: Int64 = 0
        for (bound, count) in zip(Self.boundsMilliseconds, counts) {
            seen += count
            output += "\(name)_bucket{le=\"\(Self.seconds(milliseconds: bound))\"} \(seen)\n"
        }
        output += "\(name)_bucket{le=\"+Inf\"} \(total)\n"
        output += "\(name)_sum \(Double(sumNanoseconds) / 1e9)\n\(name)_count \(total)\n"
    }

    private static func seconds(milliseconds: Int64) -> String {
        milliseconds % 1000 == 0
            ? "\(milliseconds / 1000)" : "\(Double(milliseconds) / 1000)"
    }
}
