// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import Testing

@Suite("Correlation rules")
struct CorrelationTests {
    @Test("rules that reference one id share its list; frequency 2 and 360 s are usual")
    func sidLists() throws {
        let ruleset = try #require(
            load(rules: [
                rule(100, "<if_sid>1</if_sid>"),
                rule(101, "<if_sid>1</if_sid>"),
                rule(200, "<if_matched_sid>100</if_matched_sid>"),
                rule(
                    201,
                    "<if_matched_sid>100</if_matched_sid>",
                    more: "frequency=\"8\" timeframe=\"90\""
                ),
                rule(202, "<if_matched_sid>101</if_matched_sid>"),
            ]).ruleset
        )

        #expect(ruleset.sidListCount == 2)
        #expect(ruleset.rule(id: 100)?.feedsSidList == 0)
        #expect(ruleset.rule(id: 101)?.feedsSidList == 1)
        #expect(ruleset.rule(id: 200)?.correlation?.frequency == 2)
        #expect(ruleset.rule(id: 200)?.correlation?.timeframe == 360)
        #expect(ruleset.rule(id: 200)?.metadata.frequency == 2)
        #expect(ruleset.rule(id: 201)?.correlation?.frequency == 8)
        #expect(ruleset.rule(id: 201)?.correlation?.timeframe == 90)
        for (id, list) in [(200, 0), (201, 0), (202, 1)] {
            guard case .sid(list) = ruleset.rule(id: id)?.correlation?.source else {
                Issue.record("rule \(id) does not search list \(list)")
                continue
            }
        }
    }

    @Test("a group list is fed once for each node of each rule so far, its own included")
    func groupLists() throws {
        let ruleset = try #require(
            load(rules: [
                rule(100, "<if_sid>1</if_sid>"),
                rule(101, "<if_sid>1,4</if_sid><group>scan,</group>"),
                rule(
                    200,
                    "<if_matched_group>^test,scan</if_matched_group><group>scan,</group>"
                ),
                rule(102, "<if_sid>1</if_sid><group>scan,</group>"),
            ]).ruleset
        )

        #expect(ruleset.groupListCount == 1)
        #expect(ruleset.rule(id: 100)?.feedsGroupLists == [])
        #expect(ruleset.rule(id: 101)?.feedsGroupLists == [0, 0])
        // `^` is literal in no group's text: if_group finds the prefix, twice.
        #expect(ruleset.rule(id: 200)?.feedsGroupLists == [0, 0])
        #expect(ruleset.rule(id: 102)?.feedsGroupLists == [])
    }

    @Test("what events are compared by is read from all its spellings")
    func comparisons() throws {
        let options = """
            <if_matched_regex>fail</if_matched_regex><SAME_SOURCE_IP/><same_id/>\
            <not_same_user/><different_url/><same_location/><same_field>a.b</same_field>\
            <not_same_field>c</not_same_field><global_frequency/>
            """

        let ruleset = try #require(load(rules: [rule(100, options)]).ruleset)

        let correlation = try #require(ruleset.rule(id: 100)?.correlation)
        #expect(correlation.same == [.fixed(.srcip), .fixed(.id), .location])
        #expect(correlation.different == [.fixed(.dstuser), .fixed(.url)])
        #expect(correlation.sameFields.map { ruleset.fieldNames.names[Int($0.index)] } == ["a.b"])
        #expect(correlation.differentFields.count == 1)
        #expect(correlation.countsAllAgents)
    }
}
