// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import JagaTesting
import Testing
import Transport

@Suite("an agent that reports to a Wazuh manager")
struct AgentTests {
    @Test("events arrive in order and are acknowledged", arguments: CipherMethod.allCases)
    func delivers(_ method: CipherMethod) async throws {
        let manager = try await RunningManager.start()
        let agent = try RunningAgent([manager.ports.streamPort ?? 0]) { $0.method = method }

        for number in 0..<50 {
            #expect(
                await agent.deliver(
                    number,
                    "a \(number)",
                    "b: \(number)",
                    location: "/l:|\(number)"
                )
            )
        }

        #expect(await eventually { agent.acknowledged.count == 50 })
        #expect(agent.acknowledged == Array(0..<50))
        let lines = manager.eventLines.filter { !$0.contains("Agent started") }
        #expect(
            lines
                == (0..<50).flatMap {
                    ["001 127.0.0.1 /l:|\($0) a \($0)", "001 127.0.0.1 /l:|\($0) b: \($0)"]
                }
        )
        #expect(manager.state("001") == .active)
        try await agent.end()
        #expect(await eventually { manager.state("001") == .disconnected })
        try await manager.end()
    }

    @Test("an agent without a key enrols, keeps it and reports")
    func enrols() async throws {
        let manager = try await RunningManager.start { $0.enrolment?.policy.password = "s3cret" }
        let authority = manager.folder.path + "/etc/ca.pem"
        try manager.folder.write(TestCertificates.authority, to: "etc/ca.pem")
        let agent = try RunningAgent([manager.ports.streamPort ?? 0], key: nil) {
            var enrolment = ClientConfiguration.Enrolment(name: "web-9")
            enrolment.port = manager.ports.enrolmentPort ?? 0
            enrolment.password = "s3cret"
            enrolment.authority = authority
            enrolment.delay = .zero
            $0.enrolment = enrolment
        }

        #expect(await eventually { manager.state("004") == .active })

        #expect(agent.folder.text("etc/client.keys")?.hasPrefix("004 web-9 any ") == true)
        try await agent.end()
        try await manager.end()
    }

    // Source: around-the-engine.md §4.5.
    @Test("where nobody enrols it, the agent asks the manager that it is to report to")
    func enrolsElsewhere() async throws {
        let manager = try await RunningManager.start()
        let agent = try RunningAgent([manager.ports.streamPort ?? 0], key: nil) {
            var enrolment = ClientConfiguration.Enrolment(name: "web-9")
            // No host has this address.
            enrolment.host = "127.255.255.255"
            enrolment.port = manager.ports.enrolmentPort ?? 0
            enrolment.delay = .zero
            $0.enrolment = enrolment
        }

        #expect(await agent.deliver(1, "one"))

        #expect(await eventually { agent.acknowledged == [1] })
        try await agent.end()
        try await manager.end()
    }

    // Each side took the other's receipt for a question, and answered it for ever.
    @Test("a request by datagrams is answered once, and then it is quiet")
    func datagramRequest() async throws {
        let manager = try await RunningManager.start()
        let agent = try RunningAgent([manager.ports.datagramPort ?? 0]) {
            $0.servers[0].way = .datagrams
            $0.notifyInterval = .seconds(1)
        }
        #expect(await eventually { manager.state("001") == .active })

        let answer = try await manager.manager.ask("001", target: "agent", payload: "getstate")
        let keepAlives = manager.manager.tally[.keepAlives]
        #expect(await eventually { manager.manager.tally[.keepAlives] >= keepAlives + 3 })

        #expect(answer.text == #"ok {"asked":"agent getstate"}"#)
        #expect(manager.manager.tally[.unknownMessages] == 0)
        try await agent.end()
        try await manager.end()
    }

    @Test("a manager whose certificate another authority signed gives no key")
    func foreignAuthority() async throws {
        let manager = try await RunningManager.start()
        try manager.folder.write(TestCertificates.manager, to: "etc/other.pem")
        let authority = manager.folder.path + "/etc/other.pem"
        let agent = try RunningAgent([manager.ports.streamPort ?? 0], key: nil) {
            var enrolment = ClientConfiguration.Enrolment(name: "web-9")
            // By a name that the certificate does not have.
            enrolment.host = "127.0.0.2"
            enrolment.port = manager.ports.enrolmentPort ?? 0
            enrolment.authority = authority
            $0.enrolment = enrolment
        }

        #expect(await eventually { agent.agent.status.problem != nil })

        #expect(agent.folder.text("etc/client.keys") == nil)
        #expect(manager.manager.tally[.enrolled] == 0)
        try await agent.end()
        try await manager.end()
    }

    @Test("an agent without a key says so, and goes on when there is one")
    func keyLater() async throws {
        let manager = try await RunningManager.start()
        let folder = try TemporaryFolder()
        try folder.write("", to: "etc/client.keys")
        let agent = WazuhAgent(
            ClientConfiguration(
                servers: [.init(host: "127.0.0.1", port: manager.ports.streamPort ?? 0)],
                root: folder.path,
                uname: KeepAliveTests.uname,
                version: "v4.14.7"
            )
        )
        let run = { @Sendable in
            try await agent.run(receive: { _ in }, answer: { _, _ in [] })
        }
        await #expect(throws: TransportError.self) { try await run() }

        try folder.write(Vectors.keyLine + "\n", to: "etc/client.keys")
        let work = Task { try await run() }

        #expect(await eventually { manager.state("001") == .active })
        work.cancel()
        try await work.value
        try await manager.end()
    }

    @Test("when one manager cannot be reached, the next one is")
    func failover() async throws {
        let manager = try await RunningManager.start()
        let agent = try RunningAgent([RunningAgent.freePort(), manager.ports.streamPort ?? 0])

        #expect(await agent.deliver(1, "line"))

        #expect(await eventually { agent.acknowledged == [1] })
        #expect(agent.agent.status.server?.port == manager.ports.streamPort)
        try await agent.end()
        try await manager.end()
    }

    @Test("what a manager had not acknowledged when it ended is sent again to the next")
    func resends() async throws {
        let first = try await RunningManager.start()
        let port = first.ports.streamPort ?? 0
        let agent = try RunningAgent([port])
        #expect(await agent.deliver(1, "one"))
        #expect(await eventually { agent.acknowledged == [1] })

        try await first.end()
        #expect(await agent.deliver(2, "two"))
        let second = try await RunningManager.start(first.folder) {
            $0.streams = ListenEndpoint(host: "127.0.0.1", port: port)
        }

        #expect(await eventually { agent.acknowledged == [1, 2] })
        #expect(second.eventLines.contains("001 127.0.0.1 /var/log/a two"))
        #expect(!second.eventLines.contains("001 127.0.0.1 /var/log/a one"))
        try await agent.end()
        try await second.end()
    }

    @Test("while the manager takes nothing, the agent waits, and nothing is lost")
    func waits() async throws {
        let manager = try await RunningManager.start { $0.limits.waitingBytes = 100_000 }
        manager.hold(true)
        let agent = try RunningAgent([manager.ports.streamPort ?? 0]) { $0.windowBytes = 200_000 }
        var random = SeededGenerator(seed: 5)
        let texts = (0..<400).map { number in
            "\(number) "
                + String(
                    (0..<8_000).map { _ in
                        Character(UnicodeScalar(UInt8.random(in: 33...126, using: &random)))
                    }
                )
        }

        let sending = Task {
            for (number, text) in texts.enumerated() { #expect(await agent.deliver(number, text)) }
        }
        #expect(await eventually { manager.manager.tally[.events] > 10 })
        manager.hold(false)
        await sending.value

        #expect(await eventually { agent.acknowledged.count == 400 })
        #expect(
            manager.eventLines.dropFirst().map { $0.split(separator: " ")[3] }
                == (0..<400).map { "\($0)" }
        )
        #expect(
            manager.eventLines.dropFirst().elementsEqual(
                texts.map { "001 127.0.0.1 /var/log/a " + $0 }
            )
        )
        try await agent.end()
        try await manager.end()
    }

    @Test("shared files arrive, are put in place, and the old ones go")
    func shared() async throws {
        let folder = try RunningManager.prepared()
        try folder.write("<agent_config/>\n", to: "etc/shared/default/agent.conf")
        let manager = try await RunningManager.start(folder)
        let agent = try RunningAgent([manager.ports.streamPort ?? 0]) {
            $0.notifyInterval = .seconds(1)
        }
        try agent.folder.write("old", to: "etc/shared/old.txt")
        #expect(await eventually { manager.state("001") == .active })
        await manager.manager.reload { _ in }

        #expect(await eventually { agent.folder.text("etc/shared/agent.conf") != nil })

        #expect(agent.folder.text("etc/shared/agent.conf") == "<agent_config/>\n")
        #expect(await eventually { agent.folder.text("etc/shared/old.txt") == nil })
        let file = SharedBundle.File(name: "agent.conf", bytes: "<agent_config/>\n".bytes)
        #expect(await eventually { agent.commands == [.configuration([file])] })
        let sum = agent.folder.text("etc/shared/merged.mg").map {
            SharedBundle(bytes: $0.bytes).digest
        }
        #expect(
            await eventually {
                manager.manager.directory.agent("001")?.keepAlive?.mergedSum == sum
            }
        )
        try await agent.end()
        try await manager.end()
    }

    @Test("responses reach the agent, and requests are answered")
    func commands() async throws {
        let manager = try await RunningManager.start()
        let agent = try RunningAgent([manager.ports.streamPort ?? 0])
        #expect(await eventually { manager.state("001") == .active })

        try manager.manager.respond(#"{"version":1}"#.bytes, at: "001")
        let answer = try await manager.manager.ask("001", target: "agent", payload: "getstate")

        #expect(answer.text == #"ok {"asked":"agent getstate"}"#)
        #expect(await eventually { agent.commands == [.respond(#"{"version":1}"#.bytes)] })
        try await agent.end()
        try await manager.end()
    }

    @Test(
        "a manager in another language understands the agent",
        .enabled(if: Peer.canRun, "python3 is missing"),
        arguments: [ClientConfiguration.Server.Way.stream, .datagrams],
        ["aes", "blowfish"]
    )
    func otherLanguage(
        _ way: ClientConfiguration.Server.Way,
        _ method: String
    ) async throws {
        let port = try RunningAgent.freePort()
        let agent = try RunningAgent([port]) {
            $0.method = method == "aes" ? .aes : .blowfish
            $0.servers[0].way = way
        }
        #expect(await agent.deliver(1, "a: line", location: "/l:og"))

        let seen = try await Peer.run(
            "manager",
            way == .stream ? "tcp" : "udp",
            method,
            "\(port)",
            Vectors.keyLine,
            "2"
        )

        #expect(seen.first == ##""#!-agent startup {\"version\":\"v4.14.7\"}""##)
        #expect(seen.contains(#""1:wazuh-agent:ossec: Agent started: 'web-1->127.0.0.1'.""#))
        #expect(seen.contains(#""1:/l|:og:a: line""#))
        try await agent.end()
    }

    @Test("events arrive by datagrams, and keep-alives acknowledge them")
    func datagrams() async throws {
        let manager = try await RunningManager.start()
        let agent = try RunningAgent([manager.ports.datagramPort ?? 0]) {
            $0.servers[0].way = .datagrams
        }

        for number in 0..<20 { #expect(await agent.deliver(number, "line \(number)")) }

        #expect(await eventually { agent.acknowledged == Array(0..<20) })
        // Answers to keep-alives say nothing of events here.
        let wanted = (0..<20).map { "001 127.0.0.1 /var/log/a line \($0)" }
        #expect(
            await eventually { manager.eventLines.filter { $0.contains("/var/log/a") } == wanted }
        )
        try await agent.end()
        #expect(await eventually { manager.state("001") == .disconnected })
        try await manager.end()
    }

    @Test("a connection is made anew as often as it is asked for, and nothing is lost or twice")
    func reconnects() async throws {
        let manager = try await RunningManager.start()
        let agent = try RunningAgent([manager.ports.streamPort ?? 0]) {
            $0.reconnection = .milliseconds(500)
        }

        #expect(await agent.deliver(1, "one"))
        #expect(await eventually { agent.agent.status.connections >= 2 })
        #expect(await agent.deliver(2, "two"))

        #expect(await eventually { agent.acknowledged == [1, 2] })
        let lines = manager.eventLines.filter { $0.contains("/var/log/a") }
        #expect(lines == ["001 127.0.0.1 /var/log/a one", "001 127.0.0.1 /var/log/a two"])
        try await agent.end()
        try await manager.end()
    }

    @Test(
        "a bundle that is damaged, or leads elsewhere, is not unpacked",
        arguments: [
            "!5 a\nab", "!x a\nb", "a", "!1 ../a\nb", "!1 .a\nb", "!1 a/b\nc", "!-1 a\n", "!1\n",
            "!1 a b\nc",
        ]
    )
    func damaged(_ text: String) {
        #expect(SharedBundle(bytes: text.bytes).files == nil)
    }

    @Test("no piece of a shared file looks like control, and all are there", arguments: 1...4)
    func pieces(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let text = (0..<20_000).map { _ in "#!-a".utf8.randomElement(using: &random) ?? 0 }
        let bundle = SharedBundle(bytes: "#g\n".bytes + text)

        var all: [UInt8] = []
        while case let chunk = bundle.chunk(from: all.count), !chunk.isEmpty {
            #expect(!chunk.starts(with: "#!-".utf8), "seed \(seed)")
            #expect(chunk.count <= 900)
            all += chunk
        }

        #expect(all == bundle.bytes)
    }
}
