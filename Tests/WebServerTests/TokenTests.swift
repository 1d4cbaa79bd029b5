// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Bearer tokens")
struct TokenTests {
    /// A server and the headers of an administrator's session.
    private static func run(
        _ body: @escaping @Sendable (ServerFixture, [String: String]) async throws -> Void
    ) async throws {
        let hash = try TestPassword.hash()
        try await ServerFixture.run({ setup in
            setup.accounts = { _ = $0.setPassword(hash, of: "admin") }
        }) { server in
            let answer = try await server.send(
                "POST",
                "/api/v1/session",
                body: #"{"username":"admin","password":"correct horse"}"#
            )
            let cookie = try #require(answer.header("set-cookie")?.split(separator: ";").first)
            let csrf = try #require(answer.json["csrf"] as? String)
            try await body(server, ["Cookie": String(cookie), "X-Jaga-CSRF": csrf])
        }
    }

    @Test("a token is shown once, works until it expires, and is listed without its secret")
    func lifeOfToken() async throws {
        try await Self.run { server, session in
            let made = try await server.send(
                "POST",
                "/api/v1/tokens",
                session,
                body: #"{"name":"script","expires_days":2}"#
            )
            #expect(made.status == 201)
            let secret = try #require(made.json["token"] as? String)
            #expect(secret.hasPrefix("jaga_"))
            let bearer = ["Authorization": "Bearer \(secret)"]
            let first = try await server.send("GET", "/api/v1/alerts", bearer)
            #expect(first.status == 200)

            let list = try await server.send("GET", "/api/v1/tokens", session)
            #expect(!list.text.contains(secret))
            #expect(list.text.contains(#""name":"script","user":"admin""#))
            #expect(list.text.contains(#""last_used_ms":\#(ServerFixture.start)"#))
            let file = try String(contentsOfFile: server.folder + "/users.json", encoding: .utf8)
            #expect(!file.contains(secret))

            server.clock.advance(seconds: 2 * 86_400)
            let late = try await server.send("GET", "/api/v1/alerts", bearer)
            #expect(late.status == 401)
        }
    }

    @Test("a revoked token is refused")
    func revoked() async throws {
        try await Self.run { server, session in
            let made = try await server.send(
                "POST",
                "/api/v1/tokens",
                session,
                body: #"{"name":"script"}"#
            )
            let id = try #require(made.json["id"] as? String)
            let secret = try #require(made.json["token"] as? String)
            let gone = try await server.send("DELETE", "/api/v1/tokens/\(id)", session)
            #expect(gone.status == 204)
            let bearer = ["Authorization": "Bearer \(secret)"]
            let answer = try await server.send("GET", "/api/v1/alerts", bearer)
            #expect(answer.status == 401)
            let again = try await server.send("DELETE", "/api/v1/tokens/\(id)", session)
            #expect(again.status == 404)
        }
    }

    @Test("a token that the command line makes works at once in a running server")
    func fromOutside() async throws {
        try await ServerFixture.run { server in
            let before = try await server.get("/alerts")
            #expect(before.status == 200)
            let secret = try AccountFile(folder: server.folder).update { accounts in
                let admin = try #require(accounts.user("admin"))
                let made = accounts.makeToken(
                    "outside",
                    of: admin,
                    role: .viewer,
                    TokenLifetime(from: server.clock.now, days: 1)
                )
                return try #require(made).secret
            }
            server.clock.advance(seconds: 1)
            let bearer = ["Authorization": "Bearer \(secret)"]
            let answer = try await server.send("GET", "/api/v1/session", bearer)
            #expect(answer.json["role"] as? String == "viewer")
        }
    }

    @Test("a token of a lesser role cannot do what needs a higher one")
    func roles() async throws {
        try await Self.run { server, session in
            let made = try await server.send(
                "POST",
                "/api/v1/tokens",
                session,
                body: #"{"name":"script","role":"viewer"}"#
            )
            let secret = try #require(made.json["token"] as? String)
            let bearer = ["Authorization": "Bearer \(secret)"]
            let reload = try await server.send("POST", "/api/v1/reload", bearer, body: "{}")
            #expect(reload.status == 403)
            #expect(reload.code == "role")
        }
    }

    @Test("a token makes no tokens and changes no password")
    func notEnough() async throws {
        try await ServerFixture.run { server in
            let token = try await server.post("/tokens", #"{"name":"more"}"#)
            #expect(token.status == 403)
            #expect(token.code == "session-needed")
            let password = try await server.send(
                "PUT",
                "/api/v1/password",
                server.bearer,
                body: #"{"current":"x","password":"battery staple"}"#
            )
            #expect(password.status == 403)
        }
    }

    @Test(
        "a token that is asked for wrongly is not made",
        arguments: [
            #"{"name":""}"#, #"{"name":"x","expires_days":0}"#,
            #"{"name":"x","expires_days":99999}"#, #"{"name":7}"#, #"{"name":"x","role":"king"}"#,
        ]
    )
    func badToken(body: String) async throws {
        try await Self.run { server, session in
            let answer = try await server.send("POST", "/api/v1/tokens", session, body: body)
            #expect(answer.status == 400)
        }
    }

    @Test(
        "what is no token is refused",
        arguments: ["Bearer", "Bearer jaga_x", "Basic YWRtaW46YWRtaW4=", "jaga_x", "Bearer  "]
    )
    func noToken(authorization: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send(
                "GET",
                "/api/v1/alerts",
                ["Authorization": authorization]
            )
            #expect(answer.status == 401)
            #expect(answer.header("www-authenticate") == "Bearer")
        }
    }
}
