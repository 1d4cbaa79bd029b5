// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import JagaTesting
import Testing

@Suite("Memory over restarts and reloads")
struct StateTests {
    private static let decoders = #"""
        <decoder name="app"><program_name>^app$</program_name>
        <accumulate /></decoder>
        <decoder name="app-child"><parent>app</parent>
        <prematch>^\w+ </prematch>
        <regex>^(\S+) (\S+) (\S+)</regex><order>action,dstuser,srcip</order>
        <fts>name,dstuser</fts></decoder>
        <decoder name="cmd"><prematch>^output: </prematch></decoder>
        <decoder name="json"><prematch>^{\s*"</prematch>
        <plugin_decoder>JSON_Decoder</plugin_decoder><accumulate /></decoder>
        """#

    private static let rules =
        rule(100, "<decoded_as>app</decoded_as>")
        + rule(
            101,
            "<if_matched_sid>100</if_matched_sid><same_srcip />",
            level: 10,
            more: #"frequency="3" timeframe="60""#
        )
        + rule(102, "<if_sid>100</if_sid><match>^login</match><if_fts />", level: 4)
        + rule(103, "<if_sid>100</if_sid><match>^quiet</match>", level: 5, more: #"ignore="30""#)
        + rule(104, "<decoded_as>cmd</decoded_as><check_diff />", level: 7)
        + rule(105, "<decoded_as>json</decoded_as><user>ann</user>")
        + rule(
            106,
            "<if_matched_group>local</if_matched_group><different_user />",
            level: 11,
            more: #"frequency="6" timeframe="90""#
        )

    private static func fixture(_ rules: String = Self.rules) throws -> Fixture {
        try Fixture(decoders: decoders, rules: rules)
    }

    private static func app(_ text: String) -> String { "Feb  1 10:00:00 h app: \(text)" }

    @Test("restarting anywhere never changes an alert", arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func restartAnywhere(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var whole = try Self.fixture()
        var cut = try Self.fixture()
        let fresh = cut.engine
        for step in 0..<120 {
            let line = Self.line(&random)
            let pause = Int64.random(in: 0...20, using: &random)
            whole.now += pause
            cut.now += pause
            if Int.random(in: 0..<4, using: &random) == 0 {
                let snapshot = cut.engine.snapshot()
                let offset = cut.engine.alertOffset
                cut.engine = fresh
                let restoration = cut.engine.restore(snapshot, at: cut.time)
                cut.engine.alertOffset = offset
                #expect(restoration.refusal == nil)
            }

            let expected = whole.alerts(of: [line])
            let alerts = cut.alerts(of: [line])

            #expect(alerts == expected, "seed \(seed), step \(step): \(line)")
        }
    }

    private static func line(_ random: inout SeededGenerator) -> String {
        let user = ["ann", "bob", "eve"].randomElement(using: &random) ?? ""
        let address = ["10.0.0.1", "10.0.0.2"].randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return app("login \(user) \(address)")
        case 1: return app("quiet \(user) \(address)")
        case 2: return "output: \(Int.random(in: 0..<2, using: &random))"
        case 3: return #"{"id":"7","dstuser":"ann"}"#
        case 4: return #"{"id":"7"}"#
        default: return app("fail \(user) \(address)")
        }
    }

    @Test("a reload keeps what was counted for rules that are the same")
    func reload() throws {
        let added = rule(200, "<if_sid>100</if_sid><match>never</match>")
        var old = try Self.fixture()
        #expect(
            old.rules(of: Array(repeating: Self.app("fail ann 10.0.0.1"), count: 2)) == "100 100"
        )
        var new = try Self.fixture(Self.rules + added)

        let restoration = new.engine.takeOver(from: old.engine, at: new.time)

        #expect(restoration.events == 2)
        #expect(restoration.eventsOfOtherRules == 0)
        #expect(new.rules(of: [Self.app("fail ann 10.0.0.1")]) == "101")
    }

    @Test("a reload forgets what was counted for a rule that changed")
    func changedRule() throws {
        var old = try Self.fixture()
        #expect(
            old.rules(of: Array(repeating: Self.app("fail ann 10.0.0.1"), count: 2)) == "100 100"
        )
        let changed = Self.rules.replacing(
            #"<decoded_as>app</decoded_as>"#,
            with: #"<decoded_as>app</decoded_as><match>fail</match>"#
        )
        var new = try Self.fixture(changed)

        let restoration = new.engine.takeOver(from: old.engine, at: new.time)

        #expect(restoration.events == 0)
        #expect(restoration.eventsOfOtherRules == 2)
        #expect(new.rules(of: [Self.app("fail ann 10.0.0.1")]) == "100")
    }

    @Test("events that no rule looks back to are left out")
    func expired() throws {
        var old = try Self.fixture()
        _ = old.rules(of: [Self.app("fail ann 10.0.0.1")])
        var new = try Self.fixture()
        new.now += 91

        let restoration = new.engine.restore(old.engine.snapshot(), at: new.time)

        #expect(restoration.events == 0)
        #expect(restoration.expiredEvents == 1)
    }

    @Test("every damaged byte is noticed, and nothing is taken over")
    func damaged() throws {
        var old = try Self.fixture()
        _ = old.rules(of: [
            Self.app("login ann 10.0.0.1"), "output: 1", #"{"id":"7","dstuser":"a"}"#,
        ])
        let snapshot = old.engine.snapshot()
        let fresh = try Self.fixture()

        for place in snapshot.indices {
            var damaged = snapshot
            damaged[place] ^= 0x41
            var engine = fresh.engine
            let restoration = engine.restore(damaged, at: fresh.time)

            #expect(restoration.refusal != nil, "byte \(place)")
            #expect(engine.counters.rememberedEvents == 0)
        }
    }

    @Test(
        "what is no snapshot says why",
        arguments: [
            ("", "the file is no snapshot of an engine"),
            ("JAGA-STATE", "the file is no snapshot of an engine"),
            ("JAGA-STATE\u{4}01234567", "the snapshot is of another version of Jaga"),
            ("JAGA-STATE\u{3}01234567abc", "the snapshot is damaged"),
        ]
    )
    func foreign(text: String, refusal: String) throws {
        var fixture = try Self.fixture()

        let restoration = fixture.engine.restore(Array(text.utf8), at: fixture.time)

        #expect(restoration.refusal == refusal)
    }

    @Test("a snapshot cut short is refused")
    func cutShort() throws {
        var old = try Self.fixture()
        _ = old.rules(of: [Self.app("fail ann 10.0.0.1")])
        let snapshot = old.engine.snapshot()
        var fixture = try Self.fixture()

        for count in 0..<snapshot.count {
            let restoration = fixture.engine.restore(Array(snapshot[..<count]), at: fixture.time)
            #expect(restoration.refusal != nil)
        }
    }

    @Test("counters tell what memory holds and what it let go")
    func counters() throws {
        var fixture = try Self.fixture()
        _ = fixture.rules(of: [Self.app("login ann 10.0.0.1"), #"{"id":"7","dstuser":"ann"}"#])
        #expect(fixture.engine.counters.rememberedKeys == 1)
        #expect(fixture.engine.counters.openSessions == 1)
        #expect(fixture.engine.counters.rememberedEvents == 2)

        fixture.now += 91
        _ = fixture.rules(of: [Self.app("fail ann 10.0.0.1")])

        #expect(fixture.engine.counters.rememberedEvents == 1)
        #expect(fixture.engine.counters.forgottenForAge == 2)
    }
}
