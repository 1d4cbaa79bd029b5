// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Transport

/// Port 1515 against an agent in another language.
@Suite("the port for enrolment", .enabled(if: Peer.canRun, "python3 is missing"))
struct EnrolmentServerTests {
    @Test("an agent enrols and connects with the key it got")
    func enrols() async throws {
        let manager = try await RunningManager.start()

        let reply = try #require(try await manager.enrol("OSSEC A:'web-9' V:'v4.14.7'").first)

        let line = reply.dropFirst("\"OSSEC K:'".count).dropLast(2)
        #expect(line.hasPrefix("004 web-9 any "))
        #expect(manager.folder.text("etc/client.keys")?.hasSuffix("\(line)\n") == true)
        let seen = try await manager.agent(as: String(line), ManagerTests.startup, "recv")
        #expect(seen == [ManagerTests.ack])
        #expect(
            manager.folder.text("queue/agents-timestamp")
                == "004 web-9 any 2026-09-21 14:13:20\n"
        )
        try await manager.end()
    }

    @Test("a wrong password enrols nobody")
    func password() async throws {
        let manager = try await RunningManager.start { $0.enrolment?.policy.password = "s3 cret" }

        let wrong = try await manager.enrol("OSSEC PASS: s3 OSSEC A:'web-9'")
        let right = try await manager.enrol("OSSEC PASS: s3 cret OSSEC A:'web-9'")

        #expect(wrong == [#""ERROR: Invalid password. Unable to add agent""#])
        #expect(right.first?.hasPrefix("\"OSSEC K:'004 web-9 any ") == true)
        #expect(manager.manager.tally[.enrolled] == 1)
        #expect(manager.manager.tally[.enrolmentsRefused] == 1)
        try await manager.end()
    }

    // Source: around-the-engine.md §4.1, ssl_verify_host.
    @Test(
        "where addresses are verified, an agent must come from one that its certificate names",
        arguments: [("IP:127.0.0.1", true), ("IP:192.0.2.1", false), ("DNS:web-9", false)]
    )
    func addresses(_ name: String, _ isGood: Bool) async throws {
        let folder = try TemporaryFolder()
        try Self.makeCertificates(in: folder, for: name)
        let manager = try await RunningManager.start {
            $0.enrolment?.agentAuthority = folder.path + "/authority.pem"
            $0.enrolment?.verifiesAgentAddress = true
        }
        let port = "\(manager.ports.enrolmentPort ?? 0)"

        let seen = try await Peer.run(
            "enrol",
            "127.0.0.1",
            port,
            "OSSEC A:'web-9'",
            folder.path + "/agent.pem",
            folder.path + "/agent.key"
        )

        let isEnrolled = seen.first?.hasPrefix("\"OSSEC K:'004 web-9 ") == true
        #expect(isEnrolled == isGood, "\(seen)")
        #expect(manager.manager.tally[.enrolled] == (isGood ? 1 : 0))
        try await manager.end()
    }

    /// An authority, and an agent's certificate that it signed.
    private static func makeCertificates(in folder: TemporaryFolder, for name: String) throws {
        try folder.write(
            "subjectAltName=\(name)\nextendedKeyUsage=clientAuth\n",
            to: "extensions"
        )
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.arguments = [
            "-c",
            "exec 2>/dev/null; openssl req -x509 \(key) -subj /CN=a -days 2 -keyout a.key"
                + " -out authority.pem && openssl req -new \(key) -subj /CN=web-9"
                + " -keyout agent.key -out agent.csr && openssl x509 -req -in agent.csr -days 1"
                + " -CA authority.pem -CAkey a.key -CAcreateserial -extfile extensions"
                + " -out agent.pem",
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("openssl did not sign") }
    }

    @Test("an agent that lost its key replaces itself, and the old key is worth nothing")
    func replaces() async throws {
        let manager = try await RunningManager.start()

        let reply = try await manager.enrol(
            "OSSEC A:'web-1' K:'\(String(repeating: "0", count: 40))'"
        )
        let refused = try await manager.enrol("OSSEC A:'web-1'")

        #expect(reply.first?.hasPrefix("\"OSSEC K:'004 web-1 any ") == true)
        #expect(refused == [#""ERROR: Duplicate agent name: web-1. Unable to add agent""#])
        #expect(manager.folder.text("etc/client.keys")?.hasPrefix("001 !web-1 any ") == true)
        #expect(try await manager.agent(ManagerTests.startup, "closed") == [#""closed""#])
        try await manager.end()
    }

    @Test("many enrol at once, each with an id of its own")
    func storm() async throws {
        let manager = try await RunningManager.start()

        try await withThrowingTaskGroup { tasks in
            for number in 0..<20 {
                tasks.addTask { try await manager.enrol("OSSEC A:'storm-\(number)'") }
            }
            try await tasks.waitForAll()
        }

        let ids = manager.manager.directory.agents.map(\.id)
        #expect(ids == (1...23).map { $0 < 10 ? "00\($0)" : "0\($0)" })
        try await manager.end()
    }

    @Test("without a certificate one is made, and stays")
    func makesCertificate() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Vectors.keyLine + "\n", to: "etc/client.keys")
        let first = try await RunningManager.start(folder)
        #expect(try await first.enrol("OSSEC A:'web-8'").first?.contains("002 web-8") == true)
        try await first.end()
        let made = try #require(folder.text("etc/sslmanager.cert"))
        let second = try await RunningManager.start(folder)

        #expect(try await second.enrol("OSSEC A:'web-9'").first?.contains("003 web-9") == true)

        #expect(folder.text("etc/sslmanager.cert") == made)
        #expect(folder.mode("etc/sslmanager.key") == 0o600)
        try await second.end()
    }

    @Test("agents can be told to trust the certificate that was made, by its file")
    func trustsCertificate() async throws {
        let folder = try TemporaryFolder()
        try folder.write(Vectors.keyLine + "\n", to: "etc/client.keys")
        let manager = try await RunningManager.start(folder)
        let agent = try RunningAgent([manager.ports.streamPort ?? 0], key: nil) {
            var enrolment = ClientConfiguration.Enrolment(name: "web-9")
            enrolment.port = manager.ports.enrolmentPort ?? 0
            enrolment.authority = folder.path + "/etc/sslmanager.cert"
            enrolment.delay = .zero
            $0.enrolment = enrolment
        }

        #expect(await eventually { manager.state("002") == .active })

        try await agent.end()
        try await manager.end()
    }

    @Test("a certificate without its key is a mistake that is said")
    func halfCertificate() async throws {
        let folder = try TemporaryFolder()
        try folder.write(TestCertificates.manager, to: "etc/sslmanager.cert")

        await #expect(throws: TransportError.self) { try await RunningManager.start(folder) }
        #expect(folder.text("etc/sslmanager.key") == nil)
    }

    @Test("of many who enrol at once by one name, one gets a key")
    func sameName() async throws {
        let manager = try await RunningManager.start()

        let replies = try await withThrowingTaskGroup(of: [String].self) { tasks in
            for _ in 0..<8 {
                tasks.addTask { try await manager.enrol("OSSEC A:'twin' K:'\(Vectors.keyHash)'") }
            }
            return try await tasks.reduce(into: []) { $0 += $1 }
        }

        let refused = ##""ERROR: Duplicate agent name: twin. Unable to add agent""##
        #expect(replies.count { $0 == refused } == 7)
        #expect(replies.count { $0.hasPrefix("\"OSSEC K:'004 twin any ") } == 1)
        #expect(manager.manager.tally[.enrolmentsRefused] == 7)
        try await manager.end()
    }

    @Test("a removed agent is cut off at once, and its removal is told")
    func removal() async throws {
        let manager = try await RunningManager.start()
        async let seen = manager.agent(
            ManagerTests.startup,
            "recv",
            ManagerTests.keepAlive,
            "recv",
            "closed"
        )
        #expect(await eventually { manager.state("001") == .active })

        try await manager.manager.remove("001", purging: false)

        #expect(try await seen.last == #""closed""#)
        #expect(
            await eventually {
                manager.eventLines.contains(
                    "000  wazuh-monitord ossec: Agent removed: 'web-1-any'."
                )
            }
        )
        try await manager.end()
    }

    @Test("keys of another manager are imported, and a change of the file is seen")
    func imported() async throws {
        let manager = try await RunningManager.start()

        let count = try await manager.manager.importKeys("017 old-1 any abc\n018 old-2 any def\n")
        try manager.folder.write("\(Vectors.keyLine)\n020 by-hand any abc\n", to: "etc/client.keys")
        await manager.manager.reload { _ in }

        #expect(count == 2)
        #expect(manager.manager.directory.agents.map(\.id) == ["001", "020"])
        await #expect(throws: TransportError.self) {
            try await manager.manager.importKeys("nonsense\n")
        }
        try await manager.end()
    }
}
