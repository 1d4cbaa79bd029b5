// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import JagaTesting
import Testing

/// An agent and its manager over a link that is slow, silent and broken in turn, while both
/// are killed.
///
/// `JAGA_LINK_ROUNDS` says how often, ten times by default.
@Suite("deliveries over a bad link", .serialized)
struct BadLinkTests {
    private static let seed: UInt64 = 20_261_126

    @Test("every line that is written meanwhile is alerted once")
    func linkAndKills() throws {
        let rounds =
            ProcessInfo.processInfo.environment["JAGA_LINK_ROUNDS"].flatMap { Int($0) } ?? 10
        let fleet = try CountingFleet(over: { try BadLink(to: $0) })
        let link = try #require(fleet.link)
        defer { link.end() }
        var random = SeededGenerator(seed: Self.seed)
        var (manager, agent) = (try fleet.startManager(), try fleet.startAgent())
        try fleet.write(1)
        #expect(try fleet.counts(within: 60) { $0.distinct >= 1 }.distinct == 1)

        for round in 0..<rounds {
            link.become(Self.states[round % Self.states.count])
            let end = Date(timeIntervalSinceNow: Double.random(in: 0.5...2.5, using: &random))
            while Date() < end {
                try fleet.write(5)
                Thread.sleep(forTimeInterval: 0.05)
            }
            if round % 4 == 1 || round % 4 == 3 {
                #expect(try manager.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
                manager = try fleet.startManager()
            }
            if round % 4 >= 2 {
                #expect(try agent.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
                agent = try fleet.startAgent()
            }
        }
        link.become(.good)

        _ = try fleet.counts(within: 120) { $0.distinct >= fleet.written }
        #expect(try agent.stop() == 0)
        #expect(try manager.stop() == 0)
        let counts = try fleet.counts(within: 0) { _ in true }
        #expect(counts.distinct == fleet.written, "lost; seed \(Self.seed)")
        #expect(counts.all == fleet.written, "twice; seed \(Self.seed)")
        #expect(link.connections > rounds / 4)
    }

    private static let states: [BadLink.State] = [
        .slow(milliseconds: 40), .broken, .good, .silent, .slow(milliseconds: 200), .broken,
        .silent,
    ]
}
