// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A manager that decides, and an agent on the engine's host that acts.
@Suite(
    "responses through the fleet",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ResponseFleetTests {
    @Test("the manager decides, the agent pauses the container, and time runs it again")
    func act() throws {
        let fleet = try ResponseFleet("jaga-fleet-act", agent: "")
        defer { fleet.end() }
        try fleet.attack()
        try fleet.manager.line(within: 60) {
            $0.contains("500901") && $0.contains("the container is paused")
        }
        #expect(try fleet.state() == "paused")
        let list = try fleet.respond("list")
        #expect(list.contains("1\tstands\t") && list.contains("\tdocker-pause\t"))
        try fleet.manager.line(within: 60) {
            $0.contains("500902") && $0.contains("the container runs again")
        }
        #expect(try fleet.state() == "running")
    }

    @Test("what the agent's own file forbids is not done there, whatever the manager says")
    func forbidden() throws {
        let fleet = try ResponseFleet(
            "jaga-fleet-never",
            agent: "<jaga><responses><never act=\"docker-pause\"/></responses></jaga>"
        )
        defer { fleet.end() }
        try fleet.attack()
        try fleet.manager.line(within: 60) {
            $0.contains("500904")
                && $0.contains("on the agent, docker-pause is forbidden by the settings")
        }
        #expect(try fleet.state() == "running")
    }

    @Test("an act stands over the agent's death, and is undone when the agent is back")
    func agentKilled() throws {
        let fleet = try ResponseFleet("jaga-fleet-killed", agent: "")
        defer { fleet.end() }
        try fleet.attack()
        try fleet.manager.line(within: 60) { $0.contains("500901") }
        #expect(try fleet.agent.stop(SIGKILL) == -SIGKILL)
        #expect(try fleet.state() == "paused")
        let again = try fleet.startAgent()
        defer { again.terminate() }
        try fleet.manager.line(within: 120) { $0.contains("500902") }
        #expect(try fleet.state() == "running")
    }
}

/// A manager, its agent on the engine's host, and a web server in a container there.
private final class ResponseFleet: Sendable {
    let manager: RunningProcess
    let agent: RunningProcess
    private let engine: TestEngine
    private let name: String
    private let folder: TemporaryFolder

    init(_ name: String, agent settings: String) throws {
        engine = try #require(TestEngine.current)
        self.name = name
        folder = try TemporaryFolder()
        engine.remove(name)
        let place = folder.path
        try """
        <ossec_config>
        <command><name>pause</name><executable>docker-pause</executable>
        <timeout_allowed>yes</timeout_allowed></command>
        <active-response><command>pause</command><location>local</location>
        <rules_id>31103</rules_id><timeout>8</timeout><mode>enforce</mode></active-response>
        </ossec_config>
        """.write(toFile: place + "/manager.conf", atomically: true, encoding: .utf8)
        try "<ossec_config>\(settings)</ossec_config>".write(
            toFile: place + "/agent.conf",
            atomically: true,
            encoding: .utf8
        )
        let port = Int.random(in: 21_000...29_000)
        manager = try RunningProcess(
            [Binary.path, "manager", "--data", place + "/m", "--config", place + "/manager.conf"]
                + ["--agents", "127.0.0.1:\(port)"],
            environment: ["JAGA_LISTEN": "off", "DOCKER_HOST": "unix://\(place)/none.sock"]
        )
        try manager.errorLine { $0.contains("\(port)") }
        let token = try Shell.expect(
            [Binary.path, "manager", "token", "create", "--data", place + "/m", "--bare"]
                + ["--host", "127.0.0.1:\(port)"]
        ).trimmingCharacters(in: .whitespacesAndNewlines)
        try Shell.expect(
            [Binary.path, "agent", "enroll", "https://127.0.0.1:\(port)", "--token", token]
                + ["--name", "edge", "--data", place + "/a"]
        )
        agent = try Self.start(place, engine)
        do {
            try Shell.expect(
                ["docker", "run", "-d", "--name", name, "-p", "8080:80", "nginx"],
                environment: ["DOCKER_HOST": engine.host]
            )
        } catch {
            engine.remove(name)
            throw error
        }
    }

    private static func start(_ place: String, _ engine: TestEngine) throws -> RunningProcess {
        let agent = try RunningProcess(
            [Binary.path, "agent", "--data", place + "/a", "--config", place + "/agent.conf"],
            environment: ["DOCKER_HOST": engine.host]
        )
        try agent.errorLine { $0.contains("connected to") }
        return agent
    }

    /// Starts the agent again on the same data.
    func startAgent() throws -> RunningProcess { try Self.start(folder.path, engine) }

    func attack() throws {
        try Shell.expect(
            [TestEngine.script, "exec", engine.folder, "--", "curl", "-s", "-g", "-m", "5"]
                + ["--retry", "20", "--retry-connrefused", "--interface", TestEngine.client]
                + ["http://\(TestEngine.address):8080\(ResponseTests.attack)"]
        )
    }

    func state() throws -> String {
        try engine.docker("inspect", "-f", "{{.State.Status}}", name)
    }

    func respond(_ words: String...) throws -> String {
        try Shell.expect([Binary.path, "respond"] + words + ["--data", folder.path + "/m"])
    }

    func end() {
        agent.terminate()
        manager.terminate()
        engine.remove(name)
    }
}
