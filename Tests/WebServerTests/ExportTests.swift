// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Foundation
import Testing
import WebServer

@Suite("Exports")
struct ExportTests {
    @Test("NDJSON has every alert verbatim, over all pages")
    func lines() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...2_500)
            let answer = try await server.get("/alerts/export")
            #expect(answer.header("content-type") == "application/x-ndjson")
            #expect(
                answer.header("content-disposition")
                    == "attachment; filename=\"jaga-alerts.ndjson\""
            )
            let lines = answer.text.split(separator: "\n")
            #expect(lines.count == 2_500)
            #expect(lines.first.map(String.init) == TestAlert.json(2_500))
            #expect(lines.last.map(String.init) == TestAlert.json(1))
            let few = try await server.get("/alerts/export?limit=1001")
            #expect(few.text.split(separator: "\n").count == 1_001)
        }
    }

    @Test("CSV quotes what needs it and makes no cell a formula")
    func table() async throws {
        try await ServerFixture.run { server in
            let cells = [
                "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", #"\tx"#, #"a,\"b\""#, #"line\nend"#,
                "plain", #"\u003d1"#,
            ]
            for cell in cells {
                server.alerts.add(
                    TestAlert.json(1, extra: #""url":"\#(cell)""#),
                    time: TestAlert.time(1)
                )
            }
            let answer = try await server.get(
                "/alerts/export?format=csv&columns=data.url,rule.level,nothing"
            )
            #expect(answer.header("content-type") == "text/csv; charset=utf-8")
            #expect(
                answer.text.components(separatedBy: "\r\n") == [
                    "data.url,rule.level,nothing", "'=1,5,", "plain,5,", "\"line\nend\",5,",
                    "\"a,\"\"b\"\"\",5,", "'\tx,5,", "'@SUM(1),5,", "'-1,5,", "'+1,5,",
                    "'=cmd|' /C calc'!A0,5,", "",
                ]
            )
        }
    }

    @Test("names of columns with dots in keys, arrays and deep paths are found")
    func columns() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...1, container: "c1")
            let answer = try await server.get(
                "/alerts/export?format=csv&columns="
                    + "data.container.labels.com.example.team,rule.groups,data.container.id.x"
            )
            #expect(answer.text.hasSuffix("\r\nblue,\"[\"\"web\"\",\"\"attack\"\"]\",\r\n"))
        }
    }

    @Test("a mistake is told before the file begins")
    func mistake() async throws {
        try await ServerFixture.run { server in
            server.alerts.fail(AlertIndexError(.unavailable, "gone"))
            let answer = try await server.get("/alerts/export")
            #expect(answer.status == 503)
        }
    }
}
