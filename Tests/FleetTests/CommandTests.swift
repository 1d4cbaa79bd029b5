// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Fleet
import Testing

extension FleetCommand.Kind {
    fileprivate static let echo = FleetCommand.Kind(rawValue: "test.echo")
}

@Suite("Commands to agents")
struct CommandTests {
    @Test("a command reaches the agent while its call is held, and its result comes back")
    func roundTrip() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            var agent = TestAgent()
            agent.perform = { .done("{\"got\":\($0.payload)}") }
            try await Self.running(agent, "web-1", manager, address) { id in
                let command = try FleetCommand(.echo, payload: "[1]", timeLimit: .seconds(20))
                let first = try await manager.commands.send(command, to: id)
                let second = try await manager.commands.send(command, to: id)
                #expect(first == .done("{\"got\":[1]}"))
                #expect(second == .done("{\"got\":[1]}"))
                #expect(manager.commands.figures.answered == 2)
            }
        }
    }

    @Test("the longest payload arrives whole, both ways")
    func longest() async throws {
        let manager = try TestManager()
        let text = "\"" + String(repeating: "/\\\"", count: (256 << 10) / 3 - 1) + "\""

        try await manager.serve { address in
            var agent = TestAgent()
            agent.perform = { .done($0.payload) }
            try await Self.running(agent, "web-1", manager, address) { id in
                let command = try FleetCommand(.echo, payload: text, timeLimit: .seconds(20))
                #expect(try await manager.commands.send(command, to: id) == .done(text))
            }
        }
    }

    @Test("a payload longer than 256 KiB, and a kind that is no name, are refused")
    func badCommands() {
        let long = String(repeating: "x", count: (256 << 10) + 1)
        #expect(throws: FleetError.self) {
            try FleetCommand(.echo, payload: long, timeLimit: .seconds(1))
        }
        for name in ["", "Ä", "a b", "../x", String(repeating: "a", count: 65)] {
            #expect(throws: FleetError.self, "\(name)") {
                try FleetCommand(.init(rawValue: name), payload: "1", timeLimit: .seconds(1))
            }
        }
    }

    @Test("a command that the agent cannot do fails with the agent's words")
    func failing() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            try await Self.running(TestAgent(), "web-1", manager, address) { id in
                let command = try FleetCommand(.echo, payload: "1", timeLimit: .seconds(20))
                let result = try await manager.commands.send(command, to: id)
                #expect(result == .failed("this agent does not know test.echo"))
            }
        }
    }

    @Test("an agent that is not there is unreached when the time is over")
    func unreached() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let identity = try await manager.enrol("web-1", at: address)
            let command = try FleetCommand(.echo, payload: "1", timeLimit: .milliseconds(10))
            let error = await #expect(throws: FleetError.self) {
                _ = try await manager.commands.send(command, to: identity.id)
            }
            #expect(error?.code == .unreached)
        }
    }

    @Test("an agent that hangs leaves its command unanswered, and is cancelled")
    func unanswered() async throws {
        let manager = try TestManager()
        let wasCancelled = Box(false)

        try await manager.serve { address in
            var agent = TestAgent()
            agent.perform = { _ in
                do { try await Task.sleep(for: .seconds(600)) } catch {
                    wasCancelled.change { $0 = true }
                }
                return .done("1")
            }
            try await Self.running(agent, "web-1", manager, address) { id in
                let command = try FleetCommand(.echo, payload: "1", timeLimit: .seconds(3))
                let error = await #expect(throws: FleetError.self) {
                    _ = try await manager.commands.send(command, to: id)
                }
                #expect(error?.code == .unanswered)
                #expect(await wasCancelled.becomes { $0 })
            }
        }
    }

    @Test("an agent that is removed lets its caller go")
    func removal() async throws {
        let manager = try TestManager()

        try await manager.serve { address in
            let identity = try await manager.enrol("web-1", at: address)
            let command = try FleetCommand(.echo, payload: "1", timeLimit: .seconds(600))
            let sending = Task { try await manager.commands.send(command, to: identity.id) }
            try manager.file.update { try $0.remove(identity.id) }
            let error = await #expect(throws: FleetError.self) { _ = try await sending.value }
            #expect(error?.code == .revoked)
        }
    }

    // MARK: The desk alone

    @Test("what the agent does not say that it has is given again, and what it has is not")
    func givenAgain() async throws {
        let desk = CommandDesk()
        let command = try FleetCommand(.echo, payload: "1", timeLimit: .seconds(600))
        async let sent = desk.send(command, to: "100001")
        while desk.figures.sent < 1 { await Task.yield() }

        let first = try #require(desk.given(to: "100001", besides: []).first)
        // The answer was lost on the way.
        #expect(desk.given(to: "100001", besides: []).map(\.id) == [first.id])
        #expect(desk.given(to: "100001", besides: [first.id]).isEmpty)
        #expect(desk.given(to: "100002", besides: []).isEmpty)

        desk.take([ResultMessage(.done("2"), of: first.id)], of: "100001")
        #expect(try await sent == .done("2"))
        #expect(desk.given(to: "100001", besides: []).isEmpty)
    }

    // An agent must not be able to say that another one has done what it should.
    @Test("a result of another agent's command is passed over")
    func impersonation() async throws {
        let desk = CommandDesk()
        let command = try FleetCommand(.echo, payload: "1", timeLimit: .seconds(600))
        async let sent = desk.send(command, to: "100001")
        while desk.figures.sent < 1 { await Task.yield() }
        let given = try #require(desk.given(to: "100001", besides: []).first)

        desk.take([ResultMessage(.done("forged"), of: given.id)], of: "100002")
        #expect(desk.figures.answered == 0)
        desk.take([ResultMessage(.failed("true"), of: given.id)], of: "100001")
        #expect(try await sent == .failed("true"))
    }

    @Test("more commands than an agent may have waiting are refused and counted")
    func bounds() async throws {
        var limits = CommandDesk.Limits()
        limits.commands = 2
        let desk = CommandDesk(limits: limits)
        let command = try FleetCommand(.echo, payload: "1", timeLimit: .seconds(600))
        await withTaskGroup { group in
            for _ in 0..<2 {
                group.addTask { _ = try? await desk.send(command, to: "100001") }
            }
            while desk.figures.sent < 2 { await Task.yield() }
            let error = await #expect(throws: FleetError.self) {
                _ = try await desk.send(command, to: "100001")
            }
            #expect(error?.code == .busy)
            #expect(desk.figures.refused == 1)
            // Cancelled callers leave nothing behind.
            group.cancelAll()
        }
        #expect(desk.given(to: "100001", besides: []).isEmpty)
    }

    private static func running(
        _ agent: TestAgent,
        _ name: String,
        _ manager: TestManager,
        _ address: ManagerAddress,
        _ body: (_ id: String) async throws -> Void
    ) async throws {
        let identity = try await manager.enrol(name, at: address)
        let link = try AgentLink(identity, hooks: agent.hooks)
        let running = Task { await link.run() }
        try await body(identity.id)
        running.cancel()
        await running.value
    }
}
