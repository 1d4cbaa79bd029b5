// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

/// Rules that count events or values.
struct SigmaCorrelationTests {
    private static func rules(_ correlation: String, more: String = "") -> String {
        """
        title: Base
        name: base
        logsource: {product: linux}
        detection: {s: {e: fail}, condition: s}
        ---
        title: Many
        level: high
        \(more)
        correlation:
          rules: [base]
          \(correlation)
        """
    }

    private static func event(_ user: String, _ address: String = "1.1.1.1") -> String {
        #"{"e":"fail","user_name":"\#(user)","ip":"\#(address)"}"#
    }

    @Test("an event_count fires at its number, by group, and then begins anew")
    func eventCount() throws {
        var fixture = try SigmaFixture(
            Self.rules(
                "{type: event_count, timespan: 60s, group-by: [ip], condition: {gte: 3}}".flattened
            )
        )

        let titles = ["a", "b", "b", "a", "a", "a", "b"].map { fixture.titles(Self.event("u", $0)) }

        #expect(titles == [[], [], [], [], ["Many"], [], ["Many"]])
    }

    @Test("events that are older than the timespan do not count")
    func timespan() throws {
        var fixture = try SigmaFixture(
            Self.rules(
                "{type: event_count, timespan: 1m, group-by: [ip], condition: {gt: 1}}".flattened
            )
        )

        #expect(fixture.titles(Self.event("u")) == [])
        fixture.now += 61
        #expect(fixture.titles(Self.event("u")) == [])
        fixture.now += 60
        #expect(fixture.titles(Self.event("u")) == ["Many"])
    }

    @Test("what is counted survives a restart, event for event and value for value")
    func restart() throws {
        for correlation in [
            "{type: event_count, timespan: 60s, group-by: [ip], condition: {gte: 3}}",
            "{type: value_count, timespan: 60s, group-by: [ip], condition: {gte: 3, field: user_name}}",
        ] {
            let rules = Self.rules(correlation.flattened)
            var first = try SigmaFixture(rules)
            _ = [("a", "1.1.1.1"), ("b", "1.1.1.1"), ("b", "1.1.1.1"), ("a", "2.2.2.2")]
                .dropLast(correlation.contains("event_count") ? 2 : 0)
                .map { first.titles(Self.event($0.0, $0.1)) }

            var second = try SigmaFixture(rules)
            let restored = second.engine.restore(first.engine.snapshot(), at: second.time)

            #expect(restored.refusal == nil)
            #expect(second.titles(Self.event("a", "3.3.3.3")) == [])
            #expect(second.titles(Self.event("c")) == ["Many"])
            #expect(second.titles(Self.event("c")) == [])
        }
    }

    @Test("after a reload a correlation goes on when it and what it counts are the same")
    func reload() throws {
        let correlation =
            "{type: event_count, timespan: 60s, group-by: [ip], condition: {gte: 2}}".flattened
        let other =
            "title: Other\nlogsource: {product: linux}\ndetection: {s: {e: x}, condition: s}\n---\n"
        let rules = Self.rules(correlation)
        let cases = [
            (other + rules, ["Many"]),
            (rules.replacing("e: fail", with: "e: f*"), []),
            (rules.replacing("level: high", with: "level: low"), []),
            (rules.replacing("timespan: 60s", with: "timespan: 61s"), []),
        ]
        for (next, titles) in cases {
            var first = try SigmaFixture(rules)
            _ = first.titles(Self.event("a"))

            var second = try SigmaFixture(next)
            second.engine.takeOver(from: first.engine, at: second.time)

            #expect(second.titles(Self.event("a")) == titles, "\(next)")
        }
    }

    @Test("what is too old is not taken over")
    func expired() throws {
        let rules = Self.rules(
            "{type: event_count, timespan: 60s, group-by: [ip], condition: {gte: 2}}".flattened
        )
        var first = try SigmaFixture(rules)
        _ = first.titles(Self.event("a"))
        var second = try SigmaFixture(rules)
        second.now += 61

        let restored = second.engine.restore(first.engine.snapshot(), at: second.time)

        #expect(restored.sigmaGroups == 0)
        #expect(second.titles(Self.event("a")) == [])
    }

    @Test("a value_count counts different values, ignoring case")
    func valueCount() throws {
        var fixture = try SigmaFixture(
            Self.rules(
                "{type: value_count, timespan: 1h, group-by: [ip], condition: {field: user_name, gte: 3}}"
                    .flattened
            )
        )

        let titles = ["a", "a", "A", "b", "b", "c", "c"].map { fixture.titles(Self.event($0)) }

        #expect(titles == [[], [], [], [], [], ["Many"], []])
    }

    @Test("an event without the field to group by is not counted")
    func missingField() throws {
        var fixture = try SigmaFixture(
            Self.rules(
                "{type: event_count, timespan: 1h, group-by: [nosuch], condition: {gte: 1}}"
                    .flattened
            )
        )

        #expect(fixture.titles(Self.event("u")) == [])
    }

    @Test("without group-by all events count together")
    func ungrouped() throws {
        var fixture = try SigmaFixture(
            Self.rules("{type: event_count, timespan: 1h, condition: {gte: 2}}".flattened)
        )

        #expect(fixture.titles(Self.event("u", "a")) == [])
        #expect(fixture.titles(Self.event("u", "b")) == ["Many"])
    }

    @Test("an exact number fires once and not for more")
    func exact() throws {
        var fixture = try SigmaFixture(
            Self.rules(
                "{type: event_count, timespan: 1h, group-by: [ip], condition: {eq: 2}}".flattened
            )
        )

        let titles = (0..<4).map { _ in fixture.titles(Self.event("u")) }

        #expect(titles == [[], ["Many"], [], []])
    }

    @Test("a counted rule alerts itself only when generate says so")
    func generate() throws {
        let correlation = "{type: event_count, timespan: 1h, group-by: [ip], condition: {gte: 2}}"
            .flattened
        var fixture = try SigmaFixture(Self.rules(correlation, more: "generate: true"))

        #expect(fixture.titles(Self.event("u")) == ["Base"])
        #expect(fixture.titles(Self.event("u")) == ["Base", "Many"])
    }

    @Test("aliases name a field for each rule, and an event that two rules take counts once")
    func aliases() throws {
        let text = """
            title: In
            name: in
            logsource: {product: linux}
            detection: {s: {e|startswith: i}, condition: s}
            ---
            title: Out
            name: out
            logsource: {product: linux}
            detection: {s: {e|endswith: o}, condition: s}
            ---
            title: Both
            correlation:
              type: event_count
              rules: [in, out]
              group-by: [host_ip]
              timespan: 1h
              condition: {gte: 2}
              aliases:
                host_ip: {in: dst, out: src}
            """
        var fixture = try SigmaFixture(text)

        #expect(fixture.titles(#"{"e":"i","dst":"7","src":"1"}"#) == [])
        #expect(fixture.titles(#"{"e":"o","dst":"7","src":"2"}"#) == [])
        #expect(fixture.titles(#"{"e":"o","dst":"9","src":"7"}"#) == ["Both"])
        #expect(fixture.titles(#"{"e":"io","dst":"4","src":"4"}"#) == [])
        #expect(fixture.titles(#"{"e":"io","dst":"4","src":"4"}"#) == ["Both"])
    }

    @Test("the alert of a correlation says its frequency")
    func frequency() throws {
        var fixture = try SigmaFixture(
            Self.rules(
                "{type: event_count, timespan: 1h, group-by: [ip], condition: {gte: 2}}".flattened
            )
        )

        let alerts = fixture.alerts([Self.event("u"), Self.event("u")])

        let entry = try #require(alerts.entries.first)
        let json = String(decoding: alerts.bytes[entry.json], as: UTF8.self)
        #expect(
            json.contains(
                #""frequency":2,"firedtimes":1,"mail":true,"groups":["sigma","correlation"]"#
            ),
            "\(json)"
        )
    }

    @Test("a flood of groups is bounded, and what is forgotten is counted", .timeLimit(.minutes(2)))
    func flood() throws {
        var fixture = try SigmaFixture(
            Self.rules(
                "{type: event_count, timespan: 1h, group-by: [ip], condition: {gte: 3}}".flattened
            )
        )

        for round in 0..<28 {
            fixture.now += 1
            _ = fixture.alerts((0..<10_000).map { Self.event("u", "\(round).\($0)") })
        }

        #expect(fixture.engine.counters.forgottenSigmaGroups > 100_000)
    }
}

extension String {
    /// The entries of a flow map on lines of their own, below `correlation`.
    fileprivate var flattened: String {
        var depth = 0
        var lines = ""
        for character in dropFirst().dropLast() {
            if "[{".contains(character) { depth += 1 }
            if "]}".contains(character) { depth -= 1 }
            if character == ",", depth == 0 {
                lines += "\n "
            } else {
                lines.append(character)
            }
        }
        return lines
    }
}
