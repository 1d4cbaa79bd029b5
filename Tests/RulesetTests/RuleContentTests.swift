// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset
import Testing

@Suite("What a rule is compiled to")
struct RuleContentTests {
    private func compiled(
        _ options: String,
        level: Int = 3,
        more: String = "",
        settings: RulesetSettings = RulesetSettings()
    ) throws -> Rule {
        let decoder = "<decoder name=\"json\"><prematch>{</prematch></decoder>"
        let loading = load(
            decoders: [decoder],
            rules: [rule(100, "<if_sid>1</if_sid>" + options, level: level, more: more)],
            settings: settings
        )
        return try #require(loading.ruleset?.rule(id: 100))
    }

    @Test("conditions stand in the order in which they are checked")
    func order() throws {
        let found = try compiled(
            """
            <if_fts/><check_diff/><status>1</status><hostname>1</hostname><data>1</data>\
            <weekday>mon</weekday><time>1-2</time><user>1</user>\
            <compiled_rule>check_id_size</compiled_rule><srcport>1</srcport>\
            <dstip>10.0.0.1</dstip><field name="f">1</field><location>1</location>\
            <url>1</url><action>1</action><regex>1</regex><match>1</match>\
            <id>1</id><program_name>1</program_name><decoded_as>json</decoded_as>
            """,
            more: "maxsize=\"10\""
        )

        let words = found.conditions.map { String(describing: $0).prefix { $0 != "(" } }
        #expect(
            words == [
                "decodedAs", "text", "text", "text", "text", "exact", "text", "text", "text",
                "address", "text", "check", "text", "minimumSize", "time", "weekday", "text",
                "text", "text", "outputChanged", "firstTimeSeen",
            ]
        )
    }

    @Test("repeated texts are joined, and the last type and negate count")
    func joined() throws {
        let found = try compiled(
            "<match type=\"pcre2\">^a</match><match type=\"osregex\" negate=\"YES\">\\d</match>"
        )

        guard case .text(.log, let pattern, isNegated: true) = found.conditions[0] else {
            Issue.record("no negated text")
            return
        }
        let subject: [UInt8] = Array("a1".utf8)
        #expect(found.conditions.count == 1)
        #expect(pattern.kind == .osregex)
        let isMatch = pattern.matches(subject.span)
        #expect(isMatch)
    }

    @Test("an action without type is compared exactly, and with one is a pattern")
    func action() throws {
        let exact = try compiled("<action>Drop</action>")
        let pattern = try compiled("<action type=\"osmatch\">Drop</action>")

        guard case .exact(.fixed(.action), [0x44, 0x72, 0x6F, 0x70], false) = exact.conditions[0]
        else {
            Issue.record("not exact")
            return
        }
        guard case .text(.fixed(.action), _, false) = pattern.conditions[0] else {
            Issue.record("no pattern")
            return
        }
    }

    static let times: [(String, Int, Int, Bool)] = [
        ("8:30 - 17:00", 510, 1020, false),
        ("!9 am - 5 PM", 540, 1020, true),
        ("6 pm - 8:30 am", 510, 1080, true),
        ("12am-12pm", 0, 720, false),
        ("0:00-23:59", 0, 1439, false),
    ]

    @Test("a time is a window of minutes", arguments: times)
    func time(_ text: String, _ first: Int, _ last: Int, _ isNegated: Bool) throws {
        guard case .time(let window) = try compiled("<time>\(text)</time>").conditions[0] else {
            Issue.record("no time")
            return
        }
        #expect(window.firstMinute == first)
        #expect(window.lastMinute == last)
        #expect(window.isNegated == isNegated)
    }

    static let weekdays: [(String, Set<Int>)] = [
        ("Monday, tue", [1, 2]), ("weekdays", [1, 2, 3, 4, 5]), ("weekends fri", [0, 5, 6]),
    ]

    @Test("a weekday is a set of days", arguments: weekdays)
    func weekday(_ text: String, _ days: Set<Int>) throws {
        guard case .weekday(days) = try compiled("<weekday>\(text)</weekday>").conditions[0]
        else {
            Issue.record("other days")
            return
        }
    }

    @Test("a description is split at its variables")
    func description() throws {
        let text =
            "<group name=\"g\"><rule id=\"100\" level=\"3\"><if_sid>1</if_sid>"
            + "<description>from $(srcip)\n$(Docker.Name)$(hostname) $x $(</description>"
            + "</rule></group>"

        let ruleset = try #require(load(rules: [text]).ruleset)

        let template = try #require(ruleset.rule(id: 100)?.description)
        #expect(template.raw == "from $(srcip) $(Docker.Name)$(hostname) $x $(")
        let parts = template.parts.map { part in
            switch part {
            case .literal(let bytes): String(decoding: bytes, as: UTF8.self)
            case .field(let field): "\(field)"
            }
        }
        #expect(parts.first == "from ")
        #expect(parts.last == " $x $(")
        #expect(template.parts.count == 6)
        #expect(ruleset.fieldNames.names == ["Docker.Name"])
    }

    @Test("groups and compliance values are taken apart")
    func groups() throws {
        let found = try compiled(
            "<group>a,,pci_dss_10.2.4,b,gdpr_IV_35,pci_dss_11.4,\nnist_800_53_AU.6,a,</group>"
        )

        #expect(found.metadata.groups == ["test", "a", "b", "a"])
        #expect(found.metadata.compliance.map(\.name) == ["pci_dss", "gdpr", "nist_800_53"])
        #expect(
            found.metadata.compliance.map(\.values) == [["10.2.4", "11.4"], ["IV_35"], ["AU.6"]]
        )
    }

    @Test("techniques get their names and tactics")
    func mitre() throws {
        let ids = try compiled("<mitre><id>T1190</id><id>T1190</id><id>T9999</id></mitre>")
        let pairs = try compiled(
            """
            <mitre><tacticID>TA0001</tacticID><techniqueID>T1190</techniqueID></mitre>\
            <mitre><tacticID>TA0040</tacticID><techniqueID>T1190</techniqueID></mitre>
            """
        )
        let unknown = try compiled("<mitre><id>T9999</id></mitre>")

        #expect(ids.metadata.mitre?.ids == ["T1190", "T9999"])
        #expect(ids.metadata.mitre?.tactics == ["Initial Access"])
        #expect(ids.metadata.mitre?.techniques == ["Exploit Public-Facing Application"])
        #expect(pairs.metadata.mitre?.ids == ["T1190"])
        #expect(pairs.metadata.mitre?.tactics == ["Initial Access"])
        #expect(pairs.metadata.mitre?.techniques == ["Exploit Public-Facing Application"])
        #expect(unknown.metadata.mitre == nil)
    }

    @Test("levels and keywords decide what is logged and mailed")
    func flags() throws {
        let silent = try compiled("<options>no_log</options>", level: 12)
        let loud = try compiled(
            "<options>log_alert</options><options>no_full_log</options>",
            level: 0
        )
        let counter = try compiled(
            "<options>no_counter</options><options>no_email_alert</options>",
            level: 7
        )
        let logtest = try compiled("<match>a</match>", level: 0, settings: .logtest)

        #expect(!silent.options.logs && silent.options.mails)
        #expect(loud.options.logs && loud.options.omitsFullLog && !loud.options.mails)
        #expect(counter.options.logs && !counter.options.mails && !counter.options.omitsCounter)
        #expect(logtest.options.logs)
    }
}
