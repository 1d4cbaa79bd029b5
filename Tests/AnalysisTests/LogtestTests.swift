// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Logtest")
struct LogtestTests {
    private static let rules = """
        <group name="local,auth,"><rule id="100100" level="5"><decoded_as>app</decoded_as>\
        <action>fail</action><description>Login failed for $(dstuser)</description>\
        <mitre><id>T1110</id></mitre><group>pci_dss_10.2.4,gdpr_IV_35.7.d,</group></rule></group>
        <group name="local,"><rule id="100101" level="0"><decoded_as>app</decoded_as>\
        <action>hello</action><description>Hello</description></rule></group>
        """
    private static let line = "Feb  1 10:00:00 h app[9]: fail ann 10.0.0.1"

    private func text(
        _ report: EventReport,
        _ detail: AnalysisEngine.InspectionDetail = .result
    ) -> String {
        var output: [UInt8] = []
        LogtestText.append(report, detail, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private func json(_ report: EventReport) -> String {
        var output: [UInt8] = []
        LogtestJSON.append(report, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("three phases, keys in Wazuh's order, lists as Python prints them")
    func layout() throws {
        var fixture = try Fixture(rules: Self.rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect(Self.line)

        #expect(
            text(report) == """

                **Phase 1: Completed pre-decoding.
                \tfull event: 'Feb  1 10:00:00 h app[9]: fail ann 10.0.0.1'
                \ttimestamp: 'Feb  1 10:00:00'
                \thostname: 'h'
                \tprogram_name: 'app'

                **Phase 2: Completed decoding.
                \tname: 'app'
                \taction: 'fail'
                \tdstuser: 'ann'
                \tsrcip: '10.0.0.1'

                **Phase 3: Completed filtering (rules).
                \tid: '100100'
                \tlevel: '5'
                \tdescription: 'Login failed for ann'
                \tgroups: '['local', 'auth']'
                \tfiredtimes: '1'
                \tgdpr: '['IV_35.7.d']'
                \tmail: 'False'
                \tmitre.id: '['T1110']'
                \tmitre.tactic: '['Credential Access']'
                \tmitre.technique: '['Brute Force']'
                \tpci_dss: '['10.2.4']'
                **Alert to be generated.

                """
        )
    }

    @Test("without a decoder and a rule there are two phases")
    func nothing() throws {
        var fixture = try Fixture(rules: Self.rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect("what\u{1B}[2J")

        #expect(
            text(report) == """

                **Phase 1: Completed pre-decoding.
                \tfull event: 'what\\x1b[2J'

                **Phase 2: Completed decoding.
                \tNo decoder matched.

                """
        )
        #expect(
            json(report) == #"{"decoder":{},"predecoder":{},"data":{},"rule":null,"alert":false}"#
        )
    }

    @Test("nested data is sorted at each level, arrays are Python lists")
    func data() throws {
        var fixture = try Fixture(
            rules: rule(100, "<decoded_as>json</decoded_as>"),
            mode: .session(alertLevel: 3)
        )

        let line = #"{"z":"1","a":{"y":["it's",1,true,null,{"k":[]}],"b":"2"},"srcip":"3"}"#
        let shown = text(fixture.inspect(line))

        #expect(
            shown.contains(
                """
                \tname: 'json'
                \ta.b: '2'
                \ta.y: '["it's", 1, True, None, {'k': []}]'
                \tsrcip: '3'
                \tz: '1'

                """
            )
        )
    }

    @Test("one JSON object a line, with Wazuh's types")
    func object() throws {
        var fixture = try Fixture(rules: Self.rules, mode: .session(alertLevel: 3))

        #expect(
            json(fixture.inspect(Self.line))
                == #"{"decoder":{"name":"app"},"predecoder":{"program_name":"app","#
                + #""timestamp":"Feb  1 10:00:00","hostname":"h"},"#
                + #""data":{"action":"fail","srcip":"10.0.0.1","dstuser":"ann"},"#
                + #""rule":{"id":"100100","level":5,"description":"Login failed for ann","#
                + #""groups":["local","auth"]},"alert":true}"#
        )
        let hello = json(fixture.inspect("Feb  1 10:00:00 h app[9]: hello ann 10.0.0.1"))
        #expect(hello.contains(#""rule":{"id":"100101","level":0,"#))
        #expect(hello.hasSuffix(#""groups":["local"]},"alert":false}"#))
    }

    @Test("a session reports rules of level 0, with the level behind all else")
    func levelZero() throws {
        var fixture = try Fixture(rules: Self.rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect("Feb  1 10:00:00 h app[9]: hello ann 10.0.0.1")

        let alert = String(decoding: report.alertJSON, as: UTF8.self)
        #expect(
            alert.contains(
                #""rule":{"description":"Hello","id":"100101","firedtimes":1,"mail":false,"#
                    + #""groups":["local"],"level":0},"#
            )
        )
        #expect(!report.isAlert)
    }

    @Test("a silenced rule is reported in a session, but is no alert")
    func silenced() throws {
        var fixture = try Fixture(
            rules: rule(100, "<match>x</match>", more: #"ignore="60""#),
            mode: .session(alertLevel: 3)
        )

        let reports = [0, 10, 60, 10].map { seconds in
            fixture.now += Int64(seconds)
            return fixture.inspect("x")
        }

        #expect(reports.map { $0.rule?.id } == [100, 100, 100, 100])
        // The firing that ends the silence starts none.
        #expect(reports.map(\.isAlert) == [true, false, true, true])
    }

    @Test("rules that were tried are listed with what stood against them")
    func trials() throws {
        var fixture = try Fixture(rules: Self.rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect(Self.line, .trials)

        #expect(
            text(report, .trials).contains(
                """

                **Rule debugging:
                \tTrying rule: 1 - logs
                \t\t*Rule 1 matched
                \t\t*Trying child rules
                \tTrying rule: 100101 - Hello
                \tTrying rule: 100100 - Login failed for $(dstuser)
                \t\t*Rule 100100 matched

                **Phase 3
                """
            )
        )
        #expect(report.lastLevel.map(\.ruleID) == [100_101, 100_100])
        #expect(report.lastLevel.map(\.obstacle) == [#"action: "hello" is not "fail""#, nil])
    }

    @Test("an obstacle names field, pattern and value")
    func obstacles() throws {
        let rules =
            rule(100, #"<field name="docker.Action">^start$</field>"#)
            + rule(101, "<srcip>10.0.0.0/8</srcip>") + rule(102, "<program_name>x</program_name>")
            + rule(103, "<decoded_as>app</decoded_as>") + rule(104, "<match>die</match><if_fts />")
            + rule(105, #"<match negate="yes">die</match>"#)
        var fixture = try Fixture(rules: rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect(#"{"docker":{"Action":"die"},"srcip":"1.2.3.4"}"#, .trials)

        #expect(
            report.lastLevel.map(\.obstacle) == [
                #"field docker.Action: pattern "^start$" does not match "die""#,
                #"srcip: the rule's address list does not contain "1.2.3.4""#,
                "program_name: the event does not have it",
                "decoded_as app: the event's decoder is json",
                "if_fts: seen before, or the decoder has no fts",
                #"log: pattern "die" matches "{"docker":{"Action":"die"},"srcip":"1.2.3.4"}""#,
            ]
        )
    }

    @Test("a frequency rule says what it waits for")
    func frequencyObstacle() throws {
        let rules =
            rule(100, "<match>x</match>")
            + rule(
                101,
                "<if_matched_sid>100</if_matched_sid>",
                level: 10,
                more: #"frequency="8" timeframe="120""#
            )
        var fixture = try Fixture(rules: rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect("x", .trials)

        #expect(
            report.lastLevel.map(\.obstacle)
                == ["frequency: fewer than 8 matching events within 120 seconds"]
        )
    }
}
