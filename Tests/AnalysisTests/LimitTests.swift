// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Expressions that cost too much")
struct LimitTests {
    private static let hostile = String(repeating: "a", count: 4_000) + ";"

    /// A rule with catastrophic backtracking, in the second place.
    private static let rules =
        rule(100, #"<match>;</match>"#, level: 3)
        + rule(101, #"<if_sid>100</if_sid><regex type="pcre2">(a+)+$</regex>"#, level: 9)
        + rule(102, #"<if_sid>100</if_sid><regex type="pcre2">;$</regex>"#, level: 4)

    private static func ids(_ alerts: [String]) -> [String] {
        alerts.map { alert in
            // The first id is the rule's.
            let parts = alert.split(separator: #""id":""#, maxSplits: 1)
            return String(parts.last?.prefix(while: \.isNumber) ?? "-")
        }
    }

    @Test("the rule is passed over, the others are tried, and an alert names it")
    func named() throws {
        var fixture = try Fixture(rules: Self.rules)

        let alerts = fixture.alerts(of: [Self.hostile])

        #expect(Self.ids(alerts) == ["102", "509001"])
        #expect(
            alerts[1].contains(
                #""description":"Rule 101 (r.xml:4) was passed over for an event: its expression "#
                    + #"takes too long on a log of 4001 bytes (time 1 of 10)""#
            )
        )
        #expect(alerts[1].contains(#""groups":["jaga","engine"]"#))
        #expect(alerts[1].contains(#""location":"jaga""#))
    }

    @Test("the tenth time switches the rule off, and nothing is said of it any more")
    func switchedOff() throws {
        var fixture = try Fixture(rules: Self.rules)

        let alerts = fixture.alerts(of: Array(repeating: Self.hostile, count: 12))

        let ids = Self.ids(alerts)
        #expect(ids.count { $0 == "102" } == 12)
        #expect(ids.count { $0 == "509001" } == 9)
        #expect(ids.count { $0 == "509002" } == 1)
        #expect(fixture.engine.counters.cutExpressions == 10)
        #expect(fixture.engine.counters.switchedOff == 1)
        #expect(fixture.rules(of: ["aaa;", "aaa; aa"]) == "102 100")
    }

    @Test("a reload switches the rule on again, and the counts of before stay")
    func reload() throws {
        var fixture = try Fixture(rules: Self.rules)
        _ = fixture.alerts(of: Array(repeating: Self.hostile, count: 10))
        let old = fixture.engine
        var next = try Fixture(rules: Self.rules)

        next.engine.takeOver(from: old, at: next.time)

        #expect(next.rules(of: ["x; aa"]) == "101")
        let counters = old.counters.followed(by: next.engine.counters)
        #expect(counters.cutExpressions == 10)
        #expect(counters.switchedOff == 0)
    }

    @Test("a negated expression that costs too much does not hold")
    func negated() throws {
        let rules =
            rule(100, #"<match>;</match>"#)
            + rule(101, #"<if_sid>100</if_sid><regex type="pcre2" negate="yes">(a+)+$</regex>"#)
        var fixture = try Fixture(rules: rules)

        #expect(fixture.rules(of: [Self.hostile, "b;"]) == "100 101")
    }

    @Test("an os_regex that costs too much is named too")
    func osRegex() throws {
        let rules =
            rule(100, #"<match>;</match>"#)
            + rule(101, #"<if_sid>100</if_sid><regex>\w+a\w+a\w+a\w+a\w+!</regex>"#, level: 9)
        var fixture = try Fixture(rules: rules)
        let line = String(repeating: "a", count: 65_000) + " ;!"

        #expect(Self.ids(fixture.alerts(of: [line])) == ["100", "509001"])
    }

    @Test("a decoder that costs too much is named, and others take the event")
    func decoder() throws {
        let decoders = #"""
            <decoder name="bad"><prematch type="pcre2">^(?:a+)+$</prematch></decoder>
            <decoder name="good"><prematch>^aaa</prematch></decoder>
            """#
        var fixture = try Fixture(
            decoders: decoders,
            rules: rule(100, "<decoded_as>good</decoded_as>")
        )

        let alerts = fixture.alerts(of: Array(repeating: Self.hostile, count: 11))

        #expect(Self.ids(alerts).count { $0 == "100" } == 11)
        #expect(alerts[1].contains("Decoder bad (d.xml:1) was passed over"))
        #expect(Self.ids(alerts).count { $0 == "509002" } == 1)
    }

    @Test("rules that cost too much together leave cheap ones their share")
    func together() throws {
        let costly = (200..<212).map { id in
            rule(id, #"<if_sid>100</if_sid><regex type="pcre2">(a+)+\#(id)$</regex>"#, level: 9)
        }
        let rules =
            rule(100, #"<match>;</match>"#) + costly.joined()
            + rule(300, #"<if_sid>100</if_sid><regex type="pcre2">a;\d+;$</regex>"#, level: 4)
        var fixture = try Fixture(rules: rules)
        let line = String(repeating: "a", count: 20_000) + ";200201202203204205206;"

        let alerts = fixture.alerts(of: [line])

        #expect(Self.ids(alerts).first == "300")
        #expect(fixture.engine.counters.cutExpressions <= 3)
        #expect(fixture.engine.counters.starvedExpressions > 0)
    }

    @Test("a Sigma rule that costs too much is named")
    func sigma() throws {
        let sigma = """
            title: Costly
            id: 3d0f1c1e-8f43-4a39-9b0a-1f5b1f8e6a01
            logsource:
                product: linux
            detection:
                selection:
                    message|re: '(a+)+$'
                condition: not selection
            jaga:
                id: 100900
            """
        var fixture = try SigmaFixture(sigma)

        #expect(fixture.alerts([Self.hostile]).entries.map(\.ruleID) == [509_001])
        #expect(fixture.alerts(["b;"]).entries.map(\.ruleID) == [100_900])
    }

    @Test("a log that tells of another server's alert cannot speak for the engine")
    func forged() throws {
        let decoders = """
            <decoder name="other"><prematch>^ossec: Alert</prematch>
            <plugin_decoder>OSSECAlert_Decoder</plugin_decoder></decoder>
            """
        var fixture = try Fixture(decoders: decoders, rules: rule(100, "<match>x</match>"))
        func line(_ id: Int) -> String {
            "ossec: Alert Level: 9; Rule: \(id) - Off.; Location: (h) any->/l; srcip: 1.2.3.4; log"
        }

        #expect(Self.ids(fixture.alerts(of: [line(100), line(509_002)])) == ["100"])
    }

    @Test("logtest warns of it")
    func logtest() throws {
        var fixture = try Fixture(rules: Self.rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect(Self.hostile)

        #expect(report.warnings.count == 1)
        var text: [UInt8] = []
        LogtestText.append(report, .result, to: &text)
        let start = "** Wazuh-Logtest: WARNING: Rule 101 (r.xml:4) was passed over"
        #expect(String(decoding: text, as: UTF8.self).hasPrefix(start))
    }
}
