// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What the server counts about itself.
final class ServerMetrics: Sendable {
    private struct Key: Hashable {
        let route: String
        /// From 1 (1xx) to 5 (5xx).
        let statusClass: Int
    }

    private struct State {
        var requests: [Key: Int] = [:]
        var durations = [Int](repeating: 0, count: ServerMetrics.boundsMilliseconds.count + 1)
        var durationSum = Duration.zero
        var refused = 0
        var timedOut = 0
    }

    private static let boundsMilliseconds = [1, 5, 10, 25, 50, 100, 200, 500, 1_000, 5_000, 30_000]

    private let state = Mutex(State())

    /// Counts an answer; `route` is a pattern of ours, never a client's text.
    func record(_ route: String, status: Int, _ duration: Duration) {
        let milliseconds = duration / .milliseconds(1)
        let bucket = Self.boundsMilliseconds.firstIndex { milliseconds <= Double($0) }
        state.withLock { state in
            state.requests[Key(route: route, statusClass: status / 100), default: 0] += 1
            state.durations[bucket ?? Self.boundsMilliseconds.count] += 1
            state.durationSum += duration
        }
    }

    /// Counts a request that was turned away for there were too many.
    func recordRefusal() { state.withLock { $0.refused += 1 } }

    /// Counts a request that took too long.
    func recordTimeOut() { state.withLock { $0.timedOut += 1 } }

    /// The series in Prometheus' text form.
    ///
    /// Source: Prometheus, "Exposition formats", version 0.0.4.
    func prometheusText(_ gauges: Gauges) -> String {
        let copy = state.withLock { $0 }
        var output = "# HELP jaga_http_requests_total Requests answered.\n"
        output += "# TYPE jaga_http_requests_total counter\n"
        let sorted = copy.requests.sorted {
            ($0.key.route, $0.key.statusClass) < ($1.key.route, $1.key.statusClass)
        }
        for (key, count) in sorted {
            output += "jaga_http_requests_total{route=\"\(key.route)\","
            output += "status=\"\(key.statusClass)xx\"} \(count)\n"
        }
        writeDurations(copy, &output)
        func series(_ name: String, _ kind: String, _ help: String, _ value: Int) {
            output += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n\(name) \(value)\n"
        }
        series("jaga_http_refused_total", "counter", "Requests over a limit.", copy.refused)
        series("jaga_http_timeouts_total", "counter", "Requests that took too long.", copy.timedOut)
        series("jaga_http_active_requests", "gauge", "Requests being answered.", gauges.requests)
        series("jaga_http_streams", "gauge", "Streams that are open.", gauges.streams)
        series("jaga_live_subscribers", "gauge", "Watchers of new alerts.", gauges.subscribers)
        series(
            "jaga_live_dropped_total",
            "counter",
            "Alerts that watchers were too slow for.",
            gauges.dropped
        )
        series("jaga_sign_ins_total", "counter", "Sign-ins.", gauges.signIn.successes)
        series(
            "jaga_sign_in_failures_total",
            "counter",
            "Failed sign-ins, and tokens that are not known.",
            gauges.signIn.failures
        )
        series(
            "jaga_sign_in_lockouts_total",
            "counter",
            "Times that a user or an address was locked out.",
            gauges.signIn.lockOuts
        )
        return output
    }

    /// What others count.
    struct Gauges {
        var requests: Int
        var streams: Int
        var subscribers: Int
        var dropped: Int
        var signIn: SignIn.Counts
    }

    private func writeDurations(_ state: State, _ output: inout String) {
        let name = "jaga_http_request_duration_seconds"
        output += "# HELP \(name) From a request's head to its answer, streams excepted.\n"
        output += "# TYPE \(name) histogram\n"
        var seen = 0
        for (bound, count) in zip(Self.boundsMilliseconds, state.durations) {
            seen += count
            output += "\(name)_bucket{le=\"\(Double(bound) / 1000)\"} \(seen)\n"
        }
        let total = state.durations.reduce(0, +)
        output += "\(name)_bucket{le=\"+Inf\"} \(total)\n"
        output += "\(name)_sum \(state.durationSum / .seconds(1))\n\(name)_count \(total)\n"
    }
}
