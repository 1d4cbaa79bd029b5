// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import AlertStore
import HummingbirdCore

/// Containers with their alerts and logs.
struct ContainerRoutes {
    private static let base = Exchange.base + "/containers"

    let context: ServerContext

    var routes: [Route] { [list, one, log, follow] }

    private static let members =
        "id name image image_id state status created_ms ports labels compose log_driver alerts"

    private var list: Route {
        let description = Route.Description(
            "Containers that exist, and those that are gone but have alerts.",
            .role(.viewer),
            [Route.Parameter("from", "From when on alerts are counted; usually now-24h.")],
            .json("engine containers")
        )
        return Route(.get, Self.base, description) { exchange in
            let figures = ContainerFigures(context.services.alerts, from: try since(exchange))
            let inventory = await context.services.containers.inventory()
            let containers = try await figures.complete(inventory.containers)
            return .json(
                .object { json in
                    json.object("engine") { json in
                        json.set("connected", inventory.isConnected)
                        json.set("detail", inventory.detail)
                    }
                    json.array("containers", containers) { json, entry in
                        json.appendObject { $0.set(entry) }
                    }
                }
            )
        }
    }

    private var one: Route {
        let description = Route.Description(
            "One container, by its id or name.",
            .role(.viewer),
            [Route.Parameter("from", "From when on alerts are counted; usually now-24h.")],
            .json(Self.members)
        )
        return Route(.get, Self.base + "/{id}", description) { exchange in
            let figures = ContainerFigures(context.services.alerts, from: try since(exchange))
            let id = try name(exchange)
            guard let state = try await state(id, figures) else {
                throw Problem.notFound("there is no container \(id), nor an alert of one")
            }
            let entry = try await figures.entry(state)
            return .json(.object { $0.set(entry) })
        }
    }

    private var log: Route {
        let description = Route.Description(
            "The last lines of a container's log.",
            .role(.viewer),
            [
                Route.Parameter("tail", "At most so many, to 10000; usually 200.", .integer),
                Route.Parameter("since", "The first time that counts."),
                Route.Parameter("until", "The first time that counts no more."),
            ],
            .json("lines")
        )
        return Route(.get, Self.base + "/{id}/log", description) { exchange in
            let query = ContainerLogQuery(
                tail: try exchange.parameters.integer("tail", 1...10_000, usually: 200),
                since: try exchange.time("since"),
                until: try exchange.time("until")
            )
            let lines = try await context.services.containers.log(try name(exchange), query)
            return .json(.object { $0.array("lines", lines) { $0.append($1) } })
        }
    }

    private var follow: Route {
        let description = Route.Description(
            "A container's log as it grows: events `line`, `lagged` and `end`.",
            .role(.viewer),
            [Route.Parameter("tail", "Lines to begin with, to 10000; usually 0.", .integer)],
            .events
        )
        return Route(.get, Self.base + "/{id}/log/stream", description) { exchange in
            guard let mailbox = exchange.mailbox else { throw CancellationError() }
            let tail = try exchange.parameters.integer("tail", 0...10_000, usually: 0)
            let lines = try await context.services.containers.follow(
                try name(exchange),
                tail: tail
            )
            return EventStream.response(exchange, mailbox) {
                await Self.pass(lines, to: mailbox)
            }
        }
    }

    private static func pass(
        _ lines: AsyncThrowingStream<ContainerLogLine, any Error>,
        to mailbox: EventMailbox
    ) async {
        mailbox.beat()
        var reason: String?
        do {
            for try await line in lines {
                var json = JSONText()
                json.append(line)
                mailbox.push(EventText.event("line", json))
            }
        } catch {
            reason = ProblemMapping.problem(for: error).detail
        }
        mailbox.push(EventText.event("end", .object { $0.set("reason", reason) }))
        mailbox.close()
    }

    private func since(_ exchange: Exchange) throws(Problem) -> Int64 {
        try exchange.time("from") ?? exchange.milliseconds - 86_400_000
    }

    /// An id or name as Docker has them, so that nothing else gets into a path
    /// of its API.
    private func name(_ exchange: Exchange) throws(Problem) -> String {
        let name = exchange.segment("id")
        let isName =
            name.utf8.count <= 255 && name.first != "."
            && name.utf8.allSatisfy { byte in
                byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39
                    || "_.-".utf8.contains(byte)
            }
        guard isName, !name.isEmpty else {
            throw .notFound("this is no container's id or name")
        }
        return name
    }

    /// A container as the engine has it, or as its last alert told it.
    private func state(_ name: String, _ figures: ContainerFigures) async throws -> ContainerState?
    {
        do {
            if let state = try await context.services.containers.container(name) { return state }
        } catch let error as ContainerSourceError where error.code == .unavailable {
            guard let state = try await figures.removed(name) else { throw error }
            return state
        }
        return try await figures.removed(name)
    }
}
