// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// `GET /alerts/stream`: alerts as they come.
struct StreamRoute {
    let context: ServerContext

    var route: Route {
        let description = Route.Description(
            "Alerts as they come: events `alert` and `lagged`.",
            .role(.viewer),
            [Route.Parameter("q", "A query, as in docs/spec/query.md.")],
            .events
        )
        return Route(.get, Exchange.base + "/alerts/stream", description) { exchange in
            guard let mailbox = exchange.mailbox else { throw CancellationError() }
            let filter = try Exchange.filter(exchange.parameters.text("q"), now: exchange.now)
            let live = context.services.live
            return EventStream.response(exchange, mailbox) {
                await live.watch(filter, mailbox)
            }
        }
    }
}
