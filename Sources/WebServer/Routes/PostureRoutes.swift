// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// How containers are run, and what the benchmark says.
struct PostureRoutes {
    private static let base = Exchange.base + "/posture"

    let context: ServerContext

    var routes: [Route] { [overview, container, audit, run] }

    private var overview: Route {
        let description = Route.Description(
            "How containers are run: scores and findings, the worst first; figures of the benchmark.",
            .role(.viewer),
            [],
            .json("containers figures audit runs")
        )
        return Route(.get, Self.base, description) { _ in
            Self.answer(try source().overview())
        }
    }

    private var container: Route {
        let description = Route.Description(
            "How a container is run, by id or name.",
            .role(.viewer),
            [],
            .json("id name image engine state score findings ignored")
        )
        return Route(.get, Self.base + "/containers/{id}", description) { exchange in
            let id = exchange.segment("id")
            guard let bytes = try source().container(id) else {
                throw Problem.notFound("there is no container \(id.prefix(64))")
            }
            return Self.answer(bytes)
        }
    }

    private var audit: Route {
        let description = Route.Description(
            "The last run of the benchmark, check by check, with what is other than before.",
            .role(.viewer),
            [],
            .json(
                "benchmark version time_ms host engine score previous_score passed failed"
                    + " not_applicable manual changes results"
            )
        )
        return Route(.get, Self.base + "/audit", description) { _ in
            guard let bytes = try source().audit() else {
                throw Problem.notFound("the benchmark has not been run yet")
            }
            return Self.answer(bytes)
        }
    }

    private var run: Route {
        let description = Route.Description(
            "Runs the benchmark now.",
            .role(.administrator),
            [],
            .nothing()
        )
        return Route(.post, Self.base + "/audit", description) { _ in
            do {
                try await source().run()
            } catch let refusal as PostureSource.Refusal {
                throw Problem(.conflict, "audit", refusal.detail)
            }
            return .empty
        }
    }

    private func source() throws -> PostureSource {
        guard let source = context.services.posture else {
            throw Problem.notFound("nobody looks at how containers are run here")
        }
        return source
    }

    private static func answer(_ bytes: [UInt8]) -> Response {
        var json = JSONText()
        json.append(raw: bytes)
        return .json(json)
    }
}
