// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Testing

@Suite("Acts by hand")
struct HandOrderTests {
    private static let address = ActTarget.address("192.0.2.1")

    private static func container() throws -> ActTarget {
        let container = ContainerTarget(id: Samples.id, name: "web", image: "nginx", engine: "")
        return .container(try #require(container))
    }

    @Test("an act by hand is journalled with its reason, and says who asked")
    func done() async throws {
        try await RunningResponder.run { me in
            let record = await me.order("docker-pause", try Self.container(), seconds: 60)
            #expect(record?.what == .done)
            #expect(record?.act?.reason == .init(by: "user:ann", ruleID: 31103, alert: "7.1"))
            #expect(me.host.asked == ["perform docker-pause"])
            let kept = try #require(me.responder.history.acts[1])
            #expect(kept.standing.isConfirmed)
            #expect(kept.standing.act.expiresAt == 1_060_000_000_000)
            #expect(me.audit.map(\.what) == [.done])
        }
    }

    @Test("a dry run is said, and neither journalled nor done")
    func dryRun() async throws {
        try await RunningResponder.run { me in
            let record = await me.order("block-address", Self.address, mode: .dryRun)
            #expect(record?.what == .dryRun)
            #expect(me.host.asked.isEmpty)
            #expect(me.responder.history.acts.isEmpty)
        }
    }

    @Test("the same act on the same target is refused while it stands")
    func twice() async throws {
        try await RunningResponder.run { me in
            let answer1 = await me.order("block-address", Self.address)?.what
            #expect(answer1 == .done)
            let second = await me.order("block-address", Self.address)
            #expect(second?.what == .refused)
            #expect(second?.detail == "it stands already")
            #expect(me.host.asked == ["perform block-address"])
        }
    }

    @Test("protections hold against a person too")
    func protected() async throws {
        try await RunningResponder.run({ $0.protections.names = ["w*"] }) { me in
            let record = await me.order("docker-kill", try Self.container())
            #expect(record?.what == .refused)
            let answer2 = await me.order("block-address", .address("127.0.0.1"))?.what
            #expect(answer2 == .refused)
            #expect(me.host.asked.isEmpty)
        }
    }

    @Test(
        "an act that does not fit its target is refused",
        arguments: ["docker-pause", "disable-account", "script.sh", "../bin/sh", ""]
    )
    func misfit(act: String) async throws {
        try await RunningResponder.run { me in
            let answer3 = await me.order(act, Self.address)?.what
            #expect(answer3 == .refused)
            #expect(me.host.asked.isEmpty)
        }
    }

    @Test("a command of the settings is known by its name")
    func command() async throws {
        let command = ResponseCommand(name: "drop", executable: "block-address")
        try await RunningResponder.run(commands: [command]) { me in
            let answer4 = await me.order("drop", Self.address)?.what
            #expect(answer4 == .done)
            #expect(me.host.asked == ["perform block-address"])
        }
    }

    @Test("an undo by hand ends the act, and says who asked, also after a restart")
    func undo() async throws {
        try await RunningResponder.run { me in
            let answer5 = await me.order("block-address", Self.address)?.what
            #expect(answer5 == .done)
            let record = await me.responder.undo(1, by: "user:bob", patience: .seconds(20))
            #expect(record?.what == .undone)
            #expect(record?.undoneBy == "user:bob")
            let text = String(decoding: record?.json ?? [], as: UTF8.self)
            #expect(text.contains(#""by":"user:ann","undone_by":"user:bob""#))
            let kept = try ResponseJournal(path: me.journal).history.acts[1]
            #expect(kept?.standing.undoneBy == "user:bob")
            #expect(kept?.ending?.how == .undone)
            let answer6 = await me.responder.undo(1, by: "x", patience: .seconds(20))
            #expect(answer6 == nil)
        }
    }

    @Test("an undo that fails says so, and the act goes on standing")
    func undoFails() async throws {
        try await RunningResponder.run { me in
            let answer7 = await me.order("block-address", Self.address)?.what
            #expect(answer7 == .done)
            me.host.undoes(.failure(ResponseError(.program, "no nft")))
            let record = await me.responder.undo(1, by: "user:bob", patience: .seconds(20))
            #expect(record?.what == .undoFailed)
            #expect(me.responder.history.standing.map(\.act.id) == [1])
        }
    }

    @Test("an act that fails is taken back, and the answer says why")
    func fails() async throws {
        try await RunningResponder.run { me in
            me.host.ends(.failure(ResponseError(.engine, "the engine said no")))
            let record = await me.order("docker-pause", try Self.container())
            #expect(record?.what == .failed)
            #expect(record?.detail == "the engine said no")
            #expect(me.host.asked == ["perform docker-pause", "undo 1"])
            #expect(me.responder.history.standing.isEmpty)
        }
    }

    @Test("nobody acts on an agent that is not there")
    func agent() async throws {
        try await RunningResponder.run { me in
            var order = HandOrder(
                act: "block-address",
                target: Self.address,
                mode: .enforce,
                by: "user:ann"
            )
            order.agent = "007"
            let record = await me.responder.perform(order, patience: .seconds(20))
            #expect(record?.what == .failed)
            #expect(record?.detail.contains("agent 007") == true)
        }
    }

    @Test("settings that were read again hold for what comes; what stands goes on standing")
    func replaced() async throws {
        try await RunningResponder.run { me in
            let answer8 = await me.order("block-address", Self.address)?.what
            #expect(answer8 == .done)
            var settings = ResponseSettings()
            settings.protections.names = ["web"]
            let command = ResponseCommand(name: "freeze", executable: "docker-pause")
            me.responder.replace(settings, commands: [command])
            let answer9 = await me.order("freeze", try Self.container())?.what
            #expect(answer9 == .refused)
            settings.protections.names = []
            me.responder.replace(settings, commands: [command])
            let answer10 = await me.order("freeze", try Self.container())?.what
            #expect(answer10 == .done)
            #expect(me.responder.history.standing.count == 2)
        }
    }
}
