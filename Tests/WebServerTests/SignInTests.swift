// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Signing in")
struct SignInTests {
    private static let password = TestPassword.text

    /// A server whose `admin` has the password.
    private static func run(
        _ body: @escaping @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        let hash = try TestPassword.hash()
        try await ServerFixture.run(
            { setup in
                setup.accounts = { _ = $0.setPassword(hash, of: "admin") }
            },
            body
        )
    }

    private static func credentials(_ name: String, _ password: String) -> String {
        #"{"username":"\#(name)","password":"\#(password)"}"#
    }

    private static func signIn(
        _ server: ServerFixture,
        _ name: String = "admin",
        _ password: String = password
    ) async throws -> RawAnswer {
        try await server.send(
            "POST",
            "/api/v1/session",
            body: credentials(name, password)
        )
    }

    /// Headers of a session.
    private static func session(_ answer: RawAnswer) throws -> [String: String] {
        let cookie = try #require(answer.header("set-cookie")?.split(separator: ";").first)
        let csrf = try #require(answer.json["csrf"] as? String)
        return ["Cookie": String(cookie), "X-Jaga-CSRF": csrf]
    }

    @Test("a password opens a session, whose cookie no script can read")
    func opens() async throws {
        try await Self.run { server in
            let answer = try await Self.signIn(server)
            #expect(answer.status == 200)
            #expect(answer.json["user"] as? String == "admin")
            #expect(answer.json["role"] as? String == "administrator")
            let cookie = try #require(answer.header("set-cookie"))
            for word in ["HttpOnly", "SameSite=Strict", "Path=/"] { #expect(cookie.contains(word)) }
            #expect(!cookie.contains("Secure"))

            let session = try Self.session(answer)
            let current = try await server.send("GET", "/api/v1/session", session)
            #expect(current.json["csrf"] as? String == session["X-Jaga-CSRF"])
            let alerts = try await server.send("GET", "/api/v1/alerts", session)
            #expect(alerts.status == 200)
        }
    }

    @Test(
        "what is not right is refused alike",
        arguments: [("admin", "wrong horse"), ("nobody", "correct horse"), ("admin", ""), ("", "")]
    )
    func refused(name: String, password: String) async throws {
        try await Self.run { server in
            let answer = try await Self.signIn(server, name, password)
            #expect(answer.status == 401)
            #expect(answer.code == "wrong-credentials")
            #expect(answer.header("set-cookie") == nil)
        }
    }

    @Test("a user without a password cannot sign in, also not with an empty one")
    func noPassword() async throws {
        try await ServerFixture.run { server in
            for password in ["", "null", "admin"] {
                let answer = try await Self.signIn(server, "admin", password)
                #expect(answer.status == 401)
            }
        }
    }

    @Test("a session's change needs its CSRF secret; a token's does not")
    func crossSite() async throws {
        try await Self.run { server in
            let session = try Self.session(try await Self.signIn(server))
            var cookieOnly = session
            cookieOnly["X-Jaga-CSRF"] = nil
            let without = try await server.send("POST", "/api/v1/reload", cookieOnly, body: "{}")
            #expect(without.status == 403)
            #expect(without.code == "csrf")
            cookieOnly["X-Jaga-CSRF"] = "!" + (session["X-Jaga-CSRF"] ?? "").dropFirst()
            let wrong = try await server.send("POST", "/api/v1/reload", cookieOnly, body: "{}")
            #expect(wrong.code == "csrf")
            let right = try await server.send("POST", "/api/v1/reload", session, body: "{}")
            #expect(right.status == 200)
            let token = try await server.post("/reload", "{}")
            #expect(token.status == 200)
        }
    }

    @Test(
        "a page of another origin may not change anything",
        arguments: [
            ["Origin": "https://evil.example"], ["Origin": "null"],
            ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
        ]
    )
    func foreignOrigin(headers: [String: String]) async throws {
        try await Self.run { server in
            let answer = try await server.send(
                "POST",
                "/api/v1/session",
                headers,
                body: Self.credentials("admin", Self.password)
            )
            #expect(answer.status == 403)
            #expect(answer.code == "foreign-origin")
        }
    }

    @Test("a form of another page cannot send what is JSON")
    func formType() async throws {
        try await Self.run { server in
            let answer = try await server.send(
                "POST",
                "/api/v1/session",
                ["Content-Type": "text/plain"],
                body: Self.credentials("admin", Self.password)
            )
            #expect(answer.status == 415)
        }
    }

    @Test("five failures lock the user and the address out, longer each time")
    func lockOut() async throws {
        try await Self.run { server in
            for _ in 1...5 {
                let answer = try await Self.signIn(server, "admin", "wrong horse")
                #expect(answer.status == 401)
            }
            let locked = try await Self.signIn(server)
            #expect(locked.status == 429)
            #expect(locked.code == "locked-out")
            #expect(locked.header("retry-after") == "30")
            let other = try await Self.signIn(server, "nobody", "x")
            #expect(other.status == 429)

            server.clock.advance(seconds: 31)
            let again = try await Self.signIn(server, "admin", "wrong horse")
            #expect(again.status == 401)
            let longer = try await Self.signIn(server)
            #expect(longer.header("retry-after") == "60")

            server.clock.advance(seconds: 61)
            let right = try await Self.signIn(server)
            #expect(right.status == 200)
            let metrics = try await server.send("GET", "/metrics")
            #expect(metrics.text.contains("jaga_sign_in_failures_total 6\n"))
            #expect(metrics.text.contains("jaga_sign_in_lockouts_total 4\n"))
        }
    }

    @Test("signing out ends the session")
    func signOut() async throws {
        try await Self.run { server in
            let session = try Self.session(try await Self.signIn(server))
            let out = try await server.send("DELETE", "/api/v1/session", session)
            #expect(out.status == 204)
            #expect(out.header("set-cookie")?.contains("Max-Age=0") == true)
            let after = try await server.send("GET", "/api/v1/session", session)
            #expect(after.status == 401)
        }
    }

    @Test("a session ends after 12 hours without use and after 7 days in any case")
    func sessionEnds() async throws {
        try await Self.run { server in
            let idle = try Self.session(try await Self.signIn(server))
            server.clock.advance(seconds: 12 * 3600)
            let late = try await server.send("GET", "/api/v1/session", idle)
            #expect(late.status == 401)

            let busy = try Self.session(try await Self.signIn(server))
            for _ in 1...15 {
                server.clock.advance(seconds: 11 * 3600)
                let answer = try await server.send("GET", "/api/v1/session", busy)
                #expect(answer.status == 200)
            }
            server.clock.advance(seconds: 4 * 3600)
            let old = try await server.send("GET", "/api/v1/session", busy)
            #expect(old.status == 401)
        }
    }

    @Test("a changed password ends the other sessions, and the old one is not taken any more")
    func changedPassword() async throws {
        try await Self.run { server in
            let mine = try Self.session(try await Self.signIn(server))
            let other = try Self.session(try await Self.signIn(server))
            func change(_ current: String, _ new: String) async throws -> RawAnswer {
                try await server.send(
                    "PUT",
                    "/api/v1/password",
                    mine,
                    body: #"{"current":"\#(current)","password":"\#(new)"}"#
                )
            }
            let wrong = try await change("wrong horse", "battery staple")
            #expect(wrong.status == 401)
            let short = try await change(Self.password, "too short")
            #expect(short.status == 422)
            #expect(short.code == "weak-password")
            let right = try await change(Self.password, "battery staple")
            #expect(right.status == 204)

            let still = try await server.send("GET", "/api/v1/session", mine)
            #expect(still.status == 200)
            let ended = try await server.send("GET", "/api/v1/session", other)
            #expect(ended.status == 401)
            let old = try await Self.signIn(server)
            #expect(old.status == 401)
            let new = try await Self.signIn(server, "admin", "battery staple")
            #expect(new.status == 200)
        }
    }

    @Test("the one-time link sets the password once, within a day")
    func setupLink() async throws {
        try await ServerFixture.run { server in
            let link = try #require(server.address.setupLink)
            #expect(link.hasPrefix("http://127.0.0.1:\(server.port)/#/setup?token="))
            let token = try #require(link.split(separator: "=").last)
            #expect(token.count == 43)
            let file = try String(contentsOfFile: server.folder + "/users.json", encoding: .utf8)
            #expect(!file.contains(token))

            func setUp(_ token: some StringProtocol, _ password: String) async throws -> RawAnswer {
                try await server.send(
                    "POST",
                    "/api/v1/setup",
                    body: #"{"token":"\#(token)","password":"\#(password)"}"#
                )
            }
            let guess = try await setUp("guess", "battery staple")
            #expect(guess.status == 401)
            let short = try await setUp(token, "123456789")
            #expect(short.status == 422)
            let right = try await setUp(token, "battery staple")
            #expect(right.status == 200)
            let session = try Self.session(right)
            let current = try await server.send("GET", "/api/v1/session", session)
            #expect(current.status == 200)
            let again = try await setUp(token, "another staple")
            #expect(again.status == 401)
        }
        try await ServerFixture.run { server in
            let token = try #require(server.address.setupLink?.split(separator: "=").last)
            server.clock.advance(seconds: 86_401)
            let late = try await server.send(
                "POST",
                "/api/v1/setup",
                body: #"{"token":"\#(token)","password":"battery staple"}"#
            )
            #expect(late.status == 401)
        }
    }

    @Test("no link is made when a password is set")
    func noLink() async throws {
        try await Self.run { server in #expect(server.address.setupLink == nil) }
    }

    @Test("the file of users is its owner's alone")
    func fileMode() async throws {
        try await ServerFixture.run { server in
            let attributes = try FileManager.default.attributesOfItem(
                atPath: server.folder + "/users.json"
            )
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }
}
