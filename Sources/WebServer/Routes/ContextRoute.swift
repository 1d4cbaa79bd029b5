// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import AlertStore
import HummingbirdCore

/// `GET /alerts/{id}/context`: what happened around an alert, on the same
/// container or else at the same location.
struct ContextRoute {
    /// Lines of a log that are looked at behind the alert, and for how long, in
    /// milliseconds: an engine tells only the last lines of a stretch.
    private static let furthest = 10_000
    private static let stretch: Int64 = 60_000
    /// Alerts of the same moment that are passed over.
    private static let slack = 200

    let context: ServerContext

    var route: Route {
        let description = Route.Description(
            "An alert, the alerts around it and the lines of its container's log.",
            .role(.viewer),
            [Route.Parameter("lines", "How many before and after; usually 20.", .integer)],
            .json("alert before after lines lines_from lines_error")
        )
        return Route(.get, Exchange.base + "/alerts/{id}/context", description, handle: answer)
    }

    @Sendable private func answer(_ exchange: Exchange) async throws -> Response {
        let count = try exchange.parameters.integer("lines", 1...500, usually: 20)
        let alert = try await AlertRoutes(context: context).alert(exchange)
        let place = AlertPlace(alert.json)
        guard let time = AlertPlace.time(alert.json) else {
            throw Problem.notFound("the alert has no time that can be read")
        }
        let neighbours = Neighbours(alert: alert, filter: place.filter, time: time, count: count)
        let before = try await self.before(neighbours)
        let after = try await self.after(neighbours)
        let log = await lines(place, neighbours)
        return .json(
            .object { json in
                json.set("alert", RawJSON(bytes: alert.json))
                json.array("before", before) { $0.append(raw: $1.json) }
                json.array("after", after) { $0.append(raw: $1.json) }
                json.array("lines", log.lines) { $0.append($1) }
                json.set("lines_from", log.origin)
                json.set("lines_error", log.trouble)
            }
        )
    }

    // MARK: Alerts

    private struct Neighbours {
        let alert: IndexedAlert
        let filter: AlertFilter
        let time: Int64
        let count: Int
    }

    private func before(_ wanted: Neighbours) async throws -> [IndexedAlert] {
        let range = TimeRange(from: .min, to: wanted.time &+ 1)
        let page = try await context.services.alerts.search(
            AlertSearch(
                AlertQuery(filter: wanted.filter, range: range),
                order: .newestFirst,
                limit: wanted.count + Self.slack,
                counts: false
            )
        )
        let earlier = page.alerts.filter { $0.sequence < wanted.alert.sequence }
        return earlier.prefix(wanted.count).reversed()
    }

    private func after(_ wanted: Neighbours) async throws -> [IndexedAlert] {
        let range = TimeRange(from: wanted.time, to: .max)
        let page = try await context.services.alerts.search(
            AlertSearch(
                AlertQuery(filter: wanted.filter, range: range),
                order: .oldestFirst,
                limit: wanted.count + Self.slack,
                counts: false
            )
        )
        let later = page.alerts.filter { $0.sequence > wanted.alert.sequence }
        return Array(later.prefix(wanted.count))
    }

    // MARK: Lines

    /// Lines, where they are from, and why there are none.
    private struct Log {
        var lines: [ContainerLogLine] = []
        var origin: String?
        var trouble: String?
    }

    /// The engine's log; what was read, when that is kept and the engine has
    /// none.
    private func lines(_ place: AlertPlace, _ wanted: Neighbours) async -> Log {
        guard let container = place.containerID else { return Log() }
        do {
            return Log(lines: try await engineLines(container, wanted), origin: "docker")
        } catch {
            let trouble = ProblemMapping.problem(for: error).detail
            // Archives that cannot be asked either leave the first reason.
            let kept = try? await archiveLines(wanted)
            guard let kept, !kept.isEmpty else { return Log(trouble: trouble) }
            return Log(lines: kept, origin: "archives", trouble: trouble)
        }
    }

    private func engineLines(
        _ container: String,
        _ wanted: Neighbours
    ) async throws -> [ContainerLogLine] {
        let source = context.services.containers
        let before = try await source.log(
            container,
            ContainerLogQuery(tail: wanted.count, until: wanted.time &+ 1)
        )
        let after = try await source.log(
            container,
            ContainerLogQuery(
                tail: Self.furthest,
                since: wanted.time &+ 1,
                until: wanted.time &+ Self.stretch
            )
        )
        return before + after.prefix(wanted.count)
    }

    private func archiveLines(_ wanted: Neighbours) async throws -> [ContainerLogLine] {
        guard let archives = context.services.archives else { return [] }
        func page(_ order: AlertOrder, _ range: TimeRange) async throws -> [ContainerLogLine] {
            let query = AlertQuery(filter: wanted.filter, range: range)
            let search = AlertSearch(query, order: order, limit: wanted.count, counts: false)
            return try await archives.search(search).alerts.compactMap { event in
                guard let time = AlertPlace.time(event.json),
                    let text = AlertText.string("full_log", in: event.json[...])
                else { return nil }
                return ContainerLogLine(time: time, stream: .stdout, text: [UInt8](text.utf8))
            }
        }
        let before = try await page(.newestFirst, TimeRange(from: .min, to: wanted.time &+ 1))
        let after = try await page(.oldestFirst, TimeRange(from: wanted.time &+ 1, to: .max))
        return before.reversed() + after
    }
}

extension JSONText {
    /// A line of a container's log.
    mutating func append(_ line: ContainerLogLine) {
        appendObject { json in
            json.set("time_ms", line.time)
            json.set("stream", line.stream.rawValue)
            json.set("text", String(decoding: line.text, as: UTF8.self))
        }
    }
}
