// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import Testing

@Suite("The tree of rules")
struct RuleTreeTests {
    private func outline(_ rules: String...) throws -> String {
        try #require(load(rules: rules).ruleset).outline
    }

    @Test("siblings stand by level, level 0 first, ties in load order")
    func order() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid>", level: 3),
            rule(101, "<if_sid>1</if_sid>", level: 10),
            rule(102, "<if_sid>1</if_sid>", level: 0),
            rule(103, "<if_sid>1</if_sid>", level: 3),
            rule(104, "<if_sid>1</if_sid>", level: 0),
            rule(105, "<if_sid>1</if_sid>", level: 16)
        )

        #expect(outline == "1[102 104 105 101 100 103] 4")
    }

    @Test("accuracy 0 puts a rule behind its siblings")
    func accuracy() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid>", level: 10, more: "accuracy=\"0\""),
            rule(101, "<if_sid>1</if_sid>", level: 1),
            rule(102, "<if_sid>1</if_sid>", level: 0, more: "accuracy=\"0\"")
        )

        #expect(outline == "1[101 102 100] 4")
    }

    @Test("a rule without a parent goes under the first top-level rule of its category")
    func category() throws {
        let outline = try outline(
            rule(100, "<match>a</match>"),
            rule(101, "<category>web-log</category><match>a</match>"),
            rule(102, "<category>squid</category><match>a</match>")
        )

        #expect(outline == "1[100] 4[101]")
    }

    @Test("ids below 10 are top-level rules of their category")
    func topLevel() throws {
        let ruleset = try #require(
            load(rules: [rule(7, "<category>ossec</category><if_sid>1</if_sid>")]).ruleset
        )

        #expect(ruleset.outline == "1 4 7")
        #expect(ruleset.roots.map(\.count) == [1, 0, 0, 1, 0, 0, 1, 0])
    }

    @Test("if_sid lists several parents and reaches every copy of each")
    func copies() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid>"),
            rule(101, "<if_sid>1</if_sid>"),
            rule(102, "<if_sid>100, 101</if_sid>"),
            rule(103, "<if_sid>102</if_sid>")
        )

        #expect(outline == "1[100[102[103]] 101[102[103]]] 4")
    }

    @Test("a copy behind its namesake in a list of siblings is not found")
    func hiddenCopies() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid>"),
            rule(101, "<if_sid>1, 100</if_sid>", level: 5),
            rule(102, "<if_sid>101</if_sid>")
        )

        // Under 1 stands 101 before 100, so the walk ends before 100 is entered.
        #expect(outline == "1[101[102] 100[101]] 4")
    }

    @Test("if_sid comes before if_level, and that before if_group")
    func precedence() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid>", level: 5),
            rule(101, "<if_sid>100</if_sid><if_level>4</if_level><if_group>test</if_group>"),
            rule(102, "<if_level>6</if_level><if_group>test</if_group>")
        )

        #expect(outline == "1[100[101] 102] 4[102]")
    }

    @Test("if_level goes under every node of the level or above, and of level 0")
    func level() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid>", level: 5),
            rule(101, "<if_sid>1</if_sid>", level: 4),
            rule(102, "<if_level>5</if_level>", level: 7)
        )

        #expect(outline == "1[102 100[102] 101] 4[102]")
    }

    @Test("if_group searches words in the groups of the rules so far")
    func group() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid><group>web_scan,</group>"),
            rule(101, "<if_sid>1</if_sid><group>mail,</group>"),
            rule(102, "<if_group>WEB</if_group>"),
            rule(103, "<if_sid>1</if_sid><group>web_late,</group>")
        )

        #expect(outline == "1[100[102] 101 103] 4")
    }

    @Test("if_matched_sid and if_matched_group stand for if_sid and if_group")
    func derived() throws {
        let outline = try outline(
            rule(100, "<if_sid>1</if_sid><group>probe,</group>"),
            rule(101, "<if_matched_sid>100</if_matched_sid>", level: 10),
            rule(102, "<if_matched_group>probe</if_matched_group>", level: 9),
            rule(103, "<if_matched_sid>100</if_matched_sid><if_sid>1</if_sid>", level: 8)
        )

        #expect(outline == "1[103 100[101 102]] 4")
    }

    @Test("a rule that cannot be placed is skipped, with its children")
    func skipped() throws {
        let loading = load(rules: [
            rule(100, "<if_sid>99</if_sid>"),
            rule(101, "<if_sid>100</if_sid>"),
            rule(102, "<if_sid>1</if_sid>"),
        ])

        #expect(loading.ruleset?.outline == "1[102] 4")
        #expect(loading.faults == ["(unknown-rule 1:55)", "(unknown-rule 1:55)"])
        #expect(loading.diagnostics.last?.hint == "rule 100 was skipped, see its warning")
        #expect(loading.counts.rules == 3)
        #expect(loading.counts.skippedRules == 2)
    }

    @Test("rules that double the tree end at a limit instead of filling the memory")
    func nodeLimit() throws {
        let doubling = (100..<140).map { rule($0, "<if_level>1</if_level>", level: 5) }

        let loading = load(rules: doubling)

        // 2 templates doubled 16 times are 131,072 nodes.
        let ruleset = try #require(loading.ruleset)
        #expect(ruleset.nodes.count == 131_072)
        #expect(loading.counts.skippedRules == 24)
        #expect(Set(loading.faults) == ["(tree-too-large 1:21)"])
    }

    @Test("rules below each other end at a depth that matching can go down")
    func depthLimit() throws {
        let chain = (100..<300).map { rule($0, "<if_sid>\($0 == 100 ? 1 : $0 - 1)</if_sid>") }

        let loading = load(rules: chain)

        #expect(loading.ruleset?.rule(id: 227) != nil)
        #expect(loading.ruleset?.rule(id: 228) == nil)
        #expect(loading.counts.skippedRules == 72)
    }

    @Test("of several parents those that are there are taken")
    func someParents() throws {
        let loading = load(rules: [rule(100, "<if_sid>99,1</if_sid>")])

        #expect(loading.ruleset?.outline == "1[100] 4")
        #expect(loading.faults == ["(unknown-rule 1:55)"])
    }
}
