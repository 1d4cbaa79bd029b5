// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Frequency rules")
struct CorrelationTests {
    private static let line = "Feb  1 10:00:00 h app: fail ann 10.0.0.1"

    private static func frequency(
        _ id: Int,
        _ options: String,
        level: Int = 10,
        _ more: String = #"frequency="4" timeframe="60""#
    ) -> String {
        rule(id, options, level: level, more: more)
    }

    private static let base = rule(100, "<decoded_as>app</decoded_as>")

    @Test("frequency 4 fires on the fourth event and then needs three fresh ones")
    func timeline() throws {
        var fixture = try Fixture(
            rules: Self.base + Self.frequency(101, "<if_matched_sid>100</if_matched_sid>")
        )

        let rules = fixture.rules(of: Array(repeating: Self.line, count: 12))

        #expect(rules == "100 100 100 101 100 100 100 101 100 100 100 101")
    }

    @Test("without frequency the second event fires")
    func absentFrequency() throws {
        let rule = Self.frequency(101, "<if_matched_sid>100</if_matched_sid>", #"timeframe="9""#)
        var fixture = try Fixture(rules: Self.base + rule)

        #expect(fixture.rules(of: Array(repeating: Self.line, count: 4)) == "100 101 101 101")
    }

    @Test("a frequency rule of level 0 never fires")
    func levelZero() throws {
        let rule = Self.frequency(101, "<if_matched_sid>100</if_matched_sid>", level: 0)
        var fixture = try Fixture(rules: Self.base + rule)

        #expect(fixture.rules(of: Array(repeating: Self.line, count: 5)) == "100 100 100 100 100")
    }

    @Test("an event at the timeframe's end counts, one second later it does not")
    func timeframe() throws {
        let rules = Self.base + Self.frequency(101, "<if_matched_sid>100</if_matched_sid>")
        for (seconds, last) in [(60, "101"), (61, "100")] as [(Int64, String)] {
            var fixture = try Fixture(rules: rules)

            #expect(fixture.rules(of: Array(repeating: Self.line, count: 3)) == "100 100 100")
            fixture.now += seconds
            #expect(fixture.rules(of: [Self.line]) == last)
        }
    }

    @Test("same_srcip counts one address only")
    func sameAddress() throws {
        var fixture = try Fixture(
            rules: Self.base
                + Self.frequency(101, "<if_matched_sid>100</if_matched_sid><same_srcip />")
        )
        let lines = ["1", "2", "1", "2", "1", "2", "1", "2"].map {
            "Feb  1 10:00:00 h app: fail ann 10.0.0.\($0)"
        }

        #expect(fixture.rules(of: lines) == "100 100 100 100 100 100 101 101")
    }

    @Test("same_srcip never counts events without an address")
    func missingAddress() throws {
        var fixture = try Fixture(
            rules: Self.base
                + Self.frequency(101, "<if_matched_sid>100</if_matched_sid><same_srcip />")
        )
        let lines = Array(repeating: "Feb  1 10:00:00 h app: nothing", count: 6)

        #expect(fixture.rules(of: lines) == "100 100 100 100 100 100")
    }

    @Test("different_user counts events of other users, and those without one")
    func differentUser() throws {
        var fixture = try Fixture(
            rules: Self.base
                + Self.frequency(
                    101,
                    "<if_matched_sid>100</if_matched_sid><different_user />",
                    #"frequency="3" timeframe="60""#
                )
        )
        let lines = ["fail ann 1", "fail ann 2", "fail ann 3", "x", "fail bob 1"].map {
            "Feb  1 10:00:00 h app: \($0)"
        }

        #expect(fixture.rules(of: lines) == "100 100 100 101 100")
    }

    @Test("same_field and different_field compare dynamic fields, missing ones never equal")
    func dynamicFields() throws {
        let base = rule(100, "<decoded_as>json</decoded_as>")
        let options = """
            <if_matched_sid>100</if_matched_sid><same_field>k</same_field>\
            <different_field>v</different_field>
            """
        var fixture = try Fixture(
            rules: base + Self.frequency(101, options, #"frequency="2" timeframe="60""#)
        )
        let lines = [
            #"{"k":"a","v":"1"}"#, #"{"k":"a","v":"1"}"#, #"{"k":"b","v":"2"}"#, #"{"v":"3"}"#,
            #"{"K":"a","v":"2"}"#,
        ]

        #expect(fixture.rules(of: lines) == "100 100 100 100 101")
    }

    @Test("events of other agents count only with global_frequency")
    func agents() throws {
        for (option, last) in [("", "100"), ("<global_frequency />", "101")] {
            var fixture = try Fixture(
                rules: Self.base
                    + Self.frequency(101, "<if_matched_sid>100</if_matched_sid>" + option)
            )
            #expect(fixture.rules(of: Array(repeating: Self.line, count: 3)) == "100 100 100")
            let agent = AgentIdentity(id: "004", name: "web1", address: "10.0.0.9")
            fixture.source = EventSource(agent: agent, location: "/var/log/app.log")

            #expect(fixture.rules(of: [Self.line]) == last)
        }
    }

    @Test("a group list takes an event once for each tree node of its rule")
    func groupListCountsNodes() throws {
        let two = rule(98, "<match>app|fail</match>") + rule(99, "<match>never</match>")
        let both = """
            <group name="failed,"><rule id="100" level="3"><if_sid>98, 99</if_sid>\
            <description>x</description></rule></group>
            """
        let matched = Self.frequency(
            101,
            "<if_matched_group>failed</if_matched_group><if_sid>98</if_sid>"
        )
        var fixture = try Fixture(rules: two + both + matched)

        // Each event counts twice, so the third is the fourth to be counted.
        #expect(fixture.rules(of: Array(repeating: Self.line, count: 3)) == "100 100 101")
    }

    @Test("an event that feeds a sid list feeds no group list")
    func sidListFirst() throws {
        let other = rule(102, "<if_sid>100</if_sid><match>never</match>")
        let never = Self.frequency(103, "<if_matched_sid>100</if_matched_sid><match>never</match>")
        let matched = Self.frequency(
            101,
            "<if_matched_group>local</if_matched_group><if_sid>100</if_sid>",
            #"frequency="2" timeframe="60""#
        )

        var alone = try Fixture(rules: Self.base + other + matched)
        #expect(alone.rules(of: [Self.line, Self.line]) == "100 101")
        var besides = try Fixture(rules: Self.base + never + matched)
        #expect(besides.rules(of: [Self.line, Self.line, Self.line]) == "100 100 100")
    }

    @Test("if_matched_regex searches the logs of all recent events of the category")
    func matchedRegex() throws {
        let matched = """
            <group name="local,"><rule id="101" level="10" frequency="3" timeframe="60">\
            <if_matched_regex>^fail \\w+ 10</if_matched_regex><match>ok</match>\
            <description>x</description></rule></group>
            """
        var fixture = try Fixture(rules: matched + rule(100, "<match>fail|ok</match>", level: 2))
        let lines = ["ok ann 1", "fail ann 10", "fail bob 10", "ok ann 2", "fail x 9"].map {
            "Feb  1 10:00:00 h app: \($0)"
        }

        #expect(fixture.rules(of: lines) == "100 100 100 101 100")
    }

    @Test("the alert quotes the earlier events, newest first, that of the match included")
    func previousOutput() throws {
        var fixture = try Fixture(
            rules: Self.base + Self.frequency(101, "<if_matched_sid>100</if_matched_sid>")
        )
        let lines = (1...4).map { "Feb  1 10:00:00 h app: fail u\($0) 10.0.0.1" }

        let alert = try #require(fixture.alerts(of: lines).last)

        let quoted = (1...3).reversed().map { "Feb  1 10:00:00 h app: fail u\($0) 10.0.0.1" }
        #expect(
            alert.contains(
                "\"previous_output\":\"" + quoted.joined(separator: "\\n") + "\",\"full_log\":"
            )
        )
    }

    @Test("one earlier event is not quoted")
    func singlePrevious() throws {
        var fixture = try Fixture(
            rules: Self.base
                + Self.frequency(
                    101,
                    "<if_matched_sid>100</if_matched_sid>",
                    #"frequency="2" timeframe="60""#
                )
        )

        let alert = try #require(fixture.alerts(of: [Self.line, Self.line]).last)

        #expect(alert.contains("\"id\":\"101\""))
        #expect(!alert.contains("previous_output"))
    }

    @Test("eleven earlier events are quoted at most")
    func previousLimit() throws {
        var fixture = try Fixture(
            rules: Self.base
                + Self.frequency(
                    101,
                    "<if_matched_sid>100</if_matched_sid>",
                    #"frequency="20" timeframe="60""#
                )
        )

        let alert = try #require(
            fixture.alerts(of: Array(repeating: Self.line, count: 20)).last
        )

        #expect(alert.contains("\"id\":\"101\""))
        #expect(alert.components(of: "fail ann 10.0.0.1") == 12)
    }

    @Test("a failing frequency child takes the quoted events from its parent")
    func failingChildErases() throws {
        let parent = Self.frequency(101, "<if_matched_sid>100</if_matched_sid>")
        let child = Self.frequency(
            102,
            "<if_sid>101</if_sid><if_matched_sid>101</if_matched_sid>",
            level: 12
        )

        var alone = try Fixture(rules: Self.base + parent)
        var both = try Fixture(rules: Self.base + parent + child)
        let lines = Array(repeating: Self.line, count: 4)

        #expect(try #require(alone.alerts(of: lines).last).contains("previous_output"))
        let alert = try #require(both.alerts(of: lines).last)
        #expect(alert.contains("\"id\":\"101\""))
        #expect(!alert.contains("previous_output"))
    }

    @Test("only so many events are remembered")
    func memory() throws {
        let rules =
            Self.base + rule(103, "<decoded_as>json</decoded_as>")
            + Self.frequency(101, "<if_matched_sid>100</if_matched_sid>")
        for (count, last) in [(8189, "101"), (8190, "100")] {
            var fixture = try Fixture(rules: rules)
            let others = Array(repeating: #"{"a":1}"#, count: count)

            _ = fixture.alerts(of: [Self.line, Self.line, Self.line] + others)

            #expect(fixture.engine.counters.rememberedEvents == 8192)
            #expect(fixture.rules(of: [Self.line]) == last)
        }
    }
}

extension String {
    /// How often another string occurs.
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: part) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
