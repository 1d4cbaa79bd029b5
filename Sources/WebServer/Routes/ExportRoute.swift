// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import HTTPTypes
import HummingbirdCore
import NIOCore

/// `GET /alerts/export`: a file of alerts, written page by page as fast as the
/// client takes it.
struct ExportRoute {
    enum Format: String {
        case ndjson, csv
    }

    private static let pageSize = 1_000
    private static let columnLimit = 50
    private static let usualColumns =
        "timestamp,rule.level,rule.id,rule.description,agent.name,data.container.name,"
        + "data.srcip,location,full_log"

    let context: ServerContext

    var route: Route {
        let description = Route.Description(
            "Alerts as a file, the newest first.",
            .role(.viewer),
            AlertRoutes.scope + [
                Route.Parameter("format", "ndjson or csv; usually ndjson."),
                Route.Parameter("columns", "Fields of the table, joined by commas (csv)."),
                Route.Parameter("limit", "At most so many; usually all.", .integer),
            ],
            .other("application/x-ndjson")
        )
        return Route(.get, Exchange.base + "/alerts/export", description, handle: answer)
    }

    @Sendable private func answer(_ exchange: Exchange) async throws -> Response {
        let parameters = exchange.parameters
        guard let format = Format(rawValue: parameters.text("format") ?? "ndjson") else {
            throw Problem.parameter("format", "ndjson or csv is needed")
        }
        let columns = (parameters.text("columns") ?? Self.usualColumns)
            .split(separator: ",").map(String.init)
        guard columns.count <= Self.columnLimit else {
            throw Problem.parameter("columns", "at most \(Self.columnLimit)")
        }
        let limit = try parameters.integer("limit", 1...1_000_000_000, usually: .max)
        let query = try exchange.alertQuery()
        let index = context.services.alerts
        let search = AlertSearch(query, limit: min(limit, Self.pageSize), counts: false)
        // Mistakes are told before the file begins.
        let first = try await index.search(search)
        let table = format == .csv ? CSVTable(columns: columns) : nil
        let body = ResponseBody { writer in
            if let table { try await writer.write(ByteBuffer(bytes: table.head)) }
            var (page, left, search) = (first, limit, search)
            while true {
                try await writer.write(Self.buffer(page.alerts, table))
                left -= page.alerts.count
                guard let next = page.next, left > 0 else { break }
                search.after = next
                search.limit = min(left, Self.pageSize)
                page = try await index.search(search)
            }
            try await writer.finish(nil)
        }
        var response = Response(status: .ok)
        response.headers[.contentType] =
            format == .csv ? "text/csv; charset=utf-8" : "application/x-ndjson"
        response.headers[.contentDisposition] =
            "attachment; filename=\"jaga-alerts.\(format.rawValue)\""
        response.body = body
        return response
    }

    private static func buffer(_ alerts: [IndexedAlert], _ table: CSVTable?) -> ByteBuffer {
        var bytes: [UInt8] = []
        for alert in alerts {
            if let table {
                table.append(alert.json, to: &bytes)
            } else {
                bytes += alert.json
                bytes.append(UInt8(ascii: "\n"))
            }
        }
        return ByteBuffer(bytes: bytes)
    }
}
