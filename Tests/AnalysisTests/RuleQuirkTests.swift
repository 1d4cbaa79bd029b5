// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

/// The quirks of analysis-engine.md, appendix C, that rule matching has.
@Suite("Rules")
struct RuleQuirkTests {
    private static let line = "Feb  1 10:00:00 h app: fail ann 10.0.0.1"
    private static let json = "<decoded_as>json</decoded_as>"

    /// The rule that a JSON line wins when one rule with these options is loaded.
    private static func rules(
        _ options: String,
        more: String = "",
        lists: [String: String] = [:],
        _ lines: [String]
    ) throws -> String {
        let text = rule(100, options, more: more)
        var fixture = try Fixture(rules: text, lists: lists)
        return fixture.rules(of: lines)
    }

    @Test("level 0 is tried first, then the higher level, then the earlier rule")
    func order() throws {
        let rules =
            rule(100, "<match>fail</match>", level: 3) + rule(101, "<match>fail</match>", level: 5)
            + rule(102, "<match>fail</match>", level: 5)
            + rule(103, "<match>zero</match>", level: 0)
        var fixture = try Fixture(rules: rules, mode: .session(alertLevel: 3))

        let report = fixture.inspect(Self.line, .trials)

        #expect(report.rule?.id == 101)
        #expect(report.trials.map(\.ruleID) == [1, 103, 101])
    }

    @Test("action compares exactly unless it has a type")
    func action() throws {
        let lines = ["fail", "FAIL", "failed"].map { "Feb  1 10:00:00 h app: \($0) ann 1" }

        #expect(try Self.rules("<action>fail</action>", lines) == "100 - -")
        #expect(
            try Self.rules(#"<action type="osmatch">fail</action>"#, lines) == "100 100 100"
        )
    }

    @Test("a negated option still needs the field")
    func negation() throws {
        let lines = [#"{"a":"x"}"#, #"{"a":"y"}"#, #"{"b":"y"}"#]

        #expect(
            try Self.rules(#"<field name="a" negate="yes">^x$</field>"#, lines) == "- 100 -"
        )
    }

    @Test("maxsize is the least length of the log")
    func minimumSize() throws {
        let lines = ["12345", "123456", "1234567"]

        #expect(try Self.rules("<match>1</match>", more: #"maxsize="6""#, lines) == "- 100 100")
    }

    @Test("user is dstuser, else srcuser; a list's user is the other way round")
    func users() throws {
        let lines = [#"{"dstuser":"d","srcuser":"s"}"#, #"{"srcuser":"s"}"#, #"{"dstuser":"d"}"#]

        #expect(try Self.rules("<user>^d$</user>", lines) == "100 - 100")
        let lookup = #"<list field="user" lookup="match_key">etc/lists/users</list>"#
        #expect(try Self.rules(lookup, lists: ["etc/lists/users": "s:\n"], lines) == "100 100 -")
    }

    @Test(
        "lists are looked up by key, value and address",
        arguments: [
            ("match_key", "", "100 100 - - -"),
            ("not_match_key", "", "- - 100 100 -"),
            ("match_key_value", "good", "100 - - - -"),
            ("address_match_key", "", "100 100 100 - -"),
            ("not_address_match_key", "", "- - - 100 -"),
            ("address_match_key_value", "good", "- 100 - 100 -"),
        ]
    )
    func lists(_ lookup: String, _ value: String, _ expected: String) throws {
        let check = value.isEmpty ? "" : #" check_value="\#(value)""#
        let option =
            #"<list field="srcip" lookup="\#(lookup)"\#(check)>etc/lists/l</list>"#
        let list = "10.0.0.1:good\n10.0.0.2:bad\n192.168.:good\n"
        let lines = ["10.0.0.1", "10.0.0.2", "192.168.7.9", "172.16.0.1"].map {
            #"{"srcip":"\#($0)"}"#
        }

        let got = try Self.rules(option, lists: ["etc/lists/l": list], lines + [#"{"a":1}"#])

        #expect(got == expected)
    }

    @Test("a child rule wins over its parent, and a silent rule never wins")
    func tree() throws {
        let rules =
            rule(100, Self.json, level: 3)
            + rule(101, "<if_sid>100</if_sid><match>b</match>", level: 0, more: #"noalert="1""#)
            + rule(102, "<if_sid>101</if_sid><match>c</match>", level: 5)
        var fixture = try Fixture(rules: rules)

        #expect(
            fixture.rules(of: [#"{"a":1}"#, #"{"b":1}"#, #"{"b":"c"}"#]) == "100 100 102"
        )
    }

    @Test("a rule with ignore gives way to its parent for so many seconds")
    func ignore() throws {
        let rules =
            rule(100, Self.json, level: 4)
            + rule(101, "<if_sid>100</if_sid><match>b</match>", level: 7, more: #"ignore="60""#)
        var fixture = try Fixture(rules: rules)

        var ids: [String] = []
        for seconds in [0, 59, 60, 1] as [Int64] {
            fixture.now += seconds
            let alert = try #require(fixture.alerts(of: [#"{"b":1}"#]).first)
            ids.append(alert.contains("\"id\":\"101\"") ? "101" : "100")
        }

        // The silence begins anew at second 119 - 60 = 60 after its begin.
        #expect(ids == ["101", "100", "101", "100"])
    }

    @Test("if_fts holds once for each key")
    func firstTimeSeen() throws {
        let decoder = #"""
            <decoder name="app"><program_name>^app$</program_name></decoder>
            <decoder name="app"><parent>app</parent><prematch>^in </prematch>
            <regex offset="after_prematch">^(\S+) (\S+)</regex>
            <order>user, srcip</order><fts>name, user, location</fts></decoder>
            """#
        let rules = rule(100, "<decoded_as>app</decoded_as><if_fts />")
        var fixture = try Fixture(decoders: decoder, rules: rules)
        let lines = ["in ann 1", "in ann 2", "in bob 1", "out ann 1"].map {
            "Feb  1 10:00:00 h app: \($0)"
        }

        #expect(fixture.rules(of: lines + lines) == "100 - 100 - - - - -")
    }

    @Test("check_diff holds when a host's output changed, and quotes the old one")
    func outputChanged() throws {
        let rules = rule(100, "<match>^out: </match><check_diff />")
        var fixture = try Fixture(rules: rules)

        let alerts = fixture.alerts(of: ["out: a", "out: a", "out: b", "out: b", "out: a"])

        #expect(alerts.count == 2)
        #expect(alerts[0].contains(#""previous_output":"Previous output:\nout: a","full_log""#))
        #expect(alerts[0].contains(#""decoder":{},"previous_log":"out: a","location""#))
    }

    @Test("time and weekday look at local time")
    func time() throws {
        // 2026-02-01 is a Sunday; the lines come at 10:00.
        let cases = [
            ("<time>9 am - 10 am</time>", "100"), ("<time>10:00-10:00</time>", "100"),
            ("<time>9:00-9:59</time>", "-"), ("<time>!9:00-9:59</time>", "100"),
            ("<time>6 pm - 8:30 am</time>", "-"), ("<time>6 pm - 10:30 am</time>", "100"),
            ("<time>11 am - 9 am</time>", "-"),
            ("<weekday>sunday</weekday>", "100"), ("<weekday>weekends</weekday>", "100"),
            ("<weekday>weekdays</weekday>", "-"), ("<weekday>mon,sun</weekday>", "100"),
        ]
        for (option, expected) in cases {
            let got = try Self.rules("<match>x</match>" + option, ["x"])
            #expect(got == expected, "\(option)")
        }
    }

    @Test("compiled rules hold as their names do not quite say")
    func compiledRules() throws {
        let users = [
            #"{"srcuser":"a","dstuser":"a"}"#, #"{"srcuser":"a","dstuser":"b"}"#,
            #"{"srcuser":"a"}"#,
        ]
        let compiled = "<compiled_rule>comp_srcuser_dstuser</compiled_rule>"
        #expect(try Self.rules(Self.json + compiled, users) == "100 - 100")
        let identifiers = [#"{"id":"123456789"}"#, #"{"id":"1234567890"}"#, #"{"a":1}"#]
        let long = "<compiled_rule>check_id_size</compiled_rule>"
        #expect(try Self.rules(Self.json + long, identifiers) == "- 100 -")
        let urls = [#"{"url":"/"}"#, #"{"url":"/a?b"}"#, #"{"url":"/a"}"#, #"{"a":1}"#]
        let simple = "<compiled_rule>is_simple_http_request</compiled_rule>"
        #expect(try Self.rules(Self.json + simple, urls) == "100 - 100 -")
        let crawlers = ["66.249.1.1 x", "66.250.1.1 x"]
        let crawler = "<match>x</match><compiled_rule>is_valid_crawler</compiled_rule>"
        #expect(try Self.rules(crawler, crawlers) == "100 -")
    }

    @Test("descriptions show fields, and nothing for those that are not set")
    func descriptions() throws {
        let text = """
            <group name="local,"><rule id="100" level="3"><decoded_as>json</decoded_as>\
            <description>$(dstuser) at $(A.B) from $(srcip), $(none)! $(open</description>\
            </rule></group>
            """
        var fixture = try Fixture(rules: text)

        let report = fixture.inspect(#"{"dstuser":"ann","a":{"b":"x"}}"#)

        let description = report.rule.map { String(decoding: $0.description, as: UTF8.self) }
        #expect(description == "ann at x from , ! $(open")
    }

    @Test("a description that would reach 1024 bytes is shown as written")
    func longDescription() throws {
        let text = """
            <group name="local,"><rule id="100" level="3"><decoded_as>json</decoded_as>\
            <description>x$(a)</description></rule></group>
            """
        var fixture = try Fixture(rules: text)

        for (count, expected) in [(1022, 1023), (1023, 5)] {
            let value = String(repeating: "v", count: count)
            let report = fixture.inspect(#"{"a":"\#(value)"}"#)
            #expect(report.rule?.description.count == expected)
        }
    }

    @Test("so is one that is a single variable")
    func longVariable() throws {
        let text = """
            <group name="local,"><rule id="100" level="3"><decoded_as>json</decoded_as>\
            <description>$(a)</description></rule></group>
            """
        var fixture = try Fixture(rules: text)

        for (count, expected) in [(1023, 1023), (1024, 4)] {
            let value = String(repeating: "v", count: count)
            let report = fixture.inspect(#"{"a":"\#(value)"}"#)
            #expect(report.rule?.description.count == expected)
        }
    }
}
