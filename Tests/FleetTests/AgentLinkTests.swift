// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Fleet
import Synchronization
import Testing

@Suite("Agent and manager")
struct AgentLinkTests {
    @Test("an agent that calls is active, tells of itself, and is away after its good-bye")
    func presence() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let link = try AgentLink(
                try await manager.enrol("web-1", at: address),
                hooks: TestAgent().hooks
            )
            let running = Task { await link.run() }
            #expect(await manager.notices.becomes { $0.map(\.change) == [.connected] })
            #expect(manager.registry.reports.first?.presence == .active)
            #expect(manager.registry.reports.first?.waitingEvents == 7)
            #expect(manager.registry.reports.first?.address == "127.0.0.1")

            running.cancel()
            await running.value
            #expect(await manager.notices.becomes { $0.map(\.change) == [.connected, .stopped] })
            #expect(manager.registry.reports.first?.presence == .disconnected)
        }
    }

    @Test("an agent that is silent for 25 seconds is away, and this is told once")
    func silence() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let identity = try await manager.enrol("web-1", at: address)
            manager.registry.told(AgentRegistry.Telling(), by: identity.id, isFirst: true)
            manager.skew.change { $0 = 24_000 }
            manager.registry.sweep()
            #expect(manager.registry.reports.first?.presence == .active)
            manager.skew.change { $0 = 26_000 }
            manager.registry.sweep()
            manager.registry.sweep()
            #expect(manager.registry.reports.first?.presence == .disconnected)
            #expect(manager.notices.value.map(\.change) == [.connected, .disconnected])
        }
    }

    @Test("what is delivered arrives as the agent's whose certificate was shown")
    func delivery() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let link = try AgentLink(
                try await manager.enrol("web-1", at: address),
                hooks: TestAgent().hooks
            )
            let shipment = Shipment(stream: 1, end: 3, content: Deliveries.two)
            #expect(await link.deliver(shipment) == 3)
            let arrival = try #require(manager.arrivals.value.first)
            #expect(arrival.agent.name == "web-1")
            #expect(arrival.content == Deliveries.two)
            #expect(arrival.stream == 1)
            #expect(arrival.end == 3)
            await stop(link)
        }
    }

    @Test("a manager without room is asked again until it has")
    func backPressure() async throws {
        let manager = try TestManager()
        let tries = Box(0)

        try await manager.serve(take: { arrival in
            tries.change { $0 += 1 }
            if tries.value < 3 {
                var busy = FleetError(.busy, "full")
                busy.retryAfterSeconds = 1
                throw busy
            }
            return arrival.end
        }) { address in
            let link = try AgentLink(
                try await manager.enrol("web-1", at: address),
                hooks: TestAgent().hooks
            )
            #expect(await link.deliver(Shipment(stream: 1, end: 3, content: Deliveries.two)) == 3)
            #expect(tries.value == 3)
            await stop(link)
        }
    }

    @Test("an agent that is removed is refused with its next word")
    func revocation() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let identity = try await manager.enrol("web-1", at: address)
            let agent = TestAgent()
            let link = try AgentLink(identity, hooks: agent.hooks)
            #expect(await link.deliver(Shipment(stream: 1, end: 3, content: Deliveries.two)) == 3)

            // As the command line does, in another process.
            try manager.file.update { try $0.remove(identity.id) }

            let refused = Task {
                await link.deliver(Shipment(stream: 1, end: 5, content: Deliveries.two))
            }
            #expect(await agent.said.becomes { $0.contains { $0.contains("enrol it again") } })
            refused.cancel()
            #expect(await refused.value == nil)
            #expect(manager.arrivals.value.count == 1)
            #expect(await manager.notices.becomes { $0.map(\.change).contains(.removed) })
            await stop(link)
        }
    }

    // Only the certificate says who an agent is: there is nothing else to forge.
    @Test("an agent of another authority cannot speak")
    func foreignCertificate() async throws {
        let (manager, other) = (try TestManager(), try TestManager())
        let stranger = Box<AgentIdentityFile?>(nil)
        try await other.serve { address in
            let identity = try await other.enrol("web-1", at: address)
            stranger.change { $0 = identity }
        }

        try await manager.serve { address in
            let theirs = try #require(stranger.value)
            var forged = AgentIdentityFile(
                id: "100001",
                name: "web-1",
                managers: [address.description],
                authority: manager.authority.pem
            )
            forged.certificate = theirs.certificate
            forged.key = theirs.key
            let agent = TestAgent()
            let link = try AgentLink(forged, hooks: agent.hooks)
            let task = Task {
                await link.deliver(Shipment(stream: 1, end: 3, content: Deliveries.two))
            }
            #expect(await agent.said.becomes { !$0.isEmpty })
            task.cancel()
            #expect(await task.value == nil)
            #expect(manager.arrivals.value.isEmpty)
            await stop(link)
        }
    }

    @Test("a restart that somebody asks for reaches the agent, once")
    func restart() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let identity = try await manager.enrol("web-1", at: address)
            let agent = TestAgent()
            let link = try AgentLink(identity, hooks: agent.hooks)
            let running = Task { await link.run() }
            #expect(await manager.notices.becomes { !$0.isEmpty })
            try manager.file.update { try $0.change(identity.id) { $0.restarts += 1 } }
            #expect(await agent.restarts.becomes { $0 == 1 })
            #expect(agent.kept.value.last?.restarts == 1)
            running.cancel()
            await running.value
        }
    }

    @Test("a delivery that is too large is refused, and nobody is asked to take it")
    func oversize() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let agent = TestAgent()
            let link = try AgentLink(
                try await manager.enrol("web-1", at: address),
                hooks: agent.hooks
            )
            // Packs to little, and would fill the manager's memory.
            let bomb = [UInt8](repeating: 0, count: 64 << 20)
            let task = Task { await link.deliver(Shipment(stream: 1, end: 3, content: bomb)) }
            #expect(await agent.said.becomes { $0.contains { $0.contains("too large") } })
            task.cancel()
            _ = await task.value
            #expect(manager.arrivals.value.isEmpty)
            await stop(link)
        }
    }

    private func stop(_ link: AgentLink) async {
        let running = Task { await link.run() }
        running.cancel()
        await running.value
    }
}

/// Deliveries for tests.
enum Deliveries {
    static let two = DeliveryCoding.encode([batch(["a line", "another"], from: 1)])

    static func batch(_ lines: [String], from sequence: UInt64) -> EventBatch {
        var batch = EventBatch()
        batch.firstSequence = sequence
        let source = EventSource(
            agent: AgentIdentity(id: "000", name: "host"),
            location: "/var/log/app.log",
            container: ContainerIdentity(
                id: "abc",
                name: "web",
                image: "nginx:latest",
                imageID: "sha256:1",
                labels: ["a": "b"]
            ),
            programName: Array("nginx".utf8)
        )
        for line in lines {
            batch.append(
                Array(line.utf8),
                from: source,
                at: Timestamp(nanoseconds: 5_000_000_000, utcOffsetSeconds: 3_600),
                originNanoseconds: 4_000_000_000
            )
        }
        return batch
    }
}
