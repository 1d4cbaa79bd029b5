// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import JagaTesting
import Testing

/// An agent that comes back after a long time alone delivers what is old beside what is new;
/// meanwhile it and its manager are killed.
///
/// `JAGA_LANE_KILLS` says how often, eight times by default.
@Suite("two lanes of deliveries through kill -9", .serialized)
struct LaneCrashTests {
    private static let seed: UInt64 = 20_261_127
    /// More than an agent delivers over one lane.
    private static let backlog = 60_000

    @Test("every line, old or new, is alerted once")
    func killed() throws {
        let kills = ProcessInfo.processInfo.environment["JAGA_LANE_KILLS"].flatMap { Int($0) } ?? 8
        let fleet = try CountingFleet()
        var random = SeededGenerator(seed: Self.seed)
        var (manager, agent) = (try fleet.startManager(), try fleet.startAgent())
        try fleet.write(1)
        #expect(try fleet.counts(within: 60) { $0.distinct >= 1 }.distinct == 1)

        #expect(try manager.stop(SIGKILL) == -SIGKILL)
        try fleet.write(Self.backlog)
        #expect(fleet.waits { fleet.waitingEvents >= Self.backlog })
        #expect(try agent.stop(SIGKILL) == -SIGKILL)
        (manager, agent) = (try fleet.startManager(), try fleet.startAgent())
        try agent.errorLine { $0.contains("are delivered beside what is new") }
        for round in 0..<kills {
            try fleet.write(50)
            Thread.sleep(forTimeInterval: Double.random(in: 0.1...1, using: &random))
            if round % 3 != 1 {
                #expect(try manager.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
            }
            if round % 3 != 0 {
                #expect(try agent.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
            }
            if round % 3 != 1 { manager = try fleet.startManager() }
            if round % 3 != 0 { agent = try fleet.startAgent() }
        }

        _ = try fleet.counts(within: 240) { $0.distinct >= fleet.written }
        #expect(try agent.stop() == 0)
        #expect(try manager.stop() == 0)
        let counts = try fleet.counts(within: 0) { _ in true }
        #expect(counts.distinct == fleet.written, "lost; seed \(Self.seed)")
        #expect(counts.all == fleet.written, "twice; seed \(Self.seed)")
    }
}
