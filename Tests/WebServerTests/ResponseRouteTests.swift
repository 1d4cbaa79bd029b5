// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Responses by the API")
struct ResponseRouteTests {
    private static let id = String(repeating: "ab", count: 32)

    private static func run(
        _ responses: FakeResponses,
        result: String = "done",
        _ body: @escaping @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        try await ServerFixture.run({ $0.responses = responses.source(result) }, body)
    }

    static func bearer(_ role: Role, _ server: ServerFixture) throws -> [String: String] {
        let secret = try AccountFile(folder: server.folder).update { accounts in
            let admin = try #require(accounts.user("admin"))
            let lifetime = TokenLifetime(from: server.clock.now, days: 1)
            let made = accounts.makeToken(role.rawValue, of: admin, role: role, lifetime)
            return try #require(made).secret
        }
        server.clock.advance(seconds: 1)
        return ["Authorization": "Bearer \(secret)"]
    }

    @Test("acts that stand come first, and each state can be asked for")
    func list() async throws {
        try await Self.run(FakeResponses()) { server in
            let all = try await server.get("/responses")
            let ids = (all.json["acts"] as? [[String: Any]])?.compactMap { $0["id"] as? Int }
            #expect(ids == [3, 1, 2])
            #expect(all.json["standing"] as? Int == 2)
            #expect(all.json["enabled"] as? Bool == true)
            #expect(all.text.contains(#""name":"web\"<b>""#))
            let ended = try await server.get("/responses?state=ended&limit=1")
            #expect((ended.json["acts"] as? [[String: Any]])?.count == 1)
            let answer1 = try await server.get("/responses?state=old").status
            #expect(answer1 == 400)
        }
    }

    @Test("an order reaches the responses whole, with its rule, and who gave it")
    func order() async throws {
        let responses = FakeResponses()
        try await Self.run(responses) { server in
            server.alerts.add(
                #"{"id":"7.1","rule":{"id":"31103","level":7},"timestamp":"x"}"#,
                time: 1
            )
            let answer = try await server.post(
                "/responses",
                """
                {"act":"docker-pause","container":"\(Self.id)","engine":"e","mode":"enforce",\
                "timeout_seconds":60,"alert":"7.1"}
                """
            )
            #expect(answer.status == 200)
            #expect(answer.json["result"] as? String == "done")
            let order = try #require(responses.orders.first)
            #expect(order.act == "docker-pause")
            #expect(order.target == .container(id: Self.id, name: "", image: "", engine: "e"))
            #expect(order.isInEarnest)
            #expect(order.seconds == 60)
            #expect(order.rule == 31103)
            #expect(order.alert == "7.1")
            #expect(order.by.hasPrefix("user:admin token:"))
        }
    }

    @Test("without a mode an order is a dry run")
    func dryRun() async throws {
        let responses = FakeResponses()
        try await Self.run(responses) { server in
            let body = #"{"act":"block-address","address":"192.0.2.1"}"#
            let answer2 = try await server.post("/responses", body).status
            #expect(answer2 == 200)
            #expect(responses.orders.map(\.isInEarnest) == [false])
        }
    }

    @Test(
        "an order that cannot be read is refused, and nothing is done",
        arguments: [
            #"{"act":"docker-pause"}"#,
            #"{"act":"docker-pause","container":"a","address":"192.0.2.1"}"#,
            #"{"act":"block-address","address":"192.0.2.1","mode":"now"}"#,
            #"{"act":"block-address","address":"192.0.2.1","timeout_seconds":-1}"#,
            #"{"act":"block-address","address":"192.0.2.1","timeout_seconds":31536001}"#,
            #"{"address":"192.0.2.1"}"#,
        ]
    )
    func mistakes(body: String) async throws {
        let responses = FakeResponses()
        try await Self.run(responses) { server in
            let answer3 = try await server.post("/responses", body).code
            #expect(answer3 == "invalid-body")
            #expect(responses.orders.isEmpty)
        }
    }

    @Test("an alert that is not there gives no reason to act")
    func unknownAlert() async throws {
        let responses = FakeResponses()
        try await Self.run(responses) { server in
            let body = #"{"act":"block-address","address":"192.0.2.1","alert":"9.9"}"#
            let answer4 = try await server.post("/responses", body).status
            #expect(answer4 == 404)
            #expect(responses.orders.isEmpty)
        }
    }

    @Test(
        "what was not done is a problem, and what goes on is accepted",
        arguments: [("refused", 409), ("failed", 409), ("begun", 202), ("nothing-to-do", 200)]
    )
    func results(result: String, status: Int) async throws {
        try await Self.run(FakeResponses(), result: result) { server in
            let body = #"{"act":"block-address","address":"192.0.2.1","mode":"enforce"}"#
            let answer = try await server.post("/responses", body)
            #expect(answer.status == status)
            #expect(answer.text.contains("the text"))
        }
    }

    @Test("an undo says who; one of an act that does not stand is not found")
    func undo() async throws {
        let responses = FakeResponses()
        try await Self.run(responses) { server in
            let answer5 = try await server.post("/responses/3/undo", "{}").status
            #expect(answer5 == 200)
            let answer6 = try await server.post("/responses/9/undo", "{}").status
            #expect(answer6 == 404)
            let answer7 = try await server.post("/responses/x/undo", "{}").status
            #expect(answer7 == 404)
            #expect(responses.undos.count == 1)
            #expect(responses.undos.first?.hasPrefix("3 by user:admin token:") == true)
        }
    }

    @Test(
        "roles: a viewer looks, an analyst tries, a responder acts",
        arguments: [(Role.viewer, 403, 403), (.analyst, 200, 403), (.responder, 200, 200)]
    )
    func roles(role: Role, trial: Int, act: Int) async throws {
        let responses = FakeResponses()
        try await Self.run(responses) { server in
            server.alerts.add(#"{"id":"7.1","rule":{"id":"31103"}}"#, time: 1)
            let bearer = try Self.bearer(role, server)
            let list = try await server.send("GET", "/api/v1/responses", bearer)
            #expect(list.status == 200)
            let tried = try await server.send(
                "POST",
                "/api/v1/responses/test",
                bearer,
                body: #"{"alert":"7.1"}"#
            )
            #expect(tried.status == trial)
            let done = try await server.send(
                "POST",
                "/api/v1/responses",
                bearer,
                body: #"{"act":"block-address","address":"192.0.2.1"}"#
            )
            #expect(done.status == act)
            let undo = try await server.send(
                "POST",
                "/api/v1/responses/3/undo",
                bearer,
                body: "{}"
            )
            #expect(undo.status == act)
            #expect(responses.orders.isEmpty == (act == 403))
            #expect(responses.undos.isEmpty == (act == 403))
        }
    }

    @Test("a session's order without the session's secret is refused")
    func forgery() async throws {
        let responses = FakeResponses()
        let hash = try TestPassword.hash()
        try await ServerFixture.run({ setup in
            setup.responses = responses.source()
            setup.accounts = { _ = $0.setPassword(hash, of: "admin") }
        }) { server in
            let begun = try await server.send(
                "POST",
                "/api/v1/session",
                body: #"{"username":"admin","password":"correct horse"}"#
            )
            let cookie = try #require(begun.header("set-cookie")?.split(separator: ";").first)
            let csrf = try #require(begun.json["csrf"] as? String)
            let body = #"{"act":"block-address","address":"192.0.2.1","mode":"enforce"}"#
            var headers = ["Cookie": String(cookie)]
            let forged = try await server.send("POST", "/api/v1/responses", headers, body: body)
            #expect(forged.status == 403)
            #expect(forged.code == "csrf")
            #expect(responses.orders.isEmpty)
            headers["X-Jaga-CSRF"] = csrf
            let meant = try await server.send("POST", "/api/v1/responses", headers, body: body)
            #expect(meant.status == 200)
            #expect(responses.orders.map(\.by) == ["user:admin"])
        }
    }
}
