// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Testing
import WebServer

@Suite("Rules, decoders, logtest and reload over HTTP")
struct RuleRouteTests {
    @Test(
        "rules are found by words, id, group, level and file",
        arguments: [
            ("", ["1", "100001", "100002", "100003"]), ("q=failed%20login", ["100001", "100002"]),
            ("q=100003", ["100003"]), ("q=T1110", ["100001"]), ("q=nothing", []),
            ("group=brute", ["100002"]), ("level=5", ["100001"]),
            ("level=5-16", ["100001", "100002"]),
            ("file=local_rules.xml&level=3", ["100003"]), ("file=other.xml", []),
            ("limit=1&offset=1", ["100001"]), ("offset=1000", []),
        ]
    )
    func search(query: String, ids: [String]) async throws {
        try await ServerFixture.run { server in
            let answer = try await server.get("/rules?" + query)
            let rules = try #require(answer.json["rules"] as? [[String: Any]])
            #expect(rules.map { $0["id"] as? String } == ids)
        }
    }

    @Test("a rule comes with its text, its place, its counts and its family")
    func oneRule() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.get("/rules/100001")
            #expect(answer.json["firedtimes"] as? Int == 7)
            #expect(answer.json["file"] as? String == "etc/rules/local_rules.xml")
            #expect(answer.json["line"] as? Int == 7)
            #expect((answer.json["mitre"] as? [String: [String]])?["ids"] == ["T1110"])
            #expect(answer.json["parents"] as? [String] == ["1"])
            #expect(
                answer.json["xml"] as? String
                    == """
                    <rule id="100001" level="5">
                        <if_sid>1</if_sid><match>login failed</match>
                        <description>Failed login</description>
                        <mitre><id>T1110</id></mitre>
                      </rule>
                    """
            )
            let missing = try await server.get("/rules/7")
            #expect(missing.status == 404)
            let word = try await server.get("/rules/%3Cscript%3E")
            #expect(word.status == 404)
        }
    }

    @Test("decoders of a name come together; a file that is gone leaves no text")
    func decoders() async throws {
        try await ServerFixture.run { server in
            let list = try await server.get("/decoders?q=app")
            #expect(list.json["total"] as? Int == 2)
            let one = try await server.get("/decoders/app")
            let decoders = try #require(one.json["decoders"] as? [[String: Any]])
            #expect(decoders[0]["file"] as? String == "etc/decoders/local_decoder.xml")
            #expect(decoders[0]["xml"] is NSNull)
            let missing = try await server.get("/decoders/none")
            #expect(missing.status == 404)
        }
    }

    @Test("a session of logtest counts lines together, and is forgotten when told")
    func logtest() async throws {
        try await ServerFixture.run { server in
            let first = try await server.post("/logtest", #"{"line":"login failed for bob"}"#)
            let session = try #require(first.json["session"] as? String)
            let rule = (first.json["result"] as? [String: Any])?["rule"] as? [String: Any]
            #expect(rule?["id"] as? String == "100001")
            #expect((first.json["text"] as? String)?.contains("Phase 1") == true)
            let trials = try #require(first.json["trials"] as? [[String: Any]])
            #expect(trials.first?["id"] as? String == "1")
            #expect(trials.first?["matched"] as? Bool == true)
            #expect(trials.first?["level"] as? Int == 0)

            let body = #"{"line":"login failed for bob","session":"\#(session)"}"#
            var ids: [String?] = []
            for _ in 0..<4 {
                let next = try await server.post("/logtest", body)
                let rule = (next.json["result"] as? [String: Any])?["rule"] as? [String: Any]
                ids.append(rule?["id"] as? String)
            }
            #expect(ids.contains("100002"))

            let end = try await server.send("DELETE", "/api/v1/logtest/\(session)", server.bearer)
            #expect(end.status == 204)
            let again = try await server.send("DELETE", "/api/v1/logtest/\(session)", server.bearer)
            #expect(again.status == 404)
            let fresh = try await server.post("/logtest", body)
            let one = (fresh.json["result"] as? [String: Any])?["rule"] as? [String: Any]
            #expect(one?["id"] as? String == "100001")
        }
    }

    @Test("there are 64 sessions at most, and unused ones end")
    func sessionLimit() async throws {
        try await ServerFixture.run { server in
            let line = #"{"line":"hello"}"#
            let first = try await server.post("/logtest", line).json["session"] as? String
            for _ in 0..<64 {
                server.clock.advance(seconds: 1)
                _ = try await server.post("/logtest", line)
            }
            let gone = try await server.send(
                "DELETE",
                "/api/v1/logtest/\(first ?? "")",
                server.bearer
            )
            #expect(gone.status == 404)
        }
    }

    @Test("a reload says what was loaded, or lists the mistakes")
    func reload() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.post("/reload", "")
            #expect(answer.text == #"{"rules":3,"decoders":2}"#)
        }
        try await ServerFixture.run({ setup in
            setup.reload = {
                throw ReloadRefusal(
                    "the ruleset has mistakes",
                    diagnostics: [
                        Diagnostic(
                            .error,
                            code: "bad-pattern",
                            file: "a.xml",
                            line: 3,
                            column: 4,
                            message: "a mistake",
                            hint: "mend it"
                        )
                    ]
                )
            }
        }) { server in
            let answer = try await server.post("/reload", "")
            #expect(answer.status == 422)
            let mistakes = try #require(answer.json["diagnostics"] as? [[String: Any]])
            #expect(mistakes[0]["message"] as? String == "a mistake")
            #expect(mistakes[0]["line"] as? Int == 3)
        }
    }

    @Test("health, metrics and status tell how it stands")
    func status() async throws {
        try await ServerFixture.run { server in
            let health = try await server.send("GET", "/healthz")
            #expect(health.text == #"{"status":"ok"}"#)
            let metrics = try await server.send("GET", "/metrics")
            #expect(metrics.text.hasPrefix("jaga_events_total 5\n"))
            #expect(
                metrics.text.contains(
                    #"jaga_http_requests_total{route="/healthz",status="2xx"} 1"#
                )
            )
            let status = try await server.get("/status")
            #expect(status.json["hostname"] as? String == "box")
            #expect((status.json["resident_bytes"] as? Int ?? 0) > 1 << 20)
            #expect((status.json["index"] as? [String: Any])?["engine"] as? String == "memory")
        }
        try await ServerFixture.run({ $0.trouble = "the disk is full" }) { server in
            let health = try await server.send("GET", "/healthz")
            #expect(health.status == 503)
            #expect(health.text == #"{"status":"failing","detail":"the disk is full"}"#)
        }
    }
}
