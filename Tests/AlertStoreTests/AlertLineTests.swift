// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Testing

@Suite("An alert on one line")
struct AlertLineTests {
    private static let line = """
        {"timestamp":"2026-02-01T10:00:00.123+0000","rule":{"level":10,"description":"SQL \\u0041\\n\\"x\\"",\
        "id":"31103","mitre":{"id":["T1190"]},"groups":["web"]},"agent":{"id":"000","name":"host"},\
        "manager":{"name":"other"},"id":"1.2","full_log":"{\\"rule\\":{\\"level\\":1}}",\
        "data":{"srcip":"203.0.113.9","nested":{"srcip":"no","container":{"name":"no"}},\
        "container":{"id":"ab","name":"web-1","labels":{"name":"no"}}},"location":"x"}
        """

    @Test("the members of an alert are found, and no others of their names")
    func parses() throws {
        let bytes = Array(Self.line.utf8)

        let alert = try #require(summary(bytes))

        #expect(text(alert.timestamp) == "2026-02-01T10:00:00.123+0000")
        #expect(alert.level == 10)
        #expect(text(alert.ruleID) == "31103")
        #expect(text(alert.description) == "SQL A\n\"x\"")
        #expect(text(alert.container) == "web-1")
        #expect(text(alert.sourceAddress) == "203.0.113.9")
        #expect(text(alert.agent) == "host")
    }

    @Test("an alert of a Docker event is about the container it names")
    func parsesDockerEvent() throws {
        let bytes = Array(
            """
            {"rule":{"level":3,"id":"87903"},"data":{"integration":"docker",\
            "docker":{"Action":"start","Actor":{"Attributes":{"image":"httpd","name":"test-container"}}}}}
            """.utf8
        )

        let alert = try #require(summary(bytes))

        #expect(text(alert.container) == "test-container")
    }

    @Test("cut anywhere, it is no alert")
    func refusesTornLines() {
        let bytes = Array(Self.line.utf8)
        for length in 0..<bytes.count {
            #expect(summary(bytes[..<length]) == nil, "cut at \(length)")
        }
        #expect(bytes.count > 400)
    }

    @Test(
        "what is no alert is refused, and nothing breaks on it",
        arguments: [
            "", "{", "}", "[]", "null", "\"", "{\"a\"", "{\"a\":", "{\"a\":}", "{a:1}",
            "{\"a\":1,}",
            "{\"a\":\"\\", "{\"a\":\"\\\"}", "{\"rule\":{\"level\":", "{}{}", "{\"a\":1}x", "{:}",
        ]
    )
    func refusesOthers(line: String) {
        #expect(summary(line.utf8) == nil)
    }

    @Test(
        "members of another kind than an alert's are empty",
        arguments: [
            "{}", #"{"rule":7,"data":[1],"agent":null}"#, #"{"rule":{"level":{"a":[]},"id":[]}}"#,
            #"{"rule":{"level":99999999999999999999,"description":{}}}"#,
        ]
    )
    func toleratesOtherKinds(line: String) {
        #expect(summary(line.utf8) == AlertSummary())
    }

    @Test("nesting of any depth is passed over")
    func passesOverDepth() {
        let depth = 1_000_000
        let nested =
            "{\"a\":" + String(repeating: "[", count: depth)
            + String(repeating: "]", count: depth) + ",\"rule\":{\"id\":\"5\"}}"

        let alert = summary(nested.utf8)

        #expect(alert?.ruleID == Array("5".utf8))
    }

    @Test(
        "escapes are resolved, and those that are none become U+FFFD",
        arguments: [
            (#"\u00e9"#, "é"), (#"\ud83d\udc33"#, "🐳"), (#"\ud83d"#, "\u{FFFD}"),
            (#"\ud83dx"#, "\u{FFFD}x"), (#"\udc33"#, "\u{FFFD}"), (#"\u12"#, "\u{FFFD}12"),
            (#"\/\b\f\n\r\t\\"#, "/\u{8}\u{c}\n\r\t\\"), (#"\u001b"#, "\u{1b}"), (#"\q"#, "q"),
        ]
    )
    func unescapes(escaped: String, expected: String) throws {
        let bytes = Array("{\"rule\":{\"description\":\"\(escaped)\"}}".utf8)

        let alert = try #require(summary(bytes))

        #expect(text(alert.description) == expected)
    }

    @Test("random damage to a line never traps")
    func survivesDamage() {
        var state: UInt64 = 0x5EED
        for _ in 0..<20_000 {
            var bytes = Array(Self.line.utf8)
            for _ in 0..<3 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(state >> 33) % bytes.count] = UInt8(truncatingIfNeeded: state >> 20)
            }
            var output: [UInt8] = []
            guard let alert = summary(bytes) else { continue }
            AlertLineRenderer(.plain).append(alert, to: &output)
            let feeds = output.filter { $0 < 0x20 }
            if feeds != [0x0A] { Issue.record("\(bytes) became \(output)") }
        }
    }

    private func summary(_ line: some Sequence<UInt8>) -> AlertSummary? {
        let bytes = Array(line)
        return AlertLine.summary(of: bytes.span)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
