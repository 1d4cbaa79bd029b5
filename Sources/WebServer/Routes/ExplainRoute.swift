// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore
import WebAttacks

/// What Jaga makes of a request that an access log shows: see `jaga explain`.
struct ExplainRoute {
    private struct Body: Decodable {
        var target: String
        var user_agent: String?
        var referer: String?
    }

    let context: ServerContext

    var route: Route {
        let description = Route.Description(
            "Shows how a web request is decoded, read and judged.",
            .role(.viewer),
            [],
            .json("parts attacks", body: "target user_agent? referer?")
        )
        return Route(.post, Exchange.base + "/explain", description) { exchange in
            let body = try await exchange.body(Body.self)
            guard !body.target.isEmpty else { throw Problem.body("target is empty") }
            return try await context.work.run {
                let explanation = WebAttackExplanation(
                    target: Array(body.target.utf8),
                    userAgent: Array((body.user_agent ?? "").utf8),
                    referrer: Array((body.referer ?? "").utf8)
                )
                var members: [UInt8] = Array("{".utf8)
                ExplanationJSON.appendMembers(explanation, to: &members)
                members.append(UInt8(ascii: "}"))
                return .bytes(members, type: "application/json")
            }
        }
    }
}
