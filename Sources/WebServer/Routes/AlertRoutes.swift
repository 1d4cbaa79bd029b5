// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import AlertStore
import HummingbirdCore

/// Searching alerts, and the archives in the same way.
struct AlertRoutes {
    /// Which record is meant.
    enum Record {
        case alerts, archives
    }

    let context: ServerContext

    var routes: [Route] {
        let base = Exchange.base
        return searchRoutes(.alerts, base + "/alerts", fields: base + "/fields")
            + searchRoutes(.archives, base + "/archives", fields: base + "/archives/fields")
            + [one, aggregations]
    }

    /// Parameters that say which alerts are meant.
    static let scope = [
        Route.Parameter("q", "A query, as in docs/spec/query.md."),
        Route.Parameter("from", "The first time that counts."),
        Route.Parameter("to", "The first time that counts no more."),
    ]

    private func searchRoutes(_ record: Record, _ base: String, fields: String) -> [Route] {
        [
            Route(.get, base, Self.searching) { try await search($0, record) },
            Route(.get, base + "/histogram", Self.counting) { try await histogram($0, record) },
            Route(.get, base + "/top", Self.ranking) { try await top($0, record) },
            Route(.get, fields, Self.listing) { try await self.fields($0, record) },
        ]
    }

    // MARK: Descriptions

    private static let searching = Route.Description(
        "A page of alerts.",
        .role(.viewer),
        scope + [
            Route.Parameter("limit", "From 1 to 1000; usually 50.", .integer),
            Route.Parameter("cursor", "The `next` of the page before."),
            Route.Parameter("sort", "FIELD:asc or FIELD:desc; usually timestamp:desc."),
            Route.Parameter("total", "Whether to count all; usually true.", .boolean),
        ],
        .json("total alerts next took_ms")
    )

    private static let counting = Route.Description(
        "Counts over time.",
        .role(.viewer),
        scope + [
            Route.Parameter("interval", "auto, 30s, 5m, 1h, 1d; usually auto."),
            Route.Parameter("buckets", "How many stretches auto aims at; usually 60.", .integer),
            Route.Parameter("split", "A field whose values are counted apart."),
            Route.Parameter("top", "How many values of it, usually 10.", .integer),
        ],
        .json("interval_ms start_ms counts series total took_ms")
    )

    private static let ranking = Route.Description(
        "The most frequent values of a field.",
        .role(.viewer),
        scope + [
            Route.Parameter("field", "The field's name."),
            Route.Parameter("size", "From 1 to 1000; usually 10.", .integer),
            Route.Parameter("prefix", "How the values begin."),
        ],
        .json("field values distinct present total took_ms")
    )

    private static let listing = Route.Description(
        "Names and kinds of the fields there are.",
        .role(.viewer),
        [Route.Parameter("prefix", "How the names begin.")],
        .json("fields")
    )

    // MARK: Answers

    private func index(_ record: Record) throws(Problem) -> any AlertIndex {
        switch record {
        case .alerts: return context.services.alerts
        case .archives:
            guard let archives = context.services.archives else {
                throw Problem(
                    .notFound,
                    "archives-off",
                    "only alerts are kept here; archives are off"
                )
            }
            return archives
        }
    }

    private func search(_ exchange: Exchange, _ record: Record) async throws -> Response {
        let watch = Stopwatch()
        let index = try index(record)
        let parameters = exchange.parameters
        let search = AlertSearch(
            try exchange.alertQuery(),
            order: try Self.order(parameters.text("sort")),
            limit: try parameters.integer("limit", 1...1000, usually: 50),
            after: parameters.text("cursor").map(AlertCursor.init(text:)),
            counts: try parameters.flag("total", usually: true)
        )
        let page = try await index.search(search)
        return .json(
            .object { json in
                json.set("total", page.total)
                json.array("alerts", page.alerts) { $0.append(raw: $1.json) }
                json.set("next", page.next?.text)
                json.set("took_ms", watch.milliseconds)
            }
        )
    }

    private static func order(_ text: String?) throws(Problem) -> AlertOrder {
        guard let text else { return .newestFirst }
        guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else {
            throw .parameter("sort", "FIELD:asc or FIELD:desc is needed")
        }
        let field = String(text[..<colon])
        try FigureRequest.check("sort", field)
        switch (field, text[text.index(after: colon)...]) {
        case ("timestamp", "desc"): return .newestFirst
        case ("timestamp", "asc"): return .oldestFirst
        case (_, "desc"): return .field(field, isDescending: true)
        case (_, "asc"): return .field(field, isDescending: false)
        default: throw .parameter("sort", "FIELD:asc or FIELD:desc is needed")
        }
    }

    private func histogram(_ exchange: Exchange, _ record: Record) async throws -> Response {
        let watch = Stopwatch()
        let index = try index(record)
        let parameters = exchange.parameters
        var query = try exchange.alertQuery()
        query.range = query.range.closed(try await index.status(), now: exchange.milliseconds)
        var request = FigureRequest()
        request.interval = parameters.text("interval")
        request.buckets = try parameters.integer("buckets", 1...10_000, usually: 60)
        request.split = parameters.text("split")
        request.top = try parameters.integer("top", 1...100, usually: 10)
        let kind = try request.histogram(over: query.range)
        let figures = try await index.aggregate(query, [AlertAggregation(kind)])
        return .json(
            .object { json in
                for figure in figures { json.set(figure) }
                json.set("took_ms", watch.milliseconds)
            }
        )
    }

    private func top(_ exchange: Exchange, _ record: Record) async throws -> Response {
        let watch = Stopwatch()
        let index = try index(record)
        let parameters = exchange.parameters
        var request = FigureRequest()
        request.field = parameters.text("field")
        request.size = try parameters.integer("size", 1...1000, usually: 10)
        request.prefix = parameters.text("prefix") ?? ""
        let kind = try request.topValues()
        let query = try exchange.alertQuery()
        let figures = try await index.aggregate(query, [AlertAggregation(kind)])
        return .json(
            .object { json in
                json.set("field", request.field)
                for figure in figures { json.set(figure) }
                json.set("took_ms", watch.milliseconds)
            }
        )
    }

    private func fields(_ exchange: Exchange, _ record: Record) async throws -> Response {
        let prefix = exchange.parameters.text("prefix") ?? ""
        let fields = try await index(record).fields().filter { $0.name.hasPrefix(prefix) }
        return .json(
            .object { json in
                json.array("fields", fields) { json, field in
                    json.appendObject { json in
                        json.set("name", field.name)
                        json.set("kind", field.kind.rawValue)
                    }
                }
            }
        )
    }

    private var one: Route {
        let description = Route.Description("One alert.", .role(.viewer), [], .json("alert"))
        return Route(.get, Exchange.base + "/alerts/{id}", description) { exchange in
            let alert = try await alert(exchange)
            return .json(.object { $0.set("alert", RawJSON(bytes: alert.json)) })
        }
    }

    /// The alert that the path names.
    func alert(_ exchange: Exchange) async throws -> IndexedAlert {
        let id = exchange.segment("id")
        guard id.utf8.count <= 64, let alert = try await context.services.alerts.alert(id: id)
        else { throw Problem.notFound("there is no alert \(id.prefix(64)), or not any more") }
        return alert
    }

    private var aggregations: Route {
        let description = Route.Description(
            "Several figures in one pass.",
            .role(.viewer),
            [],
            .json("aggregations took_ms", body: "q? from? to? aggregations")
        )
        return Route(.post, Exchange.base + "/alerts/aggregations", description) { exchange in
            try await AggregationRequest.answer(exchange, context.services.alerts)
        }
    }
}
