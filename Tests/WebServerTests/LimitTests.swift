// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Limits")
struct LimitTests {
    @Test("a body over one MiB is refused, told or found out")
    func largeBody() async throws {
        try await ServerFixture.run { server in
            let told = try await server.send(
                "POST",
                "/api/v1/logtest",
                server.bearer.merging(["Content-Length": "1048577"]) { $1 },
                body: ""
            )
            #expect(told.status == 413)
            let line = String(repeating: "x", count: 1 << 20)
            let found = try await server.post("/logtest", #"{"line":"\#(line)"}"#)
            #expect(found.status == 413)
            let fits = try await server.post("/logtest", #"{"line":"\#(line.prefix(1000))"}"#)
            #expect(fits.status == 200)
        }
    }

    @Test("a chunked body is counted as it comes")
    func chunkedBody() async throws {
        try await ServerFixture.run { server in
            let chunk = String(repeating: "x", count: 0x8000)
            var request = "POST /api/v1/logtest HTTP/1.1\r\nHost: localhost\r\n"
            request += "Authorization: Bearer \(server.token)\r\nConnection: close\r\n"
            request += "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            for _ in 0..<40 { request += "8000\r\n\(chunk)\r\n" }
            let answer = try await server.sendRaw(request + "0\r\n\r\n")
            #expect(answer.status == 413)
        }
    }

    @Test("an answer that takes too long is given up")
    func timeLimit() async throws {
        try await ServerFixture.run({ $0.pace.timeLimit = .milliseconds(50) }) { server in
            server.alerts.stall()
            let answer = try await server.get("/alerts")
            #expect(answer.status == 503)
            #expect(answer.code == "timed-out")
            let metrics = try await server.send("GET", "/metrics")
            #expect(metrics.text.contains("jaga_http_timeouts_total 1\n"))
        }
    }

    @Test("more than 64 requests at once are turned away, and answered again after")
    func concurrency() async throws {
        try await ServerFixture.run({ $0.pace.timeLimit = .seconds(3) }) { server in
            server.alerts.stall()
            let answers = try await withThrowingTaskGroup(of: RawAnswer.self) { group in
                for _ in 0..<80 { group.addTask { try await server.get("/alerts") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let codes = answers.map(\.code)
            #expect(codes.filter { $0 == "too-many-requests" }.count == 16)
            #expect(codes.filter { $0 == "timed-out" }.count == 64)
            let after = try await server.get("/status")
            #expect(after.status == 200)
        }
    }

    @Test("a request that never ends is closed")
    func slowRequest() async throws {
        try await ServerFixture.run({ $0.pace.timeLimit = .milliseconds(50) }) { server in
            let bytes = try await inTime {
                try await RawConnection.open(port: server.port) { connection in
                    try await connection.send(
                        "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
                    )
                    return try await connection.readToEnd()
                }
            }
            let answer = try #require(RawAnswer(bytes))
            #expect(answer.status == 503)
        }
    }

    @Test(
        "what is no HTTP, or too much of it, is refused without harm",
        arguments: [
            "\u{0}\u{1}\u{2}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + String(repeating: "a", count: 70_000)
                + "\r\n\r\n",
            "GET /" + String(repeating: "a", count: 200_000)
                + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            "POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        ]
    )
    func malformed(request: String) async throws {
        try await ServerFixture.run { server in
            let bytes = try await inTime {
                try await RawConnection.open(port: server.port) { connection in
                    try await connection.send(request)
                    return try await connection.readToEnd()
                }
            }
            if let answer = RawAnswer(bytes) { #expect((400..<500).contains(answer.status)) }
            let after = try await server.send("GET", "/healthz")
            #expect(after.status == 200)
        }
    }

    @Test(
        "deep and strange JSON is refused without harm",
        arguments: [
            String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 50_000),
            #"{"line":"\ud800"}"#, #"{"line":"x","line":7}"#, #"{"line":1e999}"#, "\u{FEFF}{}", "",
        ]
    )
    func hostileJSON(body: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await server.post("/logtest", body)
            #expect(answer.status < 500)
            let after = try await server.send("GET", "/healthz")
            #expect(after.status == 200)
        }
    }
}
