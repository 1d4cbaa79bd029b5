// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing
import Transport

/// The manager against an agent in another language.
@Suite("a manager of Wazuh agents", .enabled(if: Peer.canRun, "python3 is missing"))
struct ManagerTests {
    static let keepAlive =
        "send:#!-\(KeepAliveTests.uname) / ab73af41699f13fdd81903b5f23d8d00\n"
        + "fd756ba04d9c32c8848d4608bec41251 merged.mg\n#\"_agent_ip\":127.0.0.9\n"
    static let startup = "send:" + Vectors.body
    static let ack = ##""#!-agent ack ""##

    static let ways = [("tcp", "aes"), ("tcp", "blowfish"), ("udp", "aes"), ("udp", "blowfish")]

    @Test("an agent starts, keeps alive, sends an event and stops", arguments: ways)
    func whole(_ transport: String, _ method: String) async throws {
        let manager = try await RunningManager.start()
        #expect(manager.state("001") == .neverConnected)

        let seen = try await manager.agent(
            over: transport,
            by: method,
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv",
            "send:1:/var/log/a|:b:one: two",
            "send:#!-agent shutdown "
        )

        #expect(seen == [Self.ack, Self.ack])
        #expect(await eventually { manager.state("001") == .disconnected })
        #expect(await eventually { manager.eventLines.count == 2 })
        #expect(
            manager.eventLines.sorted() == [
                "000  wazuh-remoted ossec: Agent stopped: 'web-1->127.0.0.9'.",
                "001 127.0.0.9 /var/log/a:b one: two",
            ]
        )
        let status = try #require(manager.manager.directory.agent("001"))
        #expect(status.version == "v4.14.7")
        #expect(status.system.platform == "debian")
        try await manager.end()
    }

    @Test("states follow startup and keep-alive, and outlast a restart", arguments: ["tcp", "udp"])
    func states(_ transport: String) async throws {
        let manager = try await RunningManager.start { $0.periods.reconnection = .zero }

        _ = try await manager.agent(over: transport, Self.startup, "recv")
        #expect(manager.manager.directory.agent("001")?.version == "v4.14.7")
        _ = try await manager.agent(over: transport, Self.startup, "recv", Self.keepAlive, "recv")
        #expect([.active, .disconnected].contains(manager.state("001")))
        try await manager.end()

        let next = try await RunningManager.start(manager.folder)
        #expect(next.state("001") == .disconnected)
        #expect(next.state("002") == .neverConnected)
        try await next.end()
    }

    @Test("an agent that is registered by its address needs no id")
    func byAddress() async throws {
        let manager = try await RunningManager.start()

        let seen = try await manager.agent(
            as: RunningManager.local,
            "noid",
            Self.startup,
            "recv",
            "send:1:a:b"
        )

        #expect(seen == [Self.ack])
        #expect(await eventually { manager.eventLines == ["003 127.0.0.1 a b"] })
        try await manager.end()
    }

    @Test("a probe is answered without a key", arguments: ["tcp", "udp"])
    func ping(_ transport: String) async throws {
        let manager = try await RunningManager.start()

        let seen = try await manager.agent(over: transport, "raw:2370696e67", "ping")

        #expect(seen == [##""#pong""##])
        try await manager.end()
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let line: String
        let steps: [String]
        let item: Tally.Item
        var testDescription: String { "\(item)" }
    }

    static let bad = [
        Bad(
            line: "001 web-1 any " + String(repeating: "0", count: 64),
            steps: [startup],
            item: .undecryptable
        ),
        Bad(line: "009 web-1 any a", steps: [startup], item: .unknownAgents),
        Bad(line: "001 web-1 any a", steps: ["noid", startup], item: .undecryptable),
        Bad(line: Vectors.keyLine, steps: ["raw:00ff00ff"], item: .malformed),
        Bad(line: Vectors.keyLine, steps: ["stream:01000100"], item: .oversizedFrames),
        Bad(line: Vectors.keyLine, steps: ["stream:ffffffff"], item: .oversizedFrames),
        Bad(
            line: Vectors.keyLine,
            steps: [startup, "recv", "as:\(RunningManager.second)", "send:1:a:forged"],
            item: .impersonations
        ),
    ]

    @Test("who is not who it claims to be is cut off, and counted", arguments: bad)
    func refused(_ bad: Bad) async throws {
        let manager = try await RunningManager.start()

        let seen = try await Peer.run(
            ["agent", "tcp", "aes", "127.0.0.1", "\(manager.ports.streamPort ?? 0)", bad.line]
                + bad.steps + ["closed"]
        )

        #expect(seen.last == #""closed""#)
        #expect(manager.manager.tally[bad.item] == 1)
        #expect(manager.eventLines == [])
        // One bad connection bans nobody at the same address.
        #expect(try await manager.agent(Self.startup, "recv") == [Self.ack])
        try await manager.end()
    }

    @Test("a newer agent is told why it may not come")
    func newer() async throws {
        let manager = try await RunningManager.start()

        let seen = try await manager.agent(
            #"send:#!-agent startup {"version":"v4.14.8"}"#,
            "recv",
            "send:1:a:all the same",
            "closed"
        )

        #expect(seen.first?.contains("Agent version must be lower or equal") == true)
        #expect(manager.eventLines == [])
        #expect(manager.state("001") == .neverConnected)
        try await manager.end()
    }

    @Test("what a stock agent sends in its first minute is taken, and counted")
    func firstMinute() async throws {
        let manager = try await RunningManager.start()

        let seen = try await manager.agent(
            Self.startup,
            "recv",
            "send:1:wazuh-agent:ossec: Agent started: 'web-1->any'.",
            #"send:8:syscheck:{"type":"scan_start","data":{"timestamp":1}}"#,
            #"send:5:fim_file:{"component":"fim_file","type":"integrity_check_global"}"#,
            #"send:d:syscollector:{"type":"dbsync_packages","operation":"INSERTED","data":{}}"#,
            #"send:p:sca:{"type":"summary"}"#,
            "send:9:rootcheck:Starting rootcheck scan.",
            "send:1:keepalive:--MARK--",
            "send:#!-something new",
            "send:nonsense",
            Self.keepAlive,
            "recv"
        )

        #expect(seen == [Self.ack, Self.ack])
        #expect(
            await eventually {
                manager.eventLines == [
                    "001  wazuh-agent ossec: Agent started: 'web-1->any'.",
                    #"001  syscheck 8 {"type":"scan_start","data":{"timestamp":1}}"#,
                    #"001  syscollector d {"type":"dbsync_packages","operation":"INSERTED","data":{}}"#,
                    #"001  sca p {"type":"summary"}"#,
                    "001  rootcheck 9 Starting rootcheck scan.",
                ]
            }
        )
        #expect(manager.manager.tally[.moduleMessages] == 1)
        #expect(manager.manager.tally[.unknownMessages] == 2)
        try await manager.end()
    }

    @Test("the shared files of an agent's groups are pushed, once", arguments: ["tcp", "udp"])
    func push(_ transport: String) async throws {
        let folder = try RunningManager.prepared()
        let long = String(repeating: "x", count: 1_700) + "#!-agent ack \n"
        try folder.write("restart-wazuh0 - restart-wazuh - 0\n", to: "etc/shared/ar.conf")
        try folder.write("<agent_config/>\n", to: "etc/shared/default/agent.conf")
        try folder.write(long, to: "etc/shared/default/long.txt")
        try folder.write("zero\u{0}byte", to: "etc/shared/default/zero.bin")
        let manager = try await RunningManager.start(folder)

        // The first keep-alive asks for the group, the next scan makes it.
        _ = try await manager.agent(over: transport, Self.startup, "recv", Self.keepAlive, "recv")
        await manager.manager.reload { _ in }
        #expect(await eventually { manager.state("001") != nil })
        let seen = try await manager.agent(
            over: transport,
            by: "blowfish",
            Self.startup,
            "recv",
            Self.keepAlive,
            "file"
        )

        let text =
            "#default\\n!35 ar.conf\\nrestart-wazuh0 - restart-wazuh - 0\\n!16 agent.conf\\n"
            + "<agent_config/>\\n!1714 long.txt\\n" + String(repeating: "x", count: 1_700)
            + "#!-agent ack \\n"
        #expect(seen.last == "[\"merged.mg\", true, \"\(text)\"]")
        #expect(manager.manager.skippedFiles == [folder.path + "/etc/shared/default/zero.bin"])
        try await manager.end()
    }

    @Test("a request is answered by the agent that was asked", arguments: ["tcp", "udp"])
    func request(_ transport: String) async throws {
        let manager = try await RunningManager.start()
        async let seen = manager.agent(
            over: transport,
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv",
            "answer:ok {\"a\":1}"
        )
        #expect(await eventually { manager.state("001") == .active })

        let answer = try await manager.manager.ask(
            "001",
            target: "agent",
            payload: "getconfig client"
        )

        #expect(answer.text == "ok {\"a\":1}")
        #expect(try await seen.last == "\"#!-req 1 agent getconfig client\"")
        await #expect(throws: TransportError.self) {
            try await manager.manager.ask("002", target: "agent", payload: "x")
        }
        try await manager.end()
    }

    @Test("an active response reaches its agent and no other")
    func response() async throws {
        let manager = try await RunningManager.start()
        async let seen = manager.agent(
            over: "tcp",
            by: "blowfish",
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv",
            "recv"
        )
        #expect(await eventually { manager.state("001") == .active })

        try manager.manager.respond(#"{"version":1}"#.bytes, at: "001")

        #expect(try await seen.last == ##""#!-execd {\"version\":1}""##)
        #expect(throws: TransportError.self) { try manager.manager.respond([], at: "002") }
        try await manager.end()
    }

    @Test("a second connection of an agent is refused while the first is alive")
    func second() async throws {
        let manager = try await RunningManager.start()
        async let first = manager.agent(
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv",
            "recv"
        )
        #expect(await eventually { manager.state("001") == .active })

        let seen = try await manager.agent(Self.startup, "closed")

        #expect(seen == [#""closed""#])
        #expect(manager.manager.tally[.agentsInUse] == 1)
        try manager.manager.reconnect("001")
        #expect(try await first.last == ##""#!-force_reconnect""##)
        try await manager.end()
    }

    @Test("a second connection takes over from one that was silent for too long")
    func overtake() async throws {
        let manager = try await RunningManager.start { $0.periods.overtake = .zero }
        async let first = manager.agent(Self.startup, "recv", Self.keepAlive, "recv", "closed")
        #expect(await eventually { manager.state("001") == .active })

        let seen = try await manager.agent(Self.startup, "recv")

        #expect(seen == [Self.ack])
        #expect(try await first.last == #""closed""#)
        try await manager.end()
    }

    @Test("tries of a second connection do not make the silent first one look alive")
    func overtakeAfterTries() async throws {
        let manager = try await RunningManager.start { $0.periods.overtake = .seconds(600) }
        async let first = manager.agent(Self.startup, "recv", Self.keepAlive, "recv", "closed")
        #expect(await eventually { manager.state("001") == .active })

        manager.clock.advance(seconds: 500)
        let early = try await manager.agent(Self.startup, "first")
        manager.clock.advance(seconds: 200)
        let late = try await manager.agent(Self.startup, "first")

        #expect(early == [##""closed""##])
        #expect(late == [Self.ack])
        #expect(try await first.last == ##""closed""##)
        try await manager.end()
    }

    @Test("an agent that falls silent is told of, once, and comes back by a keep-alive")
    func silence() async throws {
        let manager = try await RunningManager.start()
        async let seen = manager.agent(
            over: "udp",
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv"
        )
        #expect(try await seen == [Self.ack, Self.ack])
        #expect(await eventually { manager.state("001") == .active })

        manager.clock.advance(seconds: 901)

        let told = "000  wazuh-monitord ossec: Agent disconnected: 'web-1-127.0.0.9'."
        #expect(await eventually { manager.eventLines == [told] })
        #expect(manager.state("001") == .disconnected)
        _ = try await manager.agent(over: "udp", Self.startup, "recv", Self.keepAlive, "recv")
        #expect(await eventually { manager.state("001") == .active })
        #expect(manager.eventLines == [told])
        try await manager.end()
    }

    @Test("streams of random bytes end, and the manager serves on", arguments: 1...3)
    func randomStreams(_ seed: Int) async throws {
        let manager = try await RunningManager.start()
        var random = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<4 {
            let bytes = (0..<Int.random(in: 5...400, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // With a length that fits, so that the bytes are looked at.
            let frame = [UInt8(bytes.count & 255), UInt8(bytes.count >> 8), 0, 0] + bytes
            let seen = try await manager.agent("stream:" + frame.hex, "closed")
            #expect(seen == [##""closed""##], "seed \(seed)")
        }
        #expect(try await manager.agent(Self.startup, "recv") == [Self.ack])
        try await manager.end()
    }

    @Test("what was taken before the end reaches the sink")
    func drains() async throws {
        let manager = try await RunningManager.start()
        manager.hold(true)
        _ = try await manager.agent(Self.startup, "recv", "send:1:a:one", "send:1:a:two")
        #expect(await eventually { manager.manager.tally[.events] == 2 })

        async let end: Void = manager.end()
        manager.hold(false)
        try await end

        #expect(manager.eventLines == ["001  a one", "001  a two"])
    }

    @Test("a connection that says nothing is closed")
    func silent() async throws {
        let manager = try await RunningManager.start { $0.limits.handshake = .milliseconds(200) }

        #expect(try await manager.agent("stream:10", "closed") == [#""closed""#])
        #expect(manager.manager.tally[.handshakesMissed] == 1)
        try await manager.end()
    }

    @Test("one address gets so many connections and no more")
    func cap() async throws {
        let manager = try await RunningManager.start { $0.limits.connectionsPerAddress = 0 }

        #expect(try await manager.agent("closed") == [#""closed""#])
        #expect(manager.manager.tally[.refusedConnections] == 1)
        try await manager.end()
    }

    @Test("a replayed packet is refused where counters are checked")
    func replay() async throws {
        let manager = try await RunningManager.start { $0.checksCounters = true }

        let seen = try await manager.agent(
            "raw:" + Vectors.aes.hex,
            "recv",
            "raw:" + Vectors.aes.hex,
            "closed"
        )

        #expect(seen == [Self.ack, #""closed""#])
        #expect(manager.manager.tally[.repeated] == 1)
        try await manager.end()
    }
}
