// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import JagaTesting
import Testing

@Suite("Replay", .timeLimit(.minutes(5)))
struct ReplayTests {
    /// What files of lines give: the output, and the counts of lines, events, alerts.
    private static func result(
        of files: [[String]],
        shards: Int,
        format: Replay.Format = .auto
    ) throws -> (output: [UInt8], counts: [Int]) {
        var replay = Replay(
            engine: try ReplayFixture.engine(),
            format: format,
            now: ReplayFixture.now,
            shards: shards
        )
        var output: [UInt8] = []
        for (number, lines) in files.enumerated() {
            replay.begin("file\(number)", agent: ReplayFixture.agent)
            for line in lines { replay.take([UInt8](line.utf8).span, into: &output) }
            replay.finish(into: &output)
        }
        let counts = replay.counts
        return (output, [counts.lines, counts.events, counts.alerts, counts.malformed])
    }

    @Test(
        "random lines give the same alerts on one shard, two and four",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func generated(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let files = [4500, 0, 1, 2300].map { ReplayFixture.lines($0, using: &random) }

        let one = try Self.result(of: files, shards: 1)
        let two = try Self.result(of: files, shards: 2)
        let four = try Self.result(of: files, shards: 4)

        #expect(one.output == two.output, "seed \(seed)")
        #expect(one.output == four.output, "seed \(seed)")
        #expect(one.counts == two.counts, "seed \(seed)")
        #expect(one.counts == four.counts, "seed \(seed)")
        #expect(one.counts[2] > 2000, "seed \(seed)")
        let text = String(decoding: one.output, as: UTF8.self)
        #expect(text.contains(#""id":"101""#), "seed \(seed): no rule counted events")
    }

    @Test("no lines give no alerts", arguments: [1, 2, 4])
    func nothing(shards: Int) throws {
        let result = try Self.result(of: [[], [""]], shards: shards)

        #expect(result.output.isEmpty)
        #expect(result.counts == [1, 0, 0, 0])
    }

    @Test("one line gives its alert, with the file and the line it is from", arguments: [1, 2, 4])
    func oneLine(shards: Int) throws {
        let result = try Self.result(of: [["", #"{"a":{"b":"x"}}"#]], shards: shards)

        let text = String(decoding: result.output, as: UTF8.self)
        #expect(text.hasSuffix(",\"input\":{\"file\":\"file0\",\"line\":2}}\n"))
        #expect(text.contains(#""rule":{"level":4,"description":"x","id":"102","firedtimes":1"#))
        #expect(result.counts == [2, 1, 1, 0])
    }

    @Test("lines that are not of the format are counted alike", arguments: [1, 2, 4])
    func malformed(shards: Int) throws {
        let lines = ["no object", #"{"a":{"b":"x"}}"#, "nor this"]

        let result = try Self.result(of: [lines], shards: shards, format: .json)

        #expect(result.counts == [3, 1, 1, 2])
    }
}
