// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import JagaTesting
import Testing

@Suite("Batches")
struct BatchTests {
    private static let rules =
        rule(100, "<decoded_as>app</decoded_as>")
        + rule(
            101,
            "<if_matched_sid>100</if_matched_sid><same_srcip />",
            level: 10,
            more: #"frequency="3" timeframe="60""#
        )
        + rule(102, "<if_sid>100</if_sid><match>^quiet</match>", level: 5, more: #"ignore="30""#)
        + rule(103, "<decoded_as>json</decoded_as>")
        + rule(
            104,
            "<if_matched_group>local</if_matched_group><different_srcip />",
            level: 11,
            more: #"frequency="5" timeframe="20""#
        )

    private static let lines: [String] = (0..<60).map { number in
        let address = "10.0.0.\(number * 7 % 3)"
        switch number * 11 % 4 {
        case 0: return #"{"srcip":"\#(address)","n":[\#(number)]}"#
        case 1: return "Feb  1 10:00:00 h app: quiet ann \(address)"
        case 2: return "unknown \(number)"
        default: return "Feb  1 10:00:00 h app: fail bob \(address)"
        }
    }

    /// The alerts of all lines, analysed in batches of these sizes.
    private static func alerts(cutAt cuts: Set<Int>) throws -> [UInt8] {
        var fixture = try Fixture(rules: rules)
        var output: [UInt8] = []
        var batch = EventBatch()
        for (index, line) in lines.enumerated() {
            let time = Timestamp(nanoseconds: (fixture.now + Int64(index)) * 1_000_000_000)
            batch.append([UInt8](line.utf8), from: fixture.source, at: time)
            guard cuts.contains(index) || index == lines.count - 1 else { continue }
            var alerts = AlertBatch()
            fixture.engine.analyze(batch, into: &alerts)
            output += alerts.bytes
            batch.removeAll()
        }
        return output
    }

    @Test("the alert of an event that was cut says so, that of a whole one does not")
    func truncated() throws {
        var fixture = try Fixture(rules: Self.rules)
        let line = [UInt8]("Feb  1 10:00:00 h app: fail bob 10.0.0.1".utf8)
        let time = Timestamp(nanoseconds: fixture.now * 1_000_000_000)
        var output = ""
        for sequence: UInt64 in [0, 17] {
            var batch = EventBatch()
            batch.firstSequence = sequence
            batch.append(line, from: fixture.source, at: time, isTruncated: true)
            batch.append(line, from: fixture.source, at: time)
            var alerts = AlertBatch()
            fixture.engine.analyze(batch, into: &alerts)
            output += String(decoding: alerts.bytes, as: UTF8.self)
        }

        let lines = output.split(separator: "\n")
        try #require(lines.count == 4)
        #expect(lines[0].hasSuffix(#","jaga":{"truncated":true}}"#))
        #expect(!lines[1].contains("jaga"))
        #expect(lines[2].hasSuffix(#","jaga":{"truncated":true,"sequence":17}}"#))
        #expect(lines[3].hasSuffix(#","jaga":{"sequence":18}}"#))
    }

    @Test("events give the same alerts in one batch, each alone, and cut anywhere")
    func cuts() throws {
        let whole = try Self.alerts(cutAt: [])

        #expect(whole.split(separator: UInt8(ascii: "\n")).count == 45)
        #expect(try Self.alerts(cutAt: Set(Self.lines.indices)) == whole)
        for cut in Self.lines.indices { #expect(try Self.alerts(cutAt: [cut]) == whole) }
    }

    @Test(
        "events give the same alerts however they are cut",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func randomCuts(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let cuts = Set(Self.lines.indices.filter { _ in Bool.random(using: &random) })

        #expect(try Self.alerts(cutAt: cuts) == (try Self.alerts(cutAt: [])), "seed \(seed)")
    }

    @Test("a copy of an engine goes on by itself")
    func copies() throws {
        var first = try Fixture(rules: Self.rules)
        _ = first.alerts(of: Array(Self.lines.prefix(30)))
        var second = first

        let rest = Array(Self.lines.dropFirst(30))
        #expect(first.alerts(of: rest) == second.alerts(of: rest))
    }
}

@Suite("Firewall events")
struct FirewallTests {
    private static let decoders = #"""
        <decoder name="fw"><prematch>^fw </prematch><type>firewall</type>
        <regex offset="after_prematch">^(\w+) (\w+) (\S+):(\d+) (\S+):(\d+)|^(\w+)</regex>
        <order>action,protocol,srcip,srcport,dstip,dstport</order></decoder>
        """#
    private static let rules = """
        <group name="f,"><rule id="3" level="0" noalert="1"><category>firewall</category>\
        <description>f</description></rule><rule id="100" level="4"><category>firewall</category>\
        <decoded_as>fw</decoded_as><description>fw</description></rule></group>
        """

    @Test("in the daemon no rule sees one that lacks a field, in logtest each does")
    func partial() throws {
        let whole = "fw drop TCP 10.0.0.1:1 10.0.0.2:2"
        var daemon = try Fixture(decoders: Self.decoders, rules: Self.rules)
        var session = try Fixture(
            decoders: Self.decoders,
            rules: Self.rules,
            mode: .session(alertLevel: 3)
        )

        #expect(daemon.rules(of: [whole, "fw drop"]) == "100 -")
        #expect(daemon.engine.counters.partialFirewallEvents == 1)
        #expect(session.rules(of: [whole, "fw drop"]) == "100 100")
    }
}
