// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

/// Each test counts in a process of its own: see ``AllocationCounter``.
@Suite("Allocations", .serialized, .enabled(if: AllocationCounter.isAvailable, "other runtime"))
struct AllocationTests {
    @Test("the counter counts")
    func counter() async {
        await #expect(processExitsWith: .success) {
            var arrays: [[UInt8]] = []
            arrays.reserveCapacity(3)

            let count = AllocationCounter.count {
                for size in 1...3 { arrays.append([UInt8](repeating: 7, count: size)) }
            }

            #expect(count == 3)
            #expect(arrays == [[7], [7, 7], [7, 7, 7]])
        }
    }

    private static let lines = [
        "Feb  1 10:00:00 h app: fail bob 10.0.0.1",
        "Feb  1 10:00:00 h other[12]: nothing to see",
        "no header at all, and no decoder",
        #"{"integration":"docker","docker":{"Action":"start","Actor":{"ID":"ab","n":1}}}"#,
        #"{"a":["x",1],"b":"\u00e9","c":null}"#,
    ]

    /// An engine that met every line, with a batch of them.
    private static func warm(_ rules: String) throws -> (AnalysisEngine, EventBatch) {
        var fixture = try Fixture(rules: rules)
        var batch = EventBatch()
        let time = Timestamp(nanoseconds: fixture.now * 1_000_000_000)
        for _ in 0..<20 {
            for line in lines { batch.append([UInt8](line.utf8), from: fixture.source, at: time) }
        }
        var alerts = AlertBatch()
        for _ in 0..<100 {
            fixture.engine.analyze(batch, into: &alerts)
            alerts.removeAll()
        }
        return (fixture.engine, batch)
    }

    @Test("events without an alert allocate nothing")
    func ordinary() async {
        await #expect(processExitsWith: .success) {
            var (engine, batch) = try Self.warm(rule(100, "<match>never there</match>"))
            var alerts = AlertBatch()
            engine.analyze(batch, into: &alerts)

            let count = AllocationCounter.count { engine.analyze(batch, into: &alerts) }

            #expect(count == 0)
            #expect(alerts.isEmpty)
        }
    }

    @Test("events with an alert allocate nothing when the buffers are large enough")
    func alerts() async {
        await #expect(processExitsWith: .success) {
            let rules =
                rule(100, "<decoded_as>app</decoded_as>")
                + rule(101, "<decoded_as>json</decoded_as>")
            var (engine, batch) = try Self.warm(rules)
            var alerts = AlertBatch()
            engine.analyze(batch, into: &alerts)
            alerts.removeAll()

            let count = AllocationCounter.count { engine.analyze(batch, into: &alerts) }

            #expect(count == 0)
            #expect(alerts.entries.count == 60)
        }
    }
}
