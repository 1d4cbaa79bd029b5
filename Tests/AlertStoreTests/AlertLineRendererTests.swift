// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Testing

@Suite("An alert for a person")
struct AlertLineRendererTests {
    @Test("time, level, rule, container, description and source address stand in columns")
    func rendersColumns() {
        #expect(
            render(alert(level: 10), .plain)
                == "2026-02-01 10:00:00  10  31103   web-1             SQL injection  203.0.113.9\n"
        )
        var bare = alert(level: 3)
        bare.container = []
        bare.sourceAddress = []
        #expect(
            render(bare, .plain)
                == "2026-02-01 10:00:00   3  31103   -                 SQL injection\n"
        )
    }

    @Test(
        "the level alone is coloured, louder as it is graver",
        arguments: [
            (3, "\u{1b}[2m3\u{1b}[0m"), (5, "5"), (7, "\u{1b}[33m7\u{1b}[0m"),
            (12, "\u{1b}[1;31m12\u{1b}[0m"), (15, "\u{1b}[1;37;41m15\u{1b}[0m"),
        ]
    )
    func coloursLevel(level: Int, expected: String) {
        let line = render(alert(level: level), .coloured)

        let gap = level < 10 ? "   " : "  "
        #expect(line.hasPrefix("2026-02-01 10:00:00\(gap)\(expected)  31103   web-1"))
    }

    @Test("an alert full of hostile text stays one line of bounded length")
    func isSafe() {
        var hostile = AlertSummary()
        let text = Array(repeating: Array("\u{1b}[2J\n\u{202E}".utf8), count: 1000).flatMap { $0 }
        hostile.timestamp = text
        hostile.ruleID = text
        hostile.container = text
        hostile.description = text
        hostile.sourceAddress = text
        hostile.level = .min

        let line = render(hostile, .plain)

        #expect(line.unicodeScalars.filter { $0.value < 0x20 } == ["\n"])
        #expect(!line.contains("\u{202E}"))
        #expect(line.count <= 380)
    }

    @Test("an alert of a batch looks as its JSON line does")
    func rendersBatch() throws {
        let container = ContainerIdentity(
            id: "ab",
            name: "/web-1",
            image: "nginx",
            imageID: "",
            labels: [:]
        )
        var batch = AlertBatch()
        batch.text = Array("SQL injection203.0.113.9".utf8)
        batch.entries = [
            AlertBatch.Entry(
                json: 0..<0,
                description: 0..<13,
                sourceAddress: 13..<24,
                ruleID: 31103,
                level: 10,
                time: Timestamp(nanoseconds: 1_769_940_000_123_000_000),
                originNanoseconds: 0,
                source: EventSource(
                    agent: AgentIdentity(id: "000", name: "host"),
                    location: "x",
                    container: container
                )
            )
        ]

        let summary = AlertSummary(try #require(batch.entries.first), in: batch)

        #expect(summary == alert(level: 10))
    }

    private func alert(level: Int) -> AlertSummary {
        var alert = AlertSummary()
        alert.timestamp = Array("2026-02-01T10:00:00.123+0000".utf8)
        alert.level = level
        alert.ruleID = Array("31103".utf8)
        alert.container = Array("web-1".utf8)
        alert.description = Array("SQL injection".utf8)
        alert.sourceAddress = Array("203.0.113.9".utf8)
        alert.agent = Array("host".utf8)
        return alert
    }

    private func render(_ alert: AlertSummary, _ style: AlertLineRenderer.Style) -> String {
        var output: [UInt8] = []
        AlertLineRenderer(style).append(alert, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
