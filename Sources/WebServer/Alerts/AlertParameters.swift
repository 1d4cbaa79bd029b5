// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel

/// Reading the parameters that all routes about alerts share.
extension Exchange {
    /// The base path of the API.
    static let base = "/api/v1"

    /// `q`, `from` and `to`.
    func alertQuery() throws(Problem) -> AlertQuery {
        try Self.query(
            parameters.text("q"),
            from: parameters.text("from"),
            to: parameters.text("to"),
            now: now
        )
    }

    /// A query and times as they are written; nil and empty are none.
    static func query(
        _ text: String?,
        from: String?,
        to: String?,
        now: Timestamp
    ) throws(Problem) -> AlertQuery {
        let range = TimeRange(
            from: try time("from", from, now: now) ?? .min,
            to: try time("to", to, now: now) ?? .max
        )
        return AlertQuery(filter: try filter(text, now: now), range: range)
    }

    /// A query.
    static func filter(_ text: String?, now: Timestamp) throws(Problem) -> AlertFilter {
        do {
            return try AlertFilter.parse(text ?? "", now: now)
        } catch {
            throw ProblemMapping.problem(error)
        }
    }

    /// A time parameter; nil when it is missing.
    func time(_ name: String) throws(Problem) -> Int64? {
        try Self.time(name, parameters.text(name), now: now)
    }

    private static func time(
        _ name: String,
        _ text: String?,
        now: Timestamp
    ) throws(Problem) -> Int64? {
        guard let text, !text.isEmpty else { return nil }
        do {
            return try AlertTime.parse(text, now: now)
        } catch {
            throw .parameter(name, "\(error.message); \(error.hint)")
        }
    }
}

/// What a figure over alerts is asked with, from a query or a body.
struct FigureRequest {
    /// The longest name of a field.
    static let nameLimit = 256
    /// Lengths of stretches that `auto` takes, in milliseconds.
    private static let lengths: [Int64] = [
        1_000, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000,
        10_800_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000, 2_592_000_000,
    ]

    var interval: String?
    var buckets = 60
    var split: String?
    var top = 10
    var field: String?
    var size = 10
    var prefix = ""

    /// Counts over time.
    func histogram(over range: TimeRange) throws(Problem) -> AlertAggregation.Kind {
        if let split { try Self.check("split", split) }
        return .histogram(
            intervalMilliseconds: try length(over: range),
            split: split,
            top: top
        )
    }

    /// The values of a field.
    func topValues() throws(Problem) -> AlertAggregation.Kind {
        guard let field, !field.isEmpty else {
            throw .parameter("field", "it is needed: rule.id, data.srcip, …")
        }
        try Self.check("field", field)
        return .top(field: field, size: size, prefix: prefix)
    }

    static func check(_ parameter: String, _ name: String) throws(Problem) {
        guard name.utf8.count <= nameLimit else {
            throw .parameter(parameter, "a field's name has at most \(nameLimit) bytes")
        }
    }

    private func length(over range: TimeRange) throws(Problem) -> Int64 {
        guard let interval, interval != "auto" else {
            // Ranges come from times of people, but any number may be written.
            let (span, overflows) = range.to.subtractingReportingOverflow(range.from)
            let wanted = (overflows ? .max : max(span, 0)) / Int64(max(buckets, 1))
            if let length = Self.lengths.first(where: { $0 >= wanted }) { return length }
            let longest: Int64 = 2_592_000_000
            return (wanted / longest + 1) * longest
        }
        let units: [Character: Int64] = [
            "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
        ]
        guard let unit = interval.last.flatMap({ units[$0] }),
            let count = Int64(interval.dropLast()), (1...100_000).contains(count)
        else { throw .parameter("interval", "auto, 30s, 5m, 1h or 1d is needed") }
        return count * unit
    }
}

extension TimeRange {
    /// The same with an open beginning and end replaced by what the index
    /// has, so that it can be cut in stretches.
    func closed(_ status: AlertIndexStatus, now: Int64) -> TimeRange {
        let end = to == .max ? max(now, status.newest ?? now) &+ 1 : to
        return TimeRange(from: from == .min ? status.oldest ?? end - 3_600_000 : from, to: end)
    }
}
