// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset
import Testing

@Suite("What loads and yet cannot work")
struct AuditTests {
    private static let decoders = #"""
        <decoder name="plain"><program_name>^plain</program_name></decoder>
        <decoder name="web"><prematch>^web </prematch><type>web-log</type></decoder>
        <decoder name="other"><prematch>^other </prematch></decoder>
        <decoder name="own"><parent>other</parent><prematch>x</prematch></decoder>
        """#
    private static let templates = """
        <group name="t,"><rule id="1" level="0" noalert="1"><category>syslog</category>\
        <description>t</description></rule></group>
        """

    private static func findings(_ rules: String) -> [Diagnostic] {
        let files = RulesetFiles(
            decoders: [RulesetFile(path: "d.xml", bytes: Array(decoders.utf8))],
            rules: [RulesetFile(path: "r.xml", bytes: Array((templates + rules).utf8))],
            lists: []
        )
        return RulesetLoader.check(files, settings: RulesetSettings()).diagnostics
    }

    private static func rule(_ id: Int, _ options: String, level: Int = 3) -> String {
        """
        <group name="g,"><rule id="\(id)" level="\(level)">\(options)\
        <description>d</description></rule></group>
        """
    }

    private static func codes(_ rules: String) -> [String] { findings(rules).map(\.code) }

    // MARK: Rules that no event reaches

    @Test("a rule behind one that asks less is unreachable, and what is below it is counted")
    func shadowed() {
        let found = Self.findings(
            Self.rule(100, "<decoded_as>plain</decoded_as>", level: 7)
                + Self.rule(101, "<decoded_as>plain</decoded_as><match>x</match>", level: 3)
                + Self.rule(102, "<if_sid>101</if_sid><match>y</match>")
        )

        #expect(found.map(\.code) == ["unreachable"])
        #expect(
            found.first?.message == "no event reaches rule 101, nor the rule below it: "
                + "rule 100, which is tried before it, takes its events"
        )
    }

    @Test(
        "a rule that asks something else, remembers or stays silent takes nothing away",
        arguments: [
            "<decoded_as>plain</decoded_as><match>z</match>",
            "<decoded_as>plain</decoded_as><if_fts />",
            "<decoded_as>plain</decoded_as><srcip>10.0.0.1</srcip>",
        ]
    )
    func notShadowed(first: String) {
        let rules =
            Self.rule(100, first, level: 7)
            + Self.rule(101, "<decoded_as>plain</decoded_as><match>x</match>")

        #expect(Self.codes(rules) == [])
    }

    @Test("a rule with a place that is alive is reachable")
    func oneLivingPlace() {
        let rules =
            Self.rule(100, "<match>a</match>") + Self.rule(101, "<match>b</match>")
            + Self.rule(102, "<if_sid>100</if_sid>", level: 9)
            + Self.rule(103, "<if_sid>100, 101</if_sid><match>c</match>", level: 2)

        #expect(Self.codes(rules) == [])
    }

    @Test("two decoders on one way down exclude each other")
    func twoDecoders() {
        let rules =
            Self.rule(100, "<decoded_as>plain</decoded_as>")
            + Self.rule(101, "<if_sid>100</if_sid><decoded_as>other</decoded_as>")

        #expect(Self.codes(rules) == ["unreachable"])
    }

    @Test("events of a decoder of another category never come to the rule")
    func otherCategory() {
        #expect(Self.codes(Self.rule(100, "<decoded_as>web</decoded_as>")) == ["unreachable"])
        #expect(Self.codes(Self.rule(100, "<decoded_as>other</decoded_as>")) == [])
    }

    @Test("no event has the name of a child decoder")
    func childName() {
        #expect(Self.codes(Self.rule(100, "<decoded_as>own</decoded_as>")) == ["unreachable"])
    }

    @Test("a parent that is missing is named, whatever the reason")
    func missingParent() {
        #expect(Self.codes(Self.rule(100, "<if_sid>99</if_sid>")) == ["unknown-rule"])
    }

    @Test("a counting rule of level 0 never holds")
    func levelZero() {
        let rules =
            Self.rule(100, "<match>a</match>")
            + Self.rule(101, "<if_matched_sid>100</if_matched_sid>", level: 0)

        #expect(Self.codes(rules) == ["never-matches"])
    }

    // MARK: Circles

    @Test("rules that wait for each other are named together")
    func circle() {
        let found = Self.findings(
            Self.rule(100, "<if_sid>102</if_sid>") + Self.rule(101, "<if_sid>100</if_sid>")
                + Self.rule(102, "<if_sid>101</if_sid>")
        )

        #expect(found.count { $0.code == "unknown-rule" } == 3)
        #expect(
            found.first { $0.code == "circle" }?.message
                == "rules 100, 102, 101 name each other as parents in a circle, "
                + "and a rule finds only parents before it"
        )
    }

    @Test("a long chain is no circle and needs no recursion")
    func chain() {
        let rules = (100..<20_100).map { Self.rule($0, "<if_sid>\($0 + 1)</if_sid>") }.joined()

        let found = Self.findings(rules)

        #expect(!found.contains { $0.code == "circle" })
        #expect(found.count { $0.code == "unknown-rule" } == 1001)
        #expect(found.last?.message == "19000 more findings of this kind are not listed")
    }

    // MARK: Patterns

    @Test(
        "expressions that search without end are found by trying",
        arguments: [
            "(a+)+$", #"^(\w+\s?)*$"#, "^([a-z]+)*[0-9]$", "(a|aa)+$", #"^(?:(?:\d+,?)+;?)+$"#,
        ]
    )
    func exponential(pattern: String) {
        let found = Self.findings(Self.rule(100, #"<match type="pcre2">\#(pattern)</match>"#))

        #expect(found.map(\.code) == ["slow-pattern"])
        #expect(found.map(\.severity) == [.warning])
    }

    @Test(
        "expressions that stop are left alone",
        arguments: [
            "ok.*fine", #""(?:[^"\\]|\\.)*""#, "(?:a++)+$", "^(?:ab)+$", #"^\d+\.\d+\.\d+$"#,
            "(?x) ^a # a comment $ x\n b$", "(?m)a$\\nb", "x(?=^|y)z",
        ]
    )
    func harmless(pattern: String) {
        #expect(Self.codes(Self.rule(100, #"<match type="pcre2">\#(pattern)</match>"#)) == [])
    }

    @Test("anchors in the middle match nothing", arguments: ["a$b", "foo^bar", "(a$)(b)", "a(^b)"])
    func misplacedAnchor(pattern: String) {
        let codes = Self.codes(Self.rule(100, #"<match type="pcre2">\#(pattern)</match>"#))

        #expect(codes == ["never-matches"])
    }

    @Test("an os_regex that is only its end matches no text", arguments: ["$", "^$", "$|^$"])
    func onlyEnd(pattern: String) {
        #expect(Self.codes(Self.rule(100, "<regex>\(pattern)</regex>")) == ["never-matches"])
    }

    @Test("escapes in an os_match are told of", arguments: [#"\d+"#, #"user \w"#, #"10\.0"#])
    func escapes(pattern: String) {
        #expect(Self.codes(Self.rule(100, "<match>\(pattern)</match>")) == ["suspicious-pattern"])
    }

    @Test("paths and plain texts in an os_match are fine", arguments: [#"..\..\x"#, "10.0", "a|b"])
    func plain(pattern: String) {
        #expect(Self.codes(Self.rule(100, "<match>\(pattern)</match>")) == [])
    }

    @Test("an untyped action that looks like a pattern is told of")
    func action() {
        #expect(Self.codes(Self.rule(100, "<action>^drop</action>")) == ["suspicious-pattern"])
        #expect(Self.codes(Self.rule(100, #"<action type="osmatch">^drop</action>"#)) == [])
    }

    // MARK: Bounds

    @Test("variables that blow a file up are refused")
    func expansion() {
        let variable = #"<var name="A">\#(String(repeating: "x", count: 20_000))</var>"#
        let rules = (100..<200).map {
            Self.rule($0, "<match>\(String(repeating: "$A|", count: 12))</match>")
        }

        let found = Self.findings(variable + rules.joined())

        #expect(found.map(\.code) == ["malformed-xml"])
        #expect(found.first?.message == "variables put more than 16 MiB into the file")
    }

    @Test("checking reports mistakes and findings together")
    func together() {
        let codes = Self.codes(
            Self.rule(100, "<matchh>a</matchh>") + Self.rule(101, "<match>\\d</match>")
        )

        #expect(codes == ["unknown-option", "suspicious-pattern"])
    }

    @Test("a technique that nobody knows is told, and one that is known is not")
    func techniques() {
        func codes(_ id: String) -> [String] {
            Self.codes(Self.rule(100, "<match>a</match><mitre><id>\(id)</id></mitre>"))
        }

        #expect(codes("T9999") == ["unknown-technique"])
        #expect(codes("T1110.001") == [])
    }
}
