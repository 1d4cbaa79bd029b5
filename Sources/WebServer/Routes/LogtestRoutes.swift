// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Ruleset
import Analysis
import EventModel
import HummingbirdCore

/// Trying lines: which decoder and rule take them.
struct LogtestRoutes {
    private struct Body: Decodable {
        var line: String
        var location: String?
        var session: String?
    }

    private static let base = Exchange.base + "/logtest"

    let context: ServerContext
    let sessions: LogtestSessions

    var routes: [Route] { [inspect, end] }

    private var inspect: Route {
        let description = Route.Description(
            "Looks at a line; lines of one session are counted together.",
            .role(.viewer),
            [],
            .json("session text result trials", body: "line location? session?")
        )
        return Route(.post, Self.base, description) { exchange in
            let body = try await exchange.body(Body.self)
            guard !body.line.isEmpty else { throw Problem.body("line is empty") }
            if let session = body.session, session.utf8.count > 64 {
                throw Problem.notFound("there is no session of this name")
            }
            let line = LogtestSessions.Line(
                text: [UInt8](body.line.utf8),
                location: body.location ?? "logtest",
                time: exchange.now
            )
            let (sessions, user) = (sessions, exchange.caller?.user ?? "")
            let levels = context.services.ruleset
            return try await context.work.run {
                let (name, report) = try sessions.inspect(line, in: body.session, of: user)
                return Self.answer(name, report, levels())
            }
        }
    }

    private var end: Route {
        let description = Route.Description(
            "Forgets a session.",
            .role(.viewer),
            [],
            .nothing()
        )
        return Route(.delete, Self.base + "/{session}", description) { exchange in
            guard sessions.end(exchange.segment("session"), of: exchange.caller?.user ?? "") else {
                throw Problem.notFound("there is no session of this name, or not any more")
            }
            return .empty
        }
    }

    private static func answer(
        _ session: String,
        _ report: EventReport,
        _ view: RulesetView
    ) -> Response {
        var text: [UInt8] = []
        LogtestText.append(report, .result, to: &text)
        var result: [UInt8] = []
        LogtestJSON.append(report, to: &result)
        let tried = Set(report.trials.map(\.ruleID))
        var levels: [Int: Int] = [:]
        for rule in view.ruleset.rules where tried.contains(rule.id) {
            levels[rule.id] = rule.level
        }
        return .json(
            .object { json in
                json.set("session", session)
                json.set("text", String(decoding: text, as: UTF8.self))
                json.set("result", RawJSON(bytes: result))
                json.array("trials", report.trials) { json, trial in
                    json.appendObject { json in
                        json.set("id", String(trial.ruleID))
                        json.set("level", levels[trial.ruleID])
                        json.set("description", trial.description)
                        json.set("matched", trial.obstacle == nil)
                        json.set("reason", trial.obstacle)
                    }
                }
            }
        )
    }
}
