// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import Testing

@Suite("overwrite")
struct OverwriteTests {
    @Test("replaces everything but the rule's place and its children")
    func replaces() throws {
        let ruleset = try #require(
            load(rules: [
                rule(100, "<if_sid>1</if_sid><match>a</match><url>b</url>", level: 10),
                rule(101, "<if_sid>1</if_sid>", level: 8),
                rule(102, "<if_sid>100</if_sid>"),
                rule(
                    100,
                    "<if_sid>4</if_sid><match>c</match><group>new,</group>",
                    level: 0,
                    more: "overwrite=\"yes\" ignore=\"60\""
                ),
            ]).ruleset
        )

        let changed = try #require(ruleset.rule(id: 100))
        #expect(ruleset.outline == "1[100[102] 101] 4")
        #expect(changed.level == 0)
        #expect(changed.conditions.count == 1)
        #expect(changed.ignoreSeconds == 60)
        #expect(changed.groupText == "test,new,")
    }

    @Test("keeps the list that a correlation searches, and says so when it should change")
    func keepsList() throws {
        let loading = load(rules: [
            rule(100, "<if_sid>1</if_sid>"),
            rule(101, "<if_sid>1</if_sid>"),
            rule(102, "<if_matched_sid>100</if_matched_sid>", more: "frequency=\"3\""),
            rule(
                102,
                "<if_matched_sid>101</if_matched_sid><same_srcip/>",
                more: "frequency=\"5\" overwrite=\"yes\""
            ),
        ])
        let ruleset = try #require(loading.ruleset)

        let correlation = try #require(ruleset.rule(id: 102)?.correlation)
        #expect(loading.faults == ["(fixed-by-overwrite 1:21)"])
        #expect(ruleset.rule(id: 100)?.feedsSidList == 0)
        #expect(ruleset.rule(id: 101)?.feedsSidList == nil)
        #expect(correlation.frequency == 5)
        #expect(correlation.same == [.fixed(.srcip)])
    }

    @Test("without if_matched takes the correlation away")
    func endsCorrelation() throws {
        let loading = load(rules: [
            rule(100, "<if_sid>1</if_sid>"),
            rule(101, "<if_matched_sid>100</if_matched_sid>"),
            rule(101, "<match>a</match>", more: "overwrite=\"yes\""),
        ])

        let changed = try #require(loading.ruleset?.rule(id: 101))
        #expect(changed.correlation == nil)
        #expect(changed.metadata.frequency == nil)
        #expect(loading.faults.isEmpty)
    }

    @Test("a second rule of an id without it is skipped")
    func duplicate() {
        let loading = load(rules: [
            rule(100, "<if_sid>1</if_sid>", level: 3),
            rule(100, "<if_sid>1</if_sid>", level: 7),
        ])

        #expect(loading.faults == ["(duplicate-rule 1:21)"])
        #expect(loading.ruleset?.rule(id: 100)?.level == 3)
    }

    @Test("a skipped one leaves the rule as it was")
    func skipped() {
        let loading = load(rules: [
            rule(100, "<if_sid>1</if_sid>", level: 3),
            rule(100, "<list field=\"url\">x/y</list>", level: 7, more: "overwrite=\"yes\""),
        ])

        #expect(loading.faults == ["(unknown-list 1:80)"])
        #expect(loading.ruleset?.rule(id: 100)?.level == 3)
    }
}
