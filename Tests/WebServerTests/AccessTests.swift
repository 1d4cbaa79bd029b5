// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Who may ask what")
struct AccessTests {
    /// Method, path and whether anyone may ask, of each route in the document.
    private static func documented(
        _ server: ServerFixture
    ) async throws -> [(method: String, path: String, isOpen: Bool)] {
        let document = try await server.send("GET", "/api/v1/openapi.json")
        #expect(document.status == 200)
        let paths = try #require(document.json["paths"] as? [String: [String: Any]])
        return paths.flatMap { path, operations in
            operations.map { method, operation in
                let security = (operation as? [String: Any])?["security"] as? [[String: Any]]
                let isOpen = security.map { $0.isEmpty || $0.contains { $0.isEmpty } } ?? true
                return (method.uppercased(), path, isOpen)
            }
        }
    }

    @Test("without sign-in only the routes that the document calls open answer")
    func signInNeeded() async throws {
        try await ServerFixture.run { server in
            let routes = try await Self.documented(server)
            let open = routes.filter(\.isOpen).map { "\($0.method) \($0.path)" }.sorted()
            #expect(
                open == [
                    "GET /api/v1/openapi.json", "GET /healthz", "GET /metrics",
                    "POST /api/v1/session", "POST /api/v1/setup",
                ]
            )
            #expect(routes.count == 56)
            for route in routes where !route.isOpen {
                let path = route.path.replacing(#/\{\w+\}/#, with: "1")
                let answer = try await server.send(route.method, path, body: "{}")
                #expect(answer.status == 401, "\(route)")
                #expect(answer.code == "not-signed-in", "\(route)")
            }
        }
    }

    @Test("each documented route answers, and no answer has members that are not documented")
    func documentIsTrue() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...2, container: "c1")
            server.containers.add(
                ContainerState(id: "c1", name: "web", image: "nginx", state: "running")
            )
            let document = try await server.get("/openapi.json")
            let paths = try #require(document.json["paths"] as? [String: [String: Any]])
            let examples = [
                "/api/v1/alerts/{id}": "/alerts/1.1",
                "/api/v1/alerts/{id}/context": "/alerts/1.1/context",
                "/api/v1/alerts/top": "/alerts/top?field=rule.id",
                "/api/v1/containers/{id}": "/containers/web",
                "/api/v1/containers/{id}/log": "/containers/web/log",
                "/api/v1/rules/{id}": "/rules/100001",
                "/api/v1/agents/{id}": "/agents/100001",
                "/api/v1/posture/containers/{id}": "/posture/containers/web",
                "/api/v1/decoders/{name}": "/decoders/app",
            ]
            var checked = 0
            for (path, operations) in paths {
                guard let get = operations["get"] as? [String: Any], !path.contains("/archives"),
                    path.hasPrefix("/api/v1"), !path.hasSuffix("/stream")
                else { continue }
                let example = examples[path] ?? String(path.dropFirst(7))
                let answer = try await server.get(example)
                #expect(answer.status == 200, "\(path)")
                guard let members = Self.members(get) else { continue }
                #expect(Set(answer.json.keys) == Set(members), "\(path)")
                checked += 1
            }
            #expect(checked >= 16)
        }
    }

    private static func members(_ operation: [String: Any]) -> [String]? {
        let responses = operation["responses"] as? [String: [String: Any]]
        let content = responses?["200"]?["content"] as? [String: [String: Any]]
        let schema = content?["application/json"]?["schema"] as? [String: Any]
        return (schema?["properties"] as? [String: Any]).map { Array($0.keys) }
    }

    @Test(
        "on loopback only names of the loopback are answered",
        arguments: [
            ("127.0.0.1", true), ("localhost:8080", true), ("[::1]:9696", true),
            ("LOCALHOST", true), ("proxy.example", true), ("evil.example", false),
            ("127.0.0.1.evil.example", false), ("[::2]", false), ("localhost.evil", false),
        ]
    )
    func hosts(host: String, isTaken: Bool) async throws {
        try await ServerFixture.run({ $0.configuration.names = ["proxy.example"] }) { server in
            let answer = try await server.send("GET", "/healthz", ["Host": host])
            #expect(answer.status == (isTaken ? 200 : 421))
        }
    }

    @Test("another method is refused with those that there are")
    func methods() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.send("PATCH", "/api/v1/session", server.bearer)
            #expect(answer.status == 405)
            #expect(answer.header("allow")?.contains("GET") == true)
            let nothing = try await server.get("/nothing")
            #expect(nothing.status == 404)
        }
    }

    @Test("HEAD is GET without the content")
    func head() async throws {
        try await ServerFixture.run { server in
            let get = try await server.send("GET", "/healthz")
            let head = try await server.send("HEAD", "/healthz")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.header("content-length") == get.header("content-length"))
        }
    }

    @Test("every answer has the headers that keep pages apart")
    func securityHeaders() async throws {
        try await ServerFixture.run { server in
            for path in ["/healthz", "/nothing", "/api/v1/alerts", "/api/v1/openapi.json"] {
                let answer = try await server.send("GET", path)
                let policy = try #require(answer.header("content-security-policy"))
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'"))
                #expect(!policy.contains("unsafe"))
                #expect(answer.header("x-content-type-options") == "nosniff")
                #expect(answer.header("referrer-policy") == "no-referrer")
                #expect(answer.header("cross-origin-opener-policy") == "same-origin")
                #expect(answer.header("cross-origin-resource-policy") == "same-origin")
                #expect(answer.header("cache-control") == "no-store")
                #expect(answer.header("date") == "Fri, 27 Nov 2026 00:00:00 GMT")
                #expect(answer.header("strict-transport-security") == nil)
            }
        }
    }
}
