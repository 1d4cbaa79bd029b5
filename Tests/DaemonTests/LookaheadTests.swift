// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Daemon
import EventModel
import Testing

@Suite("Lookahead", .timeLimit(.minutes(2)))
struct LookaheadTests {
    /// The alerts of what was foreseen, taken up by an engine.
    private static func alerts(
        _ found: Lookahead.Foreseen,
        _ engine: inout AnalysisEngine
    ) -> AlertBatch {
        var alerts = AlertBatch()
        engine.analyze(found.batch, foreseen: found.foresight, into: &alerts)
        return alerts
    }

    @Test("batches come back with their events, in whatever order shards end")
    func order() throws {
        let engine = try ReplayFixture.engine()
        let lookahead = try #require(Lookahead(engine, shards: 3))
        let sizes = (0..<60).map { $0 % 7 == 0 ? 300 : $0 % 5 }

        let jobs = sizes.enumerated().map { number, size in
            lookahead.start(
                ReplayFixture.batch((0..<size).map { "batch \(number) event \($0)" })
            )
        }

        for (number, job) in jobs.enumerated() {
            let found = job.wait()
            let texts = found.batch.entries.map {
                String(decoding: found.batch.bytes[$0.text], as: UTF8.self)
            }
            #expect(
                texts
                    == (0..<sizes[number]).map { #"{"a":{"b":"batch \#(number) event \#($0)"}}"# }
            )
            #expect(found.foresight.openCount == 0)
        }
    }

    @Test("the alerts of one event are those that its engine alone would write")
    func oneEvent() throws {
        let engine = try ReplayFixture.engine()
        let lookahead = try #require(Lookahead(engine, shards: 2))
        let batch = ReplayFixture.batch(["x"])
        var (alone, inTurn) = (engine, engine)
        var expected = AlertBatch()
        alone.analyze(batch, into: &expected)

        let alerts = Self.alerts(lookahead.start(batch).wait(), &inTurn)

        #expect(alerts.entries.map(\.ruleID) == [102])
        #expect(alerts.bytes == expected.bytes)
    }

    @Test("an empty batch comes back empty")
    func empty() throws {
        var engine = try ReplayFixture.engine()
        let lookahead = try #require(Lookahead(engine, shards: 2))

        let found = lookahead.start(EventBatch()).wait()

        #expect(found.batch.isEmpty)
        #expect(Self.alerts(found, &engine).isEmpty)
    }

    @Test("a buffer that is used again holds nothing of its batch before")
    func recycling() throws {
        let engine = try ReplayFixture.engine()
        let lookahead = try #require(Lookahead(engine, shards: 2))
        let batch = ReplayFixture.batch(["second"])
        lookahead.recycle(
            lookahead.start(ReplayFixture.batch((0..<50).map { "first \($0)" })).wait().foresight
        )
        var (alone, inTurn) = (engine, engine)
        var expected = AlertBatch()
        alone.analyze(batch, into: &expected)

        let alerts = Self.alerts(lookahead.start(batch).wait(), &inTurn)

        #expect(alerts.bytes == expected.bytes)
    }

    @Test("batches that nobody waits for hold nobody up, also at the end")
    func abandoned() throws {
        let engine = try ReplayFixture.engine()
        var last: Lookahead.Job?
        do {
            let lookahead = try #require(Lookahead(engine, shards: 2))
            for number in 0..<20 {
                last = lookahead.start(ReplayFixture.batch(["event \(number)"]))
            }
        }

        let found = try #require(last).wait()

        #expect(found.batch.entries.count == 1)
        #expect(found.batch.bytes == [UInt8](#"{"a":{"b":"event 19"}}"#.utf8))
    }

    @Test("fewer than two shards look at nothing ahead", arguments: [-1, 0, 1])
    func tooFew(count: Int) throws {
        #expect(Lookahead(try ReplayFixture.engine(), shards: count) == nil)
    }

    @Test("an engine that allows no foresight gets none")
    func session() throws {
        #expect(Lookahead(try ReplayFixture.engine(.session(alertLevel: 3)), shards: 2) == nil)
    }
}
