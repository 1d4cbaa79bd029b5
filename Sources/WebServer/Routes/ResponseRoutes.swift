// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import FoundationEssentials
import HTTPTypes
import HummingbirdCore

/// What was done about alerts, its undoing, and acts by hand.
struct ResponseRoutes {
    private struct TrialBody: Decodable {
        var alert: String
    }

    private static let base = Exchange.base + "/responses"
    private static let states = ["all", "standing", "ended"]

    let context: ServerContext

    var routes: [Route] { [list, perform, undo, trial] }

    private func source() throws(Problem) -> ResponseSource {
        if let source = context.services.responses { return source }
        throw Problem(.conflict, "no-responses", "this Jaga does nothing about alerts")
    }

    // MARK: Reading

    private var list: Route {
        let description = Route.Description(
            "Acts that stand, those that have ended, and the responses of the settings.",
            .role(.viewer),
            [
                Route.Parameter("state", "standing, ended or all; usually all."),
                Route.Parameter("limit", "From 1 to 1000; usually 200.", .integer),
            ],
            .json("enabled standing acts responses")
        )
        return Route(.get, Self.base, description) { exchange in
            let state = exchange.parameters.text("state") ?? "all"
            guard Self.states.contains(state) else {
                throw Problem.parameter("state", "standing, ended or all is needed")
            }
            let limit = try exchange.parameters.integer("limit", 1...1_000, usually: 200)
            let overview = context.services.responses?.overview() ?? .init()
            let standing = overview.acts.filter { $0.ended == nil }
            let ended = overview.acts.filter { $0.ended != nil }
            let acts = (state == "ended" ? [] : standing) + (state == "standing" ? [] : ended)
            return .json(
                .object { json in
                    json.set("enabled", overview.isEnabled)
                    json.set("standing", standing.count)
                    json.array("acts", acts.prefix(limit)) { json, act in
                        json.appendObject { ResponseText.set(act, in: &$0) }
                    }
                    json.array("responses", overview.configured) { json, response in
                        json.appendObject { ResponseText.set(response, in: &$0) }
                    }
                }
            )
        }
    }

    // MARK: Acting

    private var perform: Route {
        let description = Route.Description(
            "Does an act on one target, or says what it would do.",
            .role(.responder),
            [],
            .json(
                "result text act",
                body: "act container? engine? address? account? agent? mode? timeout_seconds?"
                    + " alert?"
            )
        )
        return Route(.post, Self.base, description) { exchange in
            let source = try source()
            let body = try await exchange.body(ResponseOrderBody.self)
            let rule = try await rule(of: body.alert)
            let outcome = await source.perform(
                try body.order(by: try Self.person(exchange), rule: rule)
            )
            return try Self.answer(outcome)
        }
    }

    private var undo: Route {
        let description = Route.Description(
            "Undoes an act that stands, before its time.",
            .role(.responder),
            [],
            .json("result text act")
        )
        return Route(.post, Self.base + "/{id}/undo", description) { exchange in
            let source = try source()
            let id = exchange.segment("id")
            guard let number = UInt64(id),
                let outcome = await source.undo(number, try Self.person(exchange))
            else { throw Problem.notFound("no act \(id.prefix(20)) stands") }
            return try Self.answer(outcome)
        }
    }

    private var trial: Route {
        let description = Route.Description(
            "Says what an alert would lead to by the settings, were it the first.",
            .role(.analyst),
            [],
            .json("steps", body: "alert")
        )
        return Route(.post, Self.base + "/test", description) { exchange in
            let source = try source()
            let body = try await exchange.body(TrialBody.self)
            let steps = source.trial(try await alert(body.alert))
            return .json(
                .object { json in
                    json.array("steps", steps) { json, step in
                        json.appendObject { json in
                            json.set("result", step.result)
                            json.set("text", step.text)
                        }
                    }
                }
            )
        }
    }

    /// Who asks, for the audit trail.
    private static func person(_ exchange: Exchange) throws -> String {
        guard let caller = exchange.caller else { throw SignIn.notSignedIn("sign in first") }
        return switch caller.proof {
        case .session: "user:\(caller.user)"
        case .token(let id): "user:\(caller.user) token:\(id)"
        }
    }

    private func alert(_ id: String) async throws -> [UInt8] {
        guard id.utf8.count <= 64, let alert = try await context.services.alerts.alert(id: id)
        else { throw Problem.notFound("there is no alert \(id.prefix(64)), or not any more") }
        return alert.json
    }

    private func rule(of alert: String?) async throws -> Int {
        guard let alert, !alert.isEmpty else { return 0 }
        let json = String(decoding: try await self.alert(alert), as: UTF8.self)
        // An alert of ours has a rule; what has none was caused by none.
        let read = try? JSONDecoder().decode(Cause.self, from: Data(json.utf8))
        return read.flatMap { Int($0.rule.id) } ?? 0
    }

    private struct Cause: Decodable {
        let rule: Rule

        struct Rule: Decodable {
            let id: String
        }
    }

    private static func answer(_ outcome: ResponseSource.Outcome) throws -> Response {
        switch outcome.result {
        case "refused": throw Problem(.conflict, "refused", "not done: \(outcome.text)")
        case "failed": throw Problem(.conflict, "act-failed", "it failed: \(outcome.text)")
        case "undo-failed":
            var problem = Problem(.conflict, "undo-failed", outcome.text)
            problem.hint = "it is tried again until it succeeds"
            throw problem
        default: break
        }
        let json = JSONText.object { json in
            json.set("result", outcome.result)
            json.set("text", outcome.text)
            guard let act = outcome.act else { return json.set("act", String?.none) }
            json.object("act") { ResponseText.set(act, in: &$0) }
        }
        return .json(json, status: outcome.result == "begun" ? .accepted : .ok)
    }
}

/// What `POST /responses` takes.
struct ResponseOrderBody: Decodable {
    private static let textLimit = 256
    private static let secondLimit = 31_536_000

    var act: String
    var container: String?
    var engine: String?
    var address: String?
    var account: String?
    var agent: String?
    var mode: String?
    var timeout_seconds: Int?
    var alert: String?

    /// - Throws: ``Problem`` `invalid-body`.
    func order(by person: String, rule: Int) throws(Problem) -> ResponseSource.Order {
        guard ["enforce", "dry-run", nil].contains(mode) else {
            throw .body("mode: enforce or dry-run is needed")
        }
        let seconds = timeout_seconds ?? 0
        guard (0...Self.secondLimit).contains(seconds) else {
            throw .body("timeout_seconds: from 0 (until somebody undoes it) to \(Self.secondLimit)")
        }
        let texts = [act, container, engine, address, account, agent, alert].compactMap { $0 }
        guard texts.allSatisfy({ $0.utf8.count <= Self.textLimit }) else {
            throw .body("each text has at most \(Self.textLimit) bytes")
        }
        return ResponseSource.Order(
            act: act,
            target: try target(),
            agent: agent ?? "000",
            isInEarnest: mode == "enforce",
            seconds: seconds == 0 ? nil : seconds,
            by: person,
            alert: alert ?? "",
            rule: rule
        )
    }

    private func target() throws(Problem) -> ResponseSource.Target {
        switch (container, address, account) {
        case (let id?, nil, nil):
            return .container(id: id, name: "", image: "", engine: engine ?? "")
        case (nil, let address?, nil): return .address(address)
        case (nil, nil, let account?): return .account(account)
        default: throw .body("give one of container, address and account")
        }
    }
}
