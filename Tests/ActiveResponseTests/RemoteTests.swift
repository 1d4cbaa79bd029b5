// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Foundation
import Synchronization
import Testing

@Suite("Acts on the hosts of agents")
struct RemoteTests {
    /// A performer that asks a desk, by way of JSON.
    private static func performer(_ desk: RemoteDesk) -> RemotePerformer {
        RemotePerformer { order in
            let sent = try JSONEncoder().encode(order)
            let answer = try await desk.answer(JSONDecoder().decode(RemoteOrder.self, from: sent))
            return try JSONDecoder().decode(
                RemoteAnswer.self,
                from: JSONEncoder().encode(answer)
            )
        }
    }

    private static func desk(
        _ host: any ActPerformer,
        _ settings: ResponseSettings = ResponseSettings()
    ) -> RemoteDesk {
        RemoteDesk(host, settings: { settings }, now: { 10 })
    }

    @Test("an act travels to the agent's host and back, with what its undo needs")
    func whole() async throws {
        let host = ScriptedPerformer()
        var memory = ActMemory()
        memory.restartPolicy = "always"
        host.prepares(.ready(memory))
        let remote = Self.performer(Self.desk(host))
        let act = try Samples.act(3, executable: "docker-kill", until: 70)
        let answer1 = try await remote.prepare(act)
        #expect(answer1 == .ready(memory))
        let answer2 = try await remote.perform(act, memory) { _ in true }
        #expect(answer2 == .done("it is done"))
        let standing = StandingAct(act: act, memory: memory, isConfirmed: true)
        let answer3 = try await remote.undo(standing)
        #expect(answer3 == "it is undone")
        try await remote.renew(standing)
        #expect(host.asked == ["perform docker-kill", "undo 3"])
    }

    @Test("the agent's own settings forbid any kind, and all; an undo is never forbidden")
    func forbidden() async throws {
        let host = ScriptedPerformer()
        var settings = ResponseSettings()
        settings.protections.kinds = [.dockerKill]
        let act = try Samples.act(3, executable: "docker-kill", until: 70)
        let remote = Self.performer(Self.desk(host, settings))
        let answer4 = try await remote.prepare(act)
        #expect(answer4 == .refused("on the agent, docker-kill is forbidden by the settings"))
        await #expect(throws: ResponseError.self) {
            try await remote.perform(act, ActMemory()) { _ in true }
        }
        let pause = try Samples.act(4, executable: "docker-pause", until: 70)
        let answer5 = try await remote.prepare(pause)
        #expect(answer5 == .ready(ActMemory()))
        settings.isEnabled = false
        let none = Self.performer(Self.desk(host, settings))
        let answer6 = try await none.prepare(pause)
        #expect(answer6 == .refused("the agent's own settings disable responses"))
        let standing = StandingAct(act: act, memory: ActMemory(), isConfirmed: true)
        let answer7 = try await none.undo(standing)
        #expect(answer7 == "it is undone")
        #expect(host.asked == ["undo 3"])
    }

    @Test("a script acts once on what it names, while the first of its acts stands there")
    func claims() async throws {
        let desk = Self.desk(ClaimingPerformer())
        let remote = Self.performer(desk)
        let first = try Samples.act(1, executable: "drop.sh", until: 70)
        let second = try Samples.act(2, executable: "drop.sh", until: 80)
        let never: @Sendable ([String]) -> Bool = { _ in false }
        let answer8 = try await remote.perform(first, ActMemory(), claim: never)
        #expect(answer8 == .done("acted"))
        let answer9 = try await remote.perform(second, ActMemory(), claim: never)
        #expect(answer9 == .aborted("stands"))
        let standing = StandingAct(act: first, memory: ActMemory(), isConfirmed: true)
        _ = try await remote.undo(standing)
        let answer10 = try await remote.perform(second, ActMemory(), claim: never)
        #expect(answer10 == .done("acted"))
    }

    @Test("an agent that answers something else did nothing that is known")
    func strange() async throws {
        let remote = RemotePerformer { _ in .renewed }
        let act = try Samples.act(1, until: 70)
        await #expect(throws: ResponseError.self) { try await remote.prepare(act) }
        await #expect(throws: ResponseError.self) {
            try await remote.perform(act, ActMemory()) { _ in true }
        }
    }

    @Test("an agent of Wazuh gets Wazuh's message, and undoes by itself")
    func wazuh() async throws {
        var state = Samples.state(Samples.response("firewall-drop"))
        let alert = try #require(Self.alert(agent: "007"))
        guard case .perform(let act)? = state.received(alert, at: 5).first else {
            throw Samples.NoAct()
        }
        let sent = Mutex<[String]>([])
        let performer = WazuhPerformer(node: "box") { bytes in
            sent.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
        #expect(act.agent == "007")
        #expect(act.kind == .script)
        let answer11 = try await performer.prepare(act)
        #expect(answer11 == .ready(ActMemory()))
        let outcome = try await performer.perform(act, ActMemory()) { _ in true }
        #expect(outcome == .doneForGood("agent 007 was sent firewall-drop600"))
        let text = try #require(sent.withLock { $0.first })
        #expect(
            text.hasPrefix(
                #"{"version":1,"origin":{"name":"box","module":"wazuh-analysisd"},"#
                    + #""command":"firewall-drop600","parameters":{"extra_args":[],"alert":{"rule""#
            )
        )
        #expect(text.hasSuffix(#""location":"x"}}}"#))
    }

    @Test("an act of Jaga's own is refused for an agent of Wazuh")
    func wazuhRefuses() async throws {
        let performer = WazuhPerformer(node: "box") { _ in }
        guard case .refused = try await performer.prepare(try Samples.act(1, until: 70)) else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test("ar.conf names programs alone, each once")
    func configuration() {
        let responses = [
            Samples.response("firewall-drop"), Samples.response("docker-pause"),
            Samples.response("firewall-drop"), Samples.response("own.sh", seconds: 0),
        ]
        #expect(
            String(decoding: WazuhPerformer.configuration(responses), as: UTF8.self) == """
                restart-wazuh0 - restart-wazuh - 0
                firewall-drop600 - firewall-drop - 600
                own.sh0 - own.sh - 0

                """
        )
    }

    @Test("all is this host and every agent that is connected, local the one of the alert")
    func places() throws {
        let command = ResponseCommand(name: "drop", executable: "block-address")
        let alert = try #require(Self.alert(agent: "100002"))
        for (places, agents) in [
            ([Response.Place.local], ["100002"]), ([.server], ["000"]),
            ([.agent("100001")], ["100001"]), ([.all], ["000", "100001", "100003"]),
            ([.server, .local], ["000", "100002"]),
            ([.all, .agent("100003")], ["000", "100001", "100003"]),
        ] {
            var response = Response(command: command, places: places)
            response.ruleIDs = [31103]
            response.mode = .enforce
            var state = Samples.state(response)
            let decisions = state.received(alert, agents: ["100001", "100003"], at: 5)
            let asked = decisions.compactMap { decision -> String? in
                if case .perform(let act) = decision { act.agent } else { nil }
            }
            #expect(asked == agents)
        }
    }

    private static func alert(agent: String) -> ResponseAlert? {
        let line = """
            {"rule":{"level":7,"description":"d","id":"31103","groups":["web"]},\
            "agent":{"id":"\(agent)","name":"h"},"id":"1.0","data":{"srcip":"198.51.100.7"},\
            "location":"x"}
            """
        return ResponseAlert(json: [UInt8](line.utf8), container: nil)
    }
}

/// A script that names the same key each time.
private struct ClaimingPerformer: ActPerformer {
    func prepare(_ act: PlannedAct) async throws -> Preparation { .ready(ActMemory()) }

    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        claim(["192.0.2.1"]) ? .done("acted") : .aborted("stands")
    }

    func undo(_ act: StandingAct) async throws -> String { "undone" }
    func renew(_ act: StandingAct) async throws {}
}
