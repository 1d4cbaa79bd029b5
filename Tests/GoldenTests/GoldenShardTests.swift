// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import JagaTesting
import Ruleset
import Testing

@Suite("golden cases on shards")
struct GoldenShardTests {
    @Test(
        "their events in any order give the same alerts on one shard and on four",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func shards(seed: UInt64) throws {
        let ruleset = try #require(try GoldenRuleset.shipped.get().ruleset)
        var generator = SeededGenerator(seed: seed)
        let lines = try GoldenCase.loaded.get().flatMap(\.inputs).shuffled(using: &generator)
        try #require(lines.count > 200)
        var one = AnalysisEngine(ruleset: ruleset, configuration: .init(managerName: "golden"))
        var four = one
        var ahead = Array(repeating: one, count: 4)
        var (alone, together) = (AlertBatch(), AlertBatch())
        var open = 0

        for (index, batch) in Self.batches(of: lines, using: &generator).enumerated() {
            one.analyze(batch, into: &alone)
            var foresight = Foresight()
            ahead[index % 4].foresee(batch, into: &foresight)
            open += foresight.openCount
            four.analyze(batch, foreseen: foresight, into: &together)
        }

        #expect(alone.bytes == together.bytes, "seed \(seed)")
        #expect(one.counters == four.counters, "seed \(seed)")
        #expect(alone.entries.count > 100, "seed \(seed)")
        #expect(open < lines.count, "seed \(seed)")
    }

    private static func batches(
        of lines: [String],
        using generator: inout SeededGenerator
    ) -> [EventBatch] {
        let source = EventSource(agent: AgentIdentity(id: "000", name: "golden"), location: "stdin")
        var batches: [EventBatch] = [EventBatch()]
        var now: Int64 = 1_769_940_000
        for line in lines {
            if Int.random(in: 0..<20, using: &generator) == 0 { batches.append(EventBatch()) }
            if Bool.random(using: &generator) { now += 1 }
            let time = Timestamp(nanoseconds: now * 1_000_000_000)
            batches[batches.count - 1].append([UInt8](line.utf8), from: source, at: time)
        }
        return batches
    }

}
