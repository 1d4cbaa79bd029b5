// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Testing
import Transport

/// Each sequence of around-the-engine.md §5.8 and §5.10, spoken by an agent in another
/// language.
@Suite("sequences of an agent", .enabled(if: Peer.canRun, "python3 is missing"))
struct SequenceTests {
    static let startup = ManagerTests.startup
    static let keepAlive = ManagerTests.keepAlive
    static let ack = ManagerTests.ack

    @Test(
        "old agents start without telling a version",
        arguments: ["#!-agent startup ", "#!-agent startup", "#!-agent startup {}"]
    )
    func oldStartup(_ body: String) async throws {
        let manager = try await RunningManager.start()

        #expect(try await manager.agent("send:" + body, "recv") == [Self.ack])
        #expect(manager.state("001") == .pending)
        try await manager.end()
    }

    @Test(
        "an agent may start again on its connection, as after a reload",
        arguments: ["tcp", "udp"]
    )
    func startsAgain(_ transport: String) async throws {
        let manager = try await RunningManager.start()

        let seen = try await manager.agent(
            over: transport,
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv",
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv"
        )

        #expect(seen == [Self.ack, Self.ack, Self.ack, Self.ack])
        #expect(await eventually { manager.state("001") == .active })
        try await manager.end()
    }

    @Test("an agent that was restarted is taken at once, its shutdown said or not")
    func restarts() async throws {
        let manager = try await RunningManager.start()

        _ = try await manager.agent(Self.startup, "recv", Self.keepAlive, "recv")
        let unsaid = try await manager.agent(
            Self.startup,
            "first",
            "send:#!-agent shutdown ",
            "closed"
        )
        let said = try await manager.agent(Self.startup, "first")

        #expect(unsaid == [Self.ack, ##""closed""##])
        #expect(said == [Self.ack])
        try await manager.end()
    }

    @Test("a keep-alive makes an agent active though the manager missed its startup")
    func keepAliveAlone() async throws {
        let manager = try await RunningManager.start()

        #expect(try await manager.agent(over: "udp", Self.keepAlive, "recv") == [Self.ack])
        #expect(await eventually { manager.state("001") == .active })
        try await manager.end()
    }

    @Test("a keep-alive is acknowledged when the events before it are kept, not before")
    func acknowledgesKept() async throws {
        let manager = try await RunningManager.start()
        manager.hold(true)
        async let seen = manager.agent(
            Self.startup,
            "recv",
            "send:1:a:one",
            Self.keepAlive,
            "wait:300",
            "send:1:a:two",
            "recv"
        )
        // The second event is sent after the wait: nothing was acknowledged until then.
        #expect(await eventually { manager.manager.tally[.events] == 2 })
        manager.hold(false)

        #expect(try await seen == [Self.ack, ##""nothing""##, Self.ack])
        try await manager.end()
    }

    @Test("a keep-alive with labels and none of the optional lines is taken")
    func labels() async throws {
        let manager = try await RunningManager.start()
        let body =
            "send:#!-Linux |web-1 |6.1 |#1 SMP |x86_64 [Debian GNU/Linux|debian: 12 (bookworm)] - "
            + "Wazuh v4.7.5\n\"group\":web: 1\n!\"secret\":x\n#\"internal\":y\nx merged.mg\n\n"

        #expect(
            try await manager.agent(Self.startup, "recv", body, "recv") == [Self.ack, Self.ack]
        )

        let told = try #require(manager.manager.directory.agent("001")?.keepAlive)
        #expect(
            told.labels == [
                .init(key: "group", value: "web: 1"),
                .init(key: "secret", value: "x", isHidden: true),
            ]
        )
        #expect(told.mergedSum == "x")
        try await manager.end()
    }

    @Test("frames of up to 8 KiB until the agent is known, of up to 64 KiB after")
    func firstFrame() async throws {
        // Else who has no key could make each of many connections hold 64 KiB.
        let manager = try await RunningManager.start()
        var random = SeededGenerator(seed: 11)
        let text = String(
            (0..<30_000).map { _ in
                Character(UnicodeScalar(UInt8.random(in: 48...122, using: &random)))
            }
        )

        let early = try await manager.agent("send:1:a:" + text, "closed")
        let late = try await manager.agent(Self.startup, "first", "send:1:a:" + text)

        #expect(early == [##""closed""##])
        #expect(late == [Self.ack])
        #expect(manager.manager.tally[.oversizedFrames] == 1)
        #expect(await eventually { manager.eventLines == ["001  a " + text] })
        try await manager.end()
    }

    @Test("an agent over an IPv6 socket is known by its IPv4 address")
    func mapped() async throws {
        let manager = try await RunningManager.start {
            $0.streams = ListenEndpoint(host: "::", port: 0)
            $0.datagrams = ListenEndpoint(host: "::", port: 0)
            $0.enrolment?.endpoint = ListenEndpoint(host: "::", port: 0)
            $0.enrolment?.policy.usesSourceAddress = true
        }

        for transport in ["tcp", "udp"] {
            let seen = try await manager.agent(
                over: transport,
                as: RunningManager.local,
                "noid",
                Self.startup,
                "recv"
            )
            #expect(seen == [Self.ack])
        }
        let reply = try await manager.enrol("OSSEC A:'web-9'")
        #expect(reply == [##""ERROR: Duplicate IP: 127.0.0.1. Unable to add agent""##])
        try await manager.end()
    }

    @Test("a request over datagrams is sent again until the agent has it, and acknowledged")
    func requestAgain() async throws {
        let manager = try await RunningManager.start()
        async let seen = manager.agent(
            over: "udp",
            Self.startup,
            "recv",
            Self.keepAlive,
            "recv",
            "recv",
            "recv",
            "send:#!-req 1 ack",
            "send:#!-req 1 ok {}",
            // A busy machine may have been asked a third time meanwhile.
            "until:#!-req 1 ack"
        )
        #expect(await eventually { manager.state("001") == .active })

        let answer = try await manager.manager.ask("001", target: "com", payload: "getstate")

        #expect(answer.text == "ok {}")
        let request = ##""#!-req 1 com getstate""##
        #expect(try await seen.suffix(3) == [request, request, ##""#!-req 1 ack""##])
        try await manager.end()
    }
}
