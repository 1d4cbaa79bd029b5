// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// Outputs: who is told of alerts, how that goes, and a test of it.
struct OutputRoutes {
    private static let base = Exchange.base + "/outputs"

    let context: ServerContext

    var routes: [Route] { [list, test] }

    private var source: OutputSource? { context.services.outputs }

    private var list: Route {
        let description = Route.Description(
            "Outputs of alerts, and how they stand.",
            .role(.viewer),
            [],
            .json("outputs")
        )
        return Route(.get, Self.base, description) { _ in
            .json(
                .object { json in
                    json.array("outputs", source?.list() ?? []) { json, output in
                        json.appendObject { set(output, in: &$0) }
                    }
                }
            )
        }
    }

    private var test: Route {
        let description = Route.Description(
            "Sends a message that says it is a test, past the queue.",
            .role(.administrator),
            [],
            .nothing()
        )
        return Route(.post, Self.base + "/{name}/test", description) { exchange in
            let name = exchange.segment("name")
            guard let source, source.list().contains(where: { $0.name == name }) else {
                throw Problem.notFound("there is no output \(name.prefix(64))")
            }
            do {
                try await source.test(name)
            } catch let refusal as OutputSource.Refusal {
                throw Problem(.badGateway, "output", refusal.detail)
            }
            return .empty
        }
    }

    private func set(_ output: OutputSource.Output, in json: inout JSONText) {
        json.set("name", output.name)
        json.set("kind", output.kind)
        json.set("target", output.target)
        json.set("state", output.state)
        json.set("trouble", output.trouble)
        json.set("waiting", output.waiting)
        json.set("waiting_bytes", output.waitingBytes)
        json.set("counted", output.counted)
        json.set("messages", output.messages)
        json.set("alerts", output.alerts)
        json.set("failures", output.failures)
        json.set("dropped", output.dropped)
        json.set("refused", output.refused)
        json.set("last_delivery_ms", output.lastDelivery)
    }
}
