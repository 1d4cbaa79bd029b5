// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// Agents: who reports here, and what is done to them.
struct AgentRoutes {
    private struct Groups: Decodable {
        var groups: [String]
    }

    private struct TokenBody: Decodable {
        var groups: [String]?
        var expires_seconds: Int64?
        var host: String?
    }

    private static let base = Exchange.base + "/agents"
    private static let members =
        "id name kind state address groups version system registered_ms last_seen_ms"
        + " waiting_events lag_seconds sources containers"
    private static let groupLimit = 64
    private static let secondLimit: Int64 = 31_536_000

    let context: ServerContext

    var routes: [Route] { [list, show, remove, group, restart, token] }

    private var source: AgentSource? { context.services.agents }

    // MARK: Reading

    private var list: Route {
        let description = Route.Description(
            "Agents that report to this manager; none for one that takes none.",
            .role(.viewer),
            [],
            .json("agents takes_agents")
        )
        return Route(.get, Self.base, description) { _ in
            .json(
                .object { json in
                    json.set("takes_agents", source?.token != nil)
                    json.array("agents", source?.list() ?? []) { json, agent in
                        json.appendObject { set(agent, in: &$0) }
                    }
                }
            )
        }
    }

    private var show: Route {
        let description = Route.Description(
            "An agent, by its id.",
            .role(.viewer),
            [],
            .json(Self.members)
        )
        return Route(.get, Self.base + "/{id}", description) { exchange in
            let agent = try found(exchange)
            return .json(.object { set(agent, in: &$0) })
        }
    }

    private func found(_ exchange: Exchange) throws -> AgentSource.Agent {
        let id = exchange.segment("id")
        guard let agent = source?.list().first(where: { $0.id == id }) else {
            throw Problem.notFound("there is no agent \(id.prefix(32))")
        }
        return agent
    }

    // MARK: Changing

    private var remove: Route {
        let description = Route.Description(
            "Takes an agent out: its keys are worthless from now on.",
            .role(.administrator),
            [],
            .nothing()
        )
        return Route(.delete, Self.base + "/{id}", description) { exchange in
            try await change(exchange, .remove)
        }
    }

    private var group: Route {
        let description = Route.Description(
            "Puts an agent into these groups, and no others.",
            .role(.administrator),
            [],
            .nothing(body: "groups")
        )
        return Route(.put, Self.base + "/{id}/groups", description) { exchange in
            let body = try await exchange.body(Groups.self)
            guard body.groups.count <= Self.groupLimit else {
                throw Problem.body("groups: at most \(Self.groupLimit)")
            }
            return try await change(exchange, .groups(body.groups))
        }
    }

    private var restart: Route {
        let description = Route.Description(
            "Makes an agent start anew.",
            .role(.administrator),
            [],
            .nothing()
        )
        return Route(.post, Self.base + "/{id}/restart", description) { exchange in
            try await change(exchange, .restart)
        }
    }

    private func change(
        _ exchange: Exchange,
        _ change: AgentSource.Change
    ) async throws -> Response {
        let agent = try found(exchange)
        do {
            try await source?.change(agent.id, change)
        } catch let refusal as AgentSource.Refusal {
            throw Problem(.conflict, "agent", refusal.detail)
        }
        return .empty
    }

    private var token: Route {
        let description = Route.Description(
            "Makes a token that lets one agent in; the line that does is shown this once.",
            .role(.administrator),
            [],
            .json("command", body: "groups? expires_seconds? host?", status: .created)
        )
        return Route(.post, Self.base + "/tokens", description) { exchange in
            let body = try await exchange.body(TokenBody.self)
            guard let make = source?.token else {
                throw Problem(
                    .conflict,
                    "no-agent-port",
                    "this Jaga takes no agents: start it as jaga manager, or with --agents :9697"
                )
            }
            let seconds = body.expires_seconds ?? 3_600
            guard (1...Self.secondLimit).contains(seconds) else {
                throw Problem.body("expires_seconds: from 1 to \(Self.secondLimit)")
            }
            let request = AgentSource.TokenRequest(
                groups: body.groups ?? [],
                expiresSeconds: seconds,
                host: body.host
            )
            do {
                let command = try await make(request)
                return .json(.object { $0.set("command", command) }, status: .created)
            } catch let refusal as AgentSource.Refusal {
                throw Problem.body(refusal.detail)
            }
        }
    }

    private func set(_ agent: AgentSource.Agent, in json: inout JSONText) {
        json.set("id", agent.id)
        json.set("name", agent.name)
        json.set("kind", agent.kind)
        json.set("state", agent.state)
        json.set("address", agent.address)
        json.array("groups", agent.groups) { $0.append(string: $1) }
        json.set("version", agent.version)
        json.set("system", agent.system)
        json.set("registered_ms", agent.registered)
        json.set("last_seen_ms", agent.lastSeen)
        json.set("waiting_events", agent.waitingEvents)
        json.set("lag_seconds", agent.lagSeconds)
        json.set("sources", agent.sources)
        json.set("containers", agent.containers)
    }
}
