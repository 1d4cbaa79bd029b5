// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

/// Where Sigma's alerts stand among those of an event, and which events a rule
/// sees.
struct SigmaEventTests {
    private static let xml = """
        <group name="x,"><rule id="100" level="5"><match>evil</match>\
        <description>XML</description></rule></group>
        """

    private static func rule(_ title: String, _ source: String, _ test: String, more: String = "")
        -> String
    {
        "title: \(title)\nid: \(title)\nlogsource: \(source)\ndetection: {s: \(test), condition: s}\n\(more)\n---\n"
    }

    @Test("an event's XML alert comes first and is the same, Sigma's follow by level")
    func order() throws {
        let sigma =
            Self.rule("Low", "{product: linux}", "[evil]", more: "level: low")
            + Self.rule("High", "{product: linux}", "[evil]", more: "level: high")
            + Self.rule("Other", "{product: linux}", "[good]")
        var alone = try SigmaFixture("", rules: Self.xml)
        var both = try SigmaFixture(sigma, rules: Self.xml)

        let expected = alone.alerts(["an evil thing"])
        let alerts = both.alerts(["an evil thing", "nothing"])

        #expect(alerts.entries.map(\.level) == [5, 12, 5])
        #expect(alerts.entries.map(\.event) == [0, 0, 0])
        #expect(alerts.entries.first?.ruleID == 100)
        let first = try #require(alerts.entries.first)
        let only = try #require(expected.entries.first)
        #expect(alerts.bytes[first.json].elementsEqual(expected.bytes[only.json]))
    }

    @Test("an event without an XML rule still has its Sigma alert")
    func alone() throws {
        var fixture = try SigmaFixture(
            Self.rule("T", "{product: linux}", "[evil]", more: "level: high")
        )

        let alerts = fixture.alerts(["an evil thing"])

        let entry = try #require(alerts.entries.first)
        let json = String(decoding: alerts.bytes[entry.json], as: UTF8.self)
        #expect(
            json.contains(
                #""rule":{"level":12,"description":"T","id":"\#(entry.ruleID)","info":"sigma t","#
                    + #""firedtimes":1,"mail":true,"groups":["sigma","linux"]}"#
            ),
            "\(json)"
        )
        #expect(json.contains(#""full_log":"an evil thing""#))
    }

    @Test("alerts of one event have ids of their own")
    func ids() throws {
        let sigma =
            Self.rule("A", "{product: linux}", "[evil]")
            + Self.rule("B", "{product: linux}", "[evil]")
        var fixture = try SigmaFixture(sigma)

        let alerts = fixture.alerts(["evil"])

        let ids = alerts.entries.map { entry in
            String(decoding: alerts.bytes[entry.json], as: UTF8.self)
                .split(separator: #""id":""#).last?.prefix { $0 != "\"" }
        }
        #expect(ids.count == 2)
        #expect(ids.first != ids.last)
    }

    @Test("no more than 32 rules alert for one event, and the rest are counted")
    func limit() throws {
        let sigma = (0..<40).map { Self.rule("R\($0)", "{product: linux}", "[evil]") }.joined()
        var fixture = try SigmaFixture(sigma)

        #expect(fixture.alerts(["evil"]).entries.count == 32)
        #expect(fixture.engine.counters.droppedSigmaMatches == 8)
    }

    @Test("a frequency rule of XML does not count Sigma's alerts")
    func correlationOfXML() throws {
        let rules = """
            <group name="x,"><rule id="100" level="5"><match>evil</match><description>a</description></rule>
            <rule id="101" level="9" frequency="3" timeframe="60"><if_matched_sid>100</if_matched_sid>
            <description>b</description></rule></group>
            """
        var fixture = try SigmaFixture(Self.rule("T", "{product: linux}", "[evil]"), rules: rules)

        let ids = fixture.alerts(["evil", "evil", "evil"]).entries.map(\.ruleID).filter {
            $0 < 900_000
        }

        #expect(ids == [100, 100, 101])
    }

    // MARK: Log sources

    @Test(
        "a log source takes its events and no others",
        arguments: [
            ("{category: webserver}", "web: 10.0.0.1 GET /evil 200", "evil"),
            (
                "{product: linux, service: sshd}", "Feb  1 10:00:00 h sshd[1]: evil",
                "Feb  1 10:00:00 h cron[1]: evil"
            ),
            ("{product: linux, service: sshd}", "Feb  1 10:00:00 h sshd-session[1]: evil", "evil"),
            (
                "{product: linux, service: auth}", "Feb  1 10:00:00 h su[1]: evil",
                "Feb  1 10:00:00 h sum[1]: evil"
            ),
            ("{product: linux, service: syslog}", "Feb  1 10:00:00 h x: evil", "evil"),
            ("{service: cron}", "Feb  1 10:00:00 h CRON[1]: evil", "Feb  1 10:00:00 h x: evil"),
            (
                "{service: docker}", #"{"integration":"docker","x":"evil"}"#,
                #"{"integration":"other","x":"evil"}"#
            ),
            ("{product: nginx}", "Feb  1 10:00:00 h nginx: evil", "Feb  1 10:00:00 h httpd: evil"),
            ("{service: apache}", "Feb  1 10:00:00 h httpd: evil", "Feb  1 10:00:00 h nginx: evil"),
            ("{category: application, product: python}", "evil", "web: 10.0.0.1 GET /evil 200"),
            (
                "{category: webserver, service: nginx}", "web: 10.0.0.1 GET /evil 200",
                "Feb  1 10:00:00 h nginx: evil"
            ),
        ]
    )
    func sources(_ source: String, _ inside: String, _ outside: String) throws {
        var fixture = try SigmaFixture(Self.rule("T", source, "[evil]"))

        #expect(fixture.titles(inside) == ["T"])
        #expect(fixture.titles(outside) == [])
    }

    @Test(
        "web fields are those of access lines",
        arguments: [
            ("c-ip|cidr: 10.0.0.0/8", true), ("src_ip: 10.0.0.1", true), ("cs-method: get", true),
            ("cs-uri-stem: /a/b.php", true), ("cs-uri-stem|contains: id", false),
            ("cs-uri-query: id=1?2", true), ("cs-uri-query|startswith: /a/", true),
            ("cs-uri-query: id=1", false), ("c-uri: '/a/b.php?id=1?2'", true),
            ("c-uri-extension: php", true), ("sc-status: 404", true), ("sc-status|gte: 500", false),
            ("cs-user-agent: null", true), ("data.srcip: 10.0.0.1", true),
        ]
    )
    func webFields(_ test: String, _ holds: Bool) throws {
        var fixture = try SigmaFixture(Self.rule("T", "{category: webserver}", "{\(test)}"))

        #expect(fixture.titles("web: 10.0.0.1 GET /a/b.php?id=1?2 404") == (holds ? ["T"] : []))
    }

    @Test("fields of the head and of JSON have their names")
    func otherFields() throws {
        #expect(
            try SigmaFixture.holds(
                "{s: {program: x, hostname: h, message: hi}, condition: s}",
                "Feb  1 10:00:00 h x: hi"
            )
        )
        #expect(
            try SigmaFixture.holds(
                "{s: {a.b: '1', data.a.b: '1'}, condition: s}",
                #"{"a":{"b":1}}"#
            )
        )
        #expect(
            try SigmaFixture.holds(
                "{s: {full_log|startswith: 'Feb'}, condition: s}",
                "Feb  1 10:00:00 h x: hi"
            )
        )
    }

    // MARK: Logtest

    @Test("a session's report has the Sigma rules, and why others did not hold")
    func report() throws {
        let sigma =
            Self.rule("Held", "{product: linux}", "[evil]")
            + Self.rule("Not", "{product: linux}", "[good]")
            + Self.rule("Elsewhere", "{category: webserver}", "[evil]")
        var fixture = try SigmaFixture(sigma, mode: .session(alertLevel: 3))

        let report = fixture.inspect("evil", .trials)
        var text: [UInt8] = []
        LogtestText.append(report, .result, to: &text)
        var json: [UInt8] = []
        LogtestJSON.append(report, to: &json)

        #expect(report.sigmaTrials.map(\.obstacle) == [nil, "condition s: s is false"])
        #expect(report.sigmaElsewhere.count == 1)
        #expect(String(decoding: text, as: UTF8.self).contains("\n**Sigma rule matched.\n\tid: '"))
        #expect(
            String(decoding: json, as: UTF8.self).contains(
                #""alert":false,"sigma":[{"rule":{"id":""#
            )
        )
        #expect(
            String(decoding: json, as: UTF8.self).hasSuffix(
                #""groups":["sigma","linux"]},"alert":true}]}"#
            )
        )
    }

    @Test("without a Sigma rule that held, logtest says nothing of Sigma")
    func quiet() throws {
        var fixture = try SigmaFixture(
            Self.rule("T", "{product: linux}", "[evil]"),
            rules: Self.xml
        )

        var json: [UInt8] = []
        LogtestJSON.append(fixture.inspect("good"), to: &json)

        #expect(String(decoding: json, as: UTF8.self).hasSuffix(#""rule":null,"alert":false}"#))
    }
}
