// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Fleet
import Testing

@Suite("Certificates that run out")
struct ExpiryTests {
    /// As long as an agent's certificate is good.
    private static let lifetime: Int64 = 90 * 86_400

    // An agent calls every ten seconds at least, and renews with a call.
    @Test("those that run out in the middle of the work hold up nothing")
    func renewal() async throws {
        let manager = try TestManager()
        try await manager.serve { address in
            let enrolled = try await manager.enrol("web-1", at: address)
            let identity = try Self.with(secondsLeft: 16, enrolled, manager)
            // What is issued from now on runs out as soon.
            manager.skew.change { $0 = (16 - Self.lifetime) * 1_000 }
            let agent = TestAgent()
            let link = try AgentLink(identity, hooks: agent.hooks)
            let calls = Task { await link.run() }

            var end: UInt64 = 1
            let stop = ContinuousClock.now.advanced(by: .seconds(36))
            while ContinuousClock.now < stop {
                end += 2
                let shipment = Shipment(stream: 1, end: end, content: Deliveries.two)
                #expect(await link.deliver(shipment) == end)
                // A pause between two deliveries.
                try await Task.sleep(for: .milliseconds(100))
            }

            #expect(
                manager.arrivals.value.map(\.end) == Array(stride(from: 3, through: end, by: 2))
            )
            #expect(agent.kept.value.count >= 3)
            calls.cancel()
            await calls.value
        }
    }

    @Test("an agent whose certificate has run out is refused, and says so")
    func tooLate() async throws {
        let manager = try TestManager()
        try await manager.serve { address in
            let enrolled = try await manager.enrol("web-1", at: address)
            let identity = try Self.with(secondsLeft: -10, enrolled, manager)
            let agent = TestAgent()
            let link = try AgentLink(identity, hooks: agent.hooks)

            let refused = Task {
                await link.deliver(Shipment(stream: 1, end: 3, content: Deliveries.two))
            }

            #expect(await agent.said.becomes { $0.contains { $0.contains("has run out") } })
            refused.cancel()
            #expect(await refused.value == nil)
            #expect(manager.arrivals.value.isEmpty)
            let calls = Task { await link.run() }
            calls.cancel()
            await calls.value
        }
    }

    /// An agent with another certificate, which is good for so long.
    private static func with(
        secondsLeft seconds: Int64,
        _ identity: AgentIdentityFile,
        _ manager: TestManager
    ) throws -> AgentIdentityFile {
        let key = try AgentKey(name: identity.name)
        let issued = try manager.authority.issue(
            Authority.Request(key.request),
            to: identity.id,
            at: TestManager.now() / 1_000 - lifetime + seconds
        )
        try manager.file.update { contents in
            try contents.change(identity.id) { $0.certificates = [issued.digest] }
        }
        var changed = identity
        changed.certificate = issued.pem
        changed.key = key.pem
        return changed
    }
}
