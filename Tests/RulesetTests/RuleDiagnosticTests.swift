// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import Testing

/// A rule file with a mistake, and what is said about it.
struct RuleFault: Sendable, CustomTestStringConvertible {
    let text: String
    let faults: [String]

    init(_ text: String, _ faults: String...) {
        self.text = text
        self.faults = faults
    }

    /// One rule 100 under rule 1; its options start at column 1 of line 2.
    init(options: String, _ faults: String...) {
        text = """
            <group name="g,"><rule id="100" level="3"><if_sid>1</if_sid>
            \(options)
            <description>d</description></rule></group>
            """
        self.faults = faults
    }

    /// One rule whose attributes start at column 24.
    init(attributes: String, _ faults: String...) {
        text = """
            <group name="g,"><rule \(attributes)><if_sid>1</if_sid>\
            <description>d</description></rule></group>
            """
        self.faults = faults
    }

    var testDescription: String { text }
}

@Suite("Mistakes in rule files")
struct RuleDiagnosticTests {
    static let files = [
        RuleFault("<!-- nothing -->", "no-elements 0:0"),
        RuleFault("<decoder/>", "unknown-element 1:1"),
        RuleFault("<group name=\"g\"></group>", "empty-element 1:1"),
        RuleFault("<group name=\"g\"><rulle/></group>", "unknown-element 1:17"),
        RuleFault("<group name=\"g\">\n<rule id=\"100\" level=\"3\">", "malformed-xml 2:1"),
        RuleFault(
            "<group name=\"g\"><rule id=\"100\" level=\"3\"></rule></group>",
            "empty-element 1:17",
            "missing-option 1:17"
        ),
        RuleFault(
            "<group><rule id=\"100\" level=\"3\"><if_sid>1</if_sid></rule></group>",
            "missing-attribute 1:1",
            "missing-option 1:8"
        ),
        RuleFault(
            "<group id=\"1\" name=\"g\"><rule id=\"100\" level=\"3\"><if_sid>1</if_sid>"
                + "<description>d</description></rule></group>",
            "unknown-attribute 1:8"
        ),
    ]

    static let attributes = [
        RuleFault(attributes: "level=\"3\"", "missing-attribute 1:18"),
        RuleFault(attributes: "id=\"100\"", "missing-attribute 1:18"),
        RuleFault(attributes: "id=\"1000000\" level=\"3\"", "bad-attribute 1:24"),
        RuleFault(attributes: "id=\"1x\" level=\"3\"", "bad-attribute 1:24"),
        RuleFault(attributes: "id=\"\" level=\"3\"", "bad-attribute 1:24"),
        RuleFault(attributes: "id=\"100\" level=\"17\"", "bad-attribute 1:33"),
        RuleFault(attributes: "id=\"100\" level=\"3\" levels=\"3\"", "unknown-attribute 1:43"),
        RuleFault(
            attributes: "id=\"100\" level=\"3\" maxsize=\"12345\"",
            "(bad-attribute 1:43)"
        ),
        RuleFault(attributes: "id=\"100\" level=\"3\" timeframe=\"a\"", "bad-attribute 1:43"),
        RuleFault(attributes: "id=\"100\" level=\"3\" ignore=\"-1\"", "bad-attribute 1:43"),
        RuleFault(attributes: "id=\"100\" level=\"3\" noalert=\"2\"", "(bad-attribute 1:43)"),
        RuleFault(attributes: "id=\"100\" level=\"3\" overwrite=\"1\"", "(bad-attribute 1:43)"),
        RuleFault(
            attributes: "id=\"100\" level=\"3\" overwrite=\"yes\"",
            "(nothing-to-overwrite 1:18)"
        ),
        RuleFault(attributes: "id=\"100\" level=\"3\" frequency=\"8\"", "missing-option 1:43"),
        RuleFault(
            attributes: "id=\"100\" level=\"3\" frequency=\"1\"",
            "bad-attribute 1:43",
            "missing-option 1:43"
        ),
        RuleFault(attributes: "id=\"1\" level=\"3\"", "(duplicate-rule 1:18)"),
    ]

    static let options = [
        RuleFault(options: "<mach>a</mach>", "unknown-option 2:1"),
        RuleFault(options: "<Different_srcip/>", "unknown-option 2:1"),
        RuleFault(options: "<regex>a\n  \\q</regex>", "bad-pattern 3:3"),
        RuleFault(options: "<match type=\"pcre2\">(a</match>", "bad-pattern 2:23"),
        RuleFault(options: "<match type=\"perl\">(a</match>", "(bad-pattern-type 2:8)"),
        RuleFault(options: "<match negate=\"maybe\">a</match>", "(bad-attribute 2:8)"),
        RuleFault(options: "<decoded_as>josn</decoded_as>", "unknown-decoder 2:13"),
        RuleFault(options: "<field>a</field>", "missing-attribute 2:1"),
        RuleFault(options: "<field name=\"SrcIP\">a</field>", "bad-field 2:8"),
        RuleFault(options: "<field name=\"a\">\\q</field>", "bad-pattern 2:17"),
        RuleFault(options: "<category>weblog</category>", "bad-value 2:11"),
        RuleFault(options: "<compiled_rule>is_x</compiled_rule>", "bad-value 2:16"),
        RuleFault(options: "<time>25:00 - 4:00</time>", "bad-value 2:7"),
        RuleFault(options: "<weekday>!monday</weekday>", "bad-value 2:10"),
        RuleFault(options: "<srcip>10.0.0.0/33</srcip>", "bad-pattern 2:16"),
        RuleFault(options: "<srcip>!10.0.0.1</srcip>", "(without-effect 2:8)"),
        RuleFault(options: "<options>no_alert</options>", "bad-value 2:10"),
        RuleFault(options: "<info type=\"cvee\">x</info>", "bad-attribute 2:7"),
        RuleFault(options: "<info kind=\"cve\">x</info>", "unknown-attribute 2:7"),
        RuleFault(options: "<mitre><technique>T1</technique></mitre>", "unknown-option 2:8"),
        RuleFault(options: "<mitre><id></id></mitre>", "(bad-value 2:8)"),
        RuleFault(
            options: "<mitre><id>T1190</id><tacticID>TA0001</tacticID></mitre>",
            "(bad-value 2:1)"
        ),
        RuleFault(options: "<same_srcip/>", "missing-option 2:1"),
        RuleFault(options: "<global_frequency/>", "missing-option 2:1"),
        RuleFault(options: "<same_agent/>", "(without-effect 2:1)"),
        RuleFault(options: "<same_srcgeoip/>", "missing-option 2:1"),
        RuleFault(options: "<if_matched_sid>1,2</if_matched_sid>", "(bad-value 2:17)"),
        RuleFault(options: "<if_matched_sid>99</if_matched_sid>", "(unknown-rule 2:17)"),
        RuleFault(
            options: "<if_matched_group>g</if_matched_group><if_matched_regex>x"
                + "</if_matched_regex>",
            "(conflicting-options 2:57)"
        ),
        RuleFault(options: "<if_matched_regex>\\q</if_matched_regex>", "bad-pattern 2:19"),
        RuleFault(options: "<if_sid> 2a</if_sid>", "(bad-value 1:51)"),
        RuleFault(
            options: "<extra_data>" + String(repeating: "a", count: 2048) + "</extra_data>",
            "text-too-long 2:13"
        ),
        RuleFault(options: "<list field=\"srcip\">none</list>", "(unknown-list 2:21)"),
    ]

    @Test("each mistake is told with its place", arguments: files + attributes + options)
    func mistake(_ fault: RuleFault) {
        let loading = load(rules: [fault.text])

        #expect(loading.faults == fault.faults)
        #expect((loading.ruleset == nil) == fault.faults.contains { !$0.hasPrefix("(") })
    }

    @Test("an empty rule file is no mistake, and neither is an empty local_decoder.xml")
    func emptyFiles() {
        let local = RulesetFile(path: "etc/decoders/local_decoder.xml", bytes: [])
        let files = RulesetFiles(
            decoders: [local],
            rules: [RulesetFile(path: "local_rules.xml", bytes: [])],
            lists: []
        )

        let loading = RulesetLoader.load(files, settings: RulesetSettings())

        #expect(loading.faults.isEmpty)
        #expect(loading.ruleset != nil)
    }

    @Test("a rule below one that is wrong, or in a file that is, is not blamed")
    func noCascade() {
        let wrong = rule(100, "<if_sid>1</if_sid><regex>\\q</regex>")
        let child = rule(101, "<if_sid>100</if_sid>")

        #expect(load(rules: [wrong, child]).faults == ["bad-pattern 1:72"])
        #expect(load(rules: ["<group", child]).faults.count == 1)
        #expect(
            load(rules: [rule(100, "<if_sid>1</if_sid>", level: 99), child]).faults
                == ["bad-attribute 1:36"]
        )
    }

    static let placements = [
        ("<if_group>nobody</if_group>", "(unknown-group 1:57)"),
        ("<if_level>100</if_level>", "(no-parent 1:57)"),
        ("<if_level>0</if_level>", "(bad-value 1:57)"),
        ("<if_level>high</if_level>", "(bad-value 1:57)"),
        ("<category>squid</category>", "(no-parent 1:57)"),
        ("<if_sid>1;2</if_sid>", "(bad-value 1:55)"),
    ]

    @Test("a rule without a place is skipped with a warning", arguments: placements)
    func placement(_ options: String, _ fault: String) {
        let loading = load(rules: [rule(100, options)])

        #expect(loading.faults == [fault])
        #expect(loading.counts.skippedRules == 1)
        #expect(loading.ruleset?.rule(id: 100) == nil)
    }
}
