// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import HummingbirdCore

/// The body of `POST /alerts/aggregations`.
struct AggregationRequest: Decodable {
    /// One figure that is asked for.
    struct Figure: Decodable {
        var type: String
        var q: String?
        var interval: String?
        var buckets: Int?
        var split: String?
        var top: Int?
        var field: String?
        var size: Int?
        var prefix: String?
    }

    static let limit = 32

    var q: String?
    var from: String?
    var to: String?
    var aggregations: [String: Figure]

    /// Reads the body and answers it.
    static func answer(_ exchange: Exchange, _ index: any AlertIndex) async throws -> Response {
        let watch = Stopwatch()
        let request = try await exchange.body(AggregationRequest.self)
        guard request.aggregations.count <= limit else {
            throw Problem.body("aggregations: at most \(limit)")
        }
        var query = try Exchange.query(
            request.q,
            from: request.from,
            to: request.to,
            now: exchange.now
        )
        if request.aggregations.values.contains(where: { $0.type == "histogram" }) {
            query.range = query.range.closed(try await index.status(), now: exchange.milliseconds)
        }
        let named = request.aggregations.sorted { $0.key < $1.key }
        var aggregations: [AlertAggregation] = []
        for (name, figure) in named {
            aggregations.append(try aggregation(name, figure, query.range, now: exchange.now))
        }
        let figures = try await index.aggregate(query, aggregations)
        return .json(
            .object { json in
                json.object("aggregations") { json in
                    for ((name, figure), answer) in zip(named, figures) {
                        json.object(name) { json in
                            if figure.type == "top" { json.set("field", figure.field) }
                            json.set(answer)
                        }
                    }
                }
                json.set("took_ms", watch.milliseconds)
            }
        )
    }

    private static func aggregation(
        _ name: String,
        _ figure: Figure,
        _ range: TimeRange,
        now: Timestamp
    ) throws(Problem) -> AlertAggregation {
        do {
            let filter = try Exchange.filter(figure.q, now: now)
            return AlertAggregation(try kind(figure, range), filter: filter)
        } catch {
            var problem = error
            problem.detail = "aggregations.\(name.prefix(64)): \(problem.detail)"
            throw problem
        }
    }

    private static func kind(
        _ figure: Figure,
        _ range: TimeRange
    ) throws(Problem) -> AlertAggregation.Kind {
        var request = FigureRequest()
        request.interval = figure.interval
        request.buckets = try inRange("buckets", figure.buckets, 1...10_000, usually: 60)
        request.split = figure.split
        request.top = try inRange("top", figure.top, 1...100, usually: 10)
        request.field = figure.field
        request.size = try inRange("size", figure.size, 1...1000, usually: 10)
        request.prefix = figure.prefix ?? ""
        switch figure.type {
        case "count": return .count
        case "histogram": return try request.histogram(over: range)
        case "top": return try request.topValues()
        default: throw .parameter("type", "count, histogram or top is needed")
        }
    }

    private static func inRange(
        _ name: String,
        _ value: Int?,
        _ range: ClosedRange<Int>,
        usually standard: Int
    ) throws(Problem) -> Int {
        let number = value ?? standard
        guard range.contains(number) else {
            throw .parameter(name, "from \(range.lowerBound) to \(range.upperBound) is needed")
        }
        return number
    }
}
