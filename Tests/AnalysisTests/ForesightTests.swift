// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import FoundationEssentials
import JagaTesting
import Ruleset
import Testing

/// Analysis in turn with what other engines found ahead, against analysis by one
/// engine alone.
@Suite("Foresight")
struct ForesightTests {
    private static let decoders =
        Fixture.app
            + #"""
            <decoder name="fw"><prematch>^fw </prematch><type>firewall</type>
            <regex offset="after_prematch">^(\w+) (\w+) (\S+):(\d+) (\S+):(\d+)|^(\w+)</regex>
            <order>action,protocol,srcip,srcport,dstip,dstport</order></decoder>
            <decoder name="acc"><prematch>^acc </prematch><accumulate />
            <regex offset="after_prematch">^(\d+) (\S*)</regex><order>id,srcip</order></decoder>
            <decoder name="seen"><prematch>^seen </prematch><fts>name, srcip</fts>
            <regex offset="after_prematch">^(\S+)</regex><order>srcip</order></decoder>
            """#

    private static let rules =
        rule(100, "<decoded_as>app</decoded_as>")
        + rule(
            101,
            "<if_matched_sid>100</if_matched_sid><same_srcip />",
            level: 10,
            more: #"frequency="3" timeframe="60""#
        )
        + rule(102, "<if_sid>100</if_sid><match>quiet</match>", level: 5, more: #"ignore="5""#)
        + rule(103, "<decoded_as>json</decoded_as>")
        + rule(
            104,
            "<if_matched_group>local</if_matched_group><different_srcip />",
            level: 11,
            more: #"frequency="6" timeframe="20""#
        )
        + rule(105, "<decoded_as>seen</decoded_as><if_fts></if_fts>")
        + rule(106, "<decoded_as>acc</decoded_as><srcip>10.0.0.1</srcip>")
        + rule(107, "<match>output</match><check_diff />")
        + rule(108, "<match>ordinary</match><options>no_counter</options>")
        + rule(109, "<match>silent</match>", level: 0)
        + rule(110, "<match>noalert</match><options>no_log</options>", level: 6)

    private static func line(using random: inout SeededGenerator) -> String {
        let address = "10.0.0.\(Int.random(in: 0..<4, using: &random))"
        return switch Int.random(in: 0..<14, using: &random) {
        case 0: #"{"srcip":"\#(address)","n":[1,"\u00e9"],"docker":{"time":17}}"#
        case 1: #"{"user":"ann","a":{"b":{"c":"\#(address)"}},"A":1,"n":4294967296}"#
        case 2: "Feb  1 10:00:00 h app: quiet ann \(address)"
        case 3, 4: "Feb  1 10:00:00 h app: fail bob \(address)"
        case 5: "fw drop TCP \(address):1 10.0.0.2:2"
        case 6: "fw drop"
        case 7: "acc 7 \(Bool.random(using: &random) ? address : "")"
        case 8: "seen \(address)"
        case 9: "output \(address)"
        case 10: "ordinary \"\(address)\""
        case 11: "silent"
        case 12: "noalert \(address)"
        default: "unknown \(address)"
        }
    }

    private static func batches(seed: UInt64) throws -> (AnalysisEngine, [EventBatch]) {
        let fixture = try Fixture(decoders: decoders, rules: rules)
        var random = SeededGenerator(seed: seed)
        let agents = [AgentIdentity(id: "000", name: "mgr"), AgentIdentity(id: "007", name: "w")]
        let sources = agents.map { EventSource(agent: $0, location: "/var/log/\($0.id)") }
        var now = fixture.now
        var batches: [EventBatch] = []
        for _ in 0..<20 {
            var batch = EventBatch()
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                if Int.random(in: 0..<3, using: &random) == 0 { now += 1 }
                if Int.random(in: 0..<200, using: &random) == 0 { now += 3000 }
                let source = sources[Int.random(in: 0..<2, using: &random)]
                let time = Timestamp(nanoseconds: now * 1_000_000_000 + 5_000_000)
                batch.append([UInt8](line(using: &random).utf8), from: source, at: time)
            }
            batches.append(batch)
        }
        return (fixture.engine, batches)
    }

    /// The alerts and the counters of all batches; `shards` engines look ahead in
    /// turns, none for 1.
    private static func result(
        _ engine: AnalysisEngine,
        _ batches: [EventBatch],
        shards: Int
    ) -> (AlertBatch, AnalysisEngine.Counters, open: Int) {
        var engine = engine
        var ahead = Array(repeating: engine, count: shards)
        var alerts = AlertBatch()
        var open = 0
        for (index, batch) in batches.enumerated() {
            guard shards > 1 else {
                engine.analyze(batch, into: &alerts)
                continue
            }
            var foresight = Foresight()
            ahead[index % shards].foresee(batch, into: &foresight)
            open += foresight.openCount
            engine.analyze(batch, foreseen: foresight, into: &alerts)
        }
        return (alerts, engine.counters, open)
    }

    @Test(
        "the same events on one shard and on four give the same alerts",
        arguments: 1...30 as ClosedRange<UInt64>
    )
    func generated(seed: UInt64) throws {
        let (engine, batches) = try Self.batches(seed: seed)

        let (one, counted, _) = Self.result(engine, batches, shards: 1)
        let (four, countedByFour, open) = Self.result(engine, batches, shards: 4)

        #expect(one.bytes == four.bytes, "seed \(seed)")
        #expect(one.text == four.text, "seed \(seed)")
        #expect(one.entries.map(\.json) == four.entries.map(\.json), "seed \(seed)")
        #expect(one.entries.map(\.description) == four.entries.map(\.description))
        #expect(one.entries.map(\.sourceAddress) == four.entries.map(\.sourceAddress))
        #expect(one.entries.map(\.ruleID) == four.entries.map(\.ruleID))
        #expect(one.entries.map(\.event) == four.entries.map(\.event))
        #expect(counted == countedByFour, "seed \(seed)")
        #expect(one.entries.count > 40, "seed \(seed)")
        let events = batches.reduce(0) { $0 + $1.entries.count }
        #expect(open > 0 && open < events, "seed \(seed): \(open) of \(events)")
    }

    @Test("what a shard saw changes nothing of what another finds")
    func order() throws {
        let (engine, batches) = try Self.batches(seed: 99)
        var ahead = engine
        var (first, again) = (Foresight(), Foresight())
        ahead.foresee(batches[0], into: &first)
        for batch in batches { ahead.foresee(batch, into: &again) }

        ahead.foresee(batches[0], into: &again)

        var (one, two) = (engine, engine)
        var (alerts, others) = (AlertBatch(), AlertBatch())
        one.analyze(batches[0], foreseen: first, into: &alerts)
        two.analyze(batches[0], foreseen: again, into: &others)
        #expect(alerts.bytes == others.bytes)
        #expect(first.openCount == again.openCount)
    }

    @Test("a logtest session allows none")
    func sessions() throws {
        let fixture = try Fixture(
            decoders: Self.decoders,
            rules: Self.rules,
            mode: .session(alertLevel: 3)
        )

        #expect(!fixture.engine.allowsForesight)
    }

    @Test(
        "events of the development sessions give the same alerts on four shards",
        .enabled(if: TestData.folder != nil, "\(TestData.absence)")
    )
    func sessionEvents() throws {
        let ruleset = try #require(StockRuleset.sessions)
        let engine = AnalysisEngine(ruleset: ruleset, configuration: .init(managerName: "mgr"))
        let source = EventSource(agent: AgentIdentity(id: "000", name: "mgr"), location: "stdin")
        var batches: [EventBatch] = []
        var now: Int64 = 1_769_940_000
        for log in try Self.sessionLogs() {
            if batches.last.map({ $0.entries.count >= 50 }) ?? true { batches.append(EventBatch()) }
            now += 1
            batches[batches.count - 1].append(
                [UInt8](log.utf8),
                from: source,
                at: Timestamp(nanoseconds: now * 1_000_000_000)
            )
        }
        try #require(batches.count > 8)

        let (one, counted, _) = Self.result(engine, batches, shards: 1)
        let (four, countedByFour, _) = Self.result(engine, batches, shards: 4)

        #expect(one.bytes == four.bytes)
        #expect(counted == countedByFour)
    }

    private struct Record: Decodable {
        struct Line: Decodable {
            let log: String
        }

        let logs: [Line]
    }

    private static func sessionLogs() throws -> [String] {
        let name = "ruleset-tests/dev.wazuh-ruleset-tests.jsonl"
        let bytes = try #require(TestData.bytes(name))
        return try bytes.split(separator: UInt8(ascii: "\n")).flatMap { line in
            try JSONDecoder().decode(Record.self, from: Data(line)).logs.map(\.log)
        }
    }
}
