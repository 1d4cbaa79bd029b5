// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset
import Testing

/// What alerts say of Sigma rules.
struct SigmaRuleTests {
    @Test("a rule's texts become those of its alert")
    func texts() throws {
        let text = """
            title: Shell in a Container
            id: 6F2A1C7E-9D40-4B53-8E61-0C5D9A7B3E12
            logsource: {product: linux, service: sshd}
            tags: [attack.execution, attack.t1059.004, attack.t9999, cve.2021-44228]
            detection: {s: {a: b}, condition: s}
            level: high
            """

        let loading = load(sigma: [text])

        #expect(loading.diagnostics.isEmpty)
        let rule = try #require(loading.sigmaRules.first)
        #expect(rule.description.raw == "Shell in a Container")
        #expect(rule.level == 12)
        #expect(rule.metadata.groups == ["sigma", "linux", "sshd"])
        #expect(rule.metadata.mitre?.ids == ["T1059.004"])
        #expect(rule.metadata.mitre?.tactics == ["Execution"])
        #expect(rule.metadata.cve == "CVE-2021-44228")
        #expect(rule.metadata.info == "sigma 6f2a1c7e-9d40-4b53-8e61-0c5d9a7b3e12")
        #expect(rule.location.file == "s1.yml")
        #expect(rule.location.line == 1)
        #expect(rule.location.column == 8)
    }

    @Test(
        "a level is one of Wazuh's",
        arguments: [
            ("level: informational", 3), ("level: low", 5), ("level: medium", 8),
            ("level: high", 12), ("level: critical", 14), ("", 8),
        ]
    )
    func level(_ line: String, _ level: Int) {
        #expect(load(sigma: [sigmaRule(more: line)]).sigmaRules.map(\.level) == [level])
    }

    @Test("a title's variables are no variables")
    func plainTitle() throws {
        let rule = try #require(load(sigma: [sigmaRule(title: "Use of $(curl)")]).sigmaRules.first)

        #expect(rule.description.raw == "Use of $(curl)")
        #expect(rule.description.parts.count == 1)
    }

    @Test("several documents of a file are several rules")
    func documents() {
        let first = sigmaRule(id: "a")
        let second = sigmaRule(title: "Another", id: "b")

        let loading = load(sigma: ["---\n\(first)\n---\n\(second)\n---\n"])

        #expect(loading.faults == [])
        #expect(loading.sigmaRules.map(\.description.raw) == ["A rule", "Another"])
    }

    @Test("rules of greater level come first")
    func order() {
        let low = sigmaRule(title: "Low", id: "a", more: "level: low")
        let high = sigmaRule(title: "High", id: "b", more: "level: high")

        #expect(load(sigma: [low, high]).sigmaRules.map(\.description.raw) == ["High", "Low"])
    }

    // MARK: Numbers

    @Test("a number comes from the rule's id and never changes")
    func number() {
        #expect(load(sigma: [sigmaRule()]).sigmaRules.map(\.id) == [932_002])
    }

    @Test("a rule can fix its number")
    func fixedNumber() {
        #expect(
            load(sigma: [sigmaRule(more: "jaga: {id: 100200}")]).sigmaRules.map(\.id) == [100_200]
        )
    }

    @Test("a fixed number of an XML rule is a mistake")
    func takenNumber() {
        let loading = load(sigma: [sigmaRule(more: "jaga: {id: 4}")])

        #expect(loading.ruleset == nil)
        #expect(loading.faults == ["duplicate-rule 5:12"])
    }

    @Test("of two rules with one number the smaller id keeps it, in any order of files")
    func collision() {
        // Both ids give 917607.
        let first = sigmaRule(title: "First", id: "r1236")
        let second = sigmaRule(title: "Second", id: "r1900")
        func numbers(_ files: [String]) -> [String: Int] {
            let rules = load(sigma: files).sigmaRules
            return Dictionary(uniqueKeysWithValues: rules.map { ($0.description.raw, $0.id) })
        }

        #expect(numbers([first, second]) == numbers([second, first]))
        #expect(load(sigma: [first, second]).faults == ["(duplicate-rule 1:8)"])
    }

    @Test("a number that an XML rule has is passed over")
    func collisionWithXML() {
        let loading = load(sigma: [sigmaRule()], rules: rule(932_002, "<match>x</match>"))

        #expect(loading.sigmaRules.map(\.id) == [932_003])
        #expect(loading.faults == ["(duplicate-rule 1:8)"])
    }

    @Test("a rule that was loaded already is skipped")
    func twice() {
        let loading = load(sigma: [sigmaRule(), sigmaRule()])

        #expect(loading.counts.sigmaRules == 1)
        #expect(loading.counts.skippedRules == 1)
        #expect(loading.faults == ["(duplicate-rule 1:8)"])
    }

    // MARK: The XML rules beside them

    @Test("the tree of XML rules has no place for them")
    func tree() throws {
        let loading = load(sigma: [sigmaRule()], rules: rule(100, "<match>x</match>"))

        #expect(try #require(loading.ruleset).outline == "1[100] 4")
    }
}
