// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Archives")
struct ArchiveTests {
    @Test("everything that was read has a record, with or without a rule")
    func everyEvent() throws {
        var fixture = try Fixture(
            rules: rule(100, "<decoded_as>json</decoded_as><field name=\"a\">^1$</field>")
                + rule(101, "<decoded_as>json</decoded_as><field name=\"a\">^2$</field>", level: 0)
        )

        let records = fixture.archives(of: [#"{"a":"1"}"#, #"{"a":"2"}"#, "nothing known"]).records

        try #require(records.count == 3)
        #expect(records[0].contains(#""rule":{"level":3,"description":"rule 100","id":"100""#))
        #expect(records[0].contains(#""data":{"a":"1"}"#))
        // A rule of level 0 is no rule of a record.
        #expect(!records[1].contains(#""rule""#))
        #expect(records[1].contains(#""data":{"a":"2"}"#))
        #expect(!records[2].contains(#""rule""#))
        #expect(records[2].contains(#""full_log":"nothing known""#))
        #expect(records[2].contains(#""location":"/var/log/app.log""#))
    }

    @Test("a record has the event's text also where the alert leaves it out")
    func text() throws {
        var fixture = try Fixture(
            rules: rule(100, "<decoded_as>json</decoded_as><options>no_full_log</options>")
        )

        let (alerts, records) = fixture.archives(of: [#"{"a":"1"}"#])

        #expect(records.count == 1 && records[0].contains("full_log"))
        #expect(alerts.count == 1 && !alerts[0].contains("full_log"))
    }

    @Test("alerts are the same with archives as without")
    func sameAlerts() throws {
        let text = rule(100, "<decoded_as>json</decoded_as>")
        var without = try Fixture(rules: text)
        var with = try Fixture(rules: text)
        let lines = (0..<20).map { "{\"a\":\"\($0)\"}" }

        let expected = without.alerts(of: lines)
        let seen = with.archives(of: lines).alerts

        #expect(expected.count == 20)
        #expect(seen == expected)
    }
}
