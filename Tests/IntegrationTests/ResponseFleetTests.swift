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

extension ResponseFleetTests {
    @Test("a script of the agent's owner gets Wazuh's words there, once, and undoes it in time")
    func script() throws {
        let fleet = try ResponseFleet("jaga-fleet-script", agent: "", act: "note.sh")
        defer { fleet.end() }
        try fleet.write(script: "note.sh")
        try fleet.attack()
        try fleet.manager.line(within: 60) {
            $0.contains("500901") && $0.contains("the script acted on 198.51.100.7")
        }
        // While it stands, the same source leads to no second run.
        try fleet.attack()
        #expect(try fleet.respond("list").split(separator: "\n").count == 1)
        try fleet.manager.line(within: 60) {
            $0.contains("500902") && $0.contains("the script undid it")
        }
        let lines = try fleet.got().split(separator: "\n")
        #expect(lines.count == 3)
        for (line, command) in zip(lines, ["add", "continue", "delete"]) {
            #expect(line.contains("\"command\":\"\(command)\""))
            #expect(line.contains("\"program\":\"active-response/bin/note.sh\""))
            #expect(line.contains("\"extra_args\":[\"-x\",\"$(id)\"]"))
        }
        #expect(lines.first?.contains("SELECT+*+FROM+users") == true)
    }

    @Test("a script that others could change is refused on the agent, and the manager says why")
    func unsafeScript() throws {
        let fleet = try ResponseFleet("jaga-fleet-unsafe", agent: "", act: "note.sh")
        defer { fleet.end() }
        try fleet.write(script: "note.sh", mode: 0o777)
        try fleet.attack()
        try fleet.manager.line(within: 60) {
            $0.contains("500904") && $0.contains("can be changed by others")
        }
        #expect(throws: (any Error).self) { try fleet.got() }
    }
}

/// A manager, its agent on the engine's host, and a web server in a container there.
private final class ResponseFleet: Sendable {
    let manager: RunningProcess
    let agent: RunningProcess
    private let engine: TestEngine
    private let name: String
    private let folder: TemporaryFolder

    init(_ name: String, agent settings: String, act: String = "docker-pause") throws {
        engine = try #require(TestEngine.current)
        self.name = name
        folder = try TemporaryFolder()
        engine.remove(name)
        let place = folder.path
        try """
        <ossec_config>
        <command><name>act</name><executable>\(act)</executable>
        <timeout_allowed>yes</timeout_allowed><extra_args>-x $(id)</extra_args></command>
        <active-response><command>act</command><location>local</location>
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

    /// Lays a script into the agent's folder: it notes what it is given, and names the source.
    func write(script: String, mode: Int = 0o700) throws {
        let bin = folder.path + "/a/active-response/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        let note = "printf '%s\\n' \"$line\" >> '\(folder.path)/got'"
        try """
        #!/bin/sh
        read -r line
        \(note)
        case $line in *'"command":"delete"'*) exit 0 ;; esac
        echo '{"version":1,"origin":{"name":"note","module":"active-response"},\
        "command":"check_keys","parameters":{"keys":["198.51.100.7"]}}'
        read -r line
        \(note)
        """.write(toFile: bin + "/" + script, atomically: false, encoding: .utf8)
        for (path, mode) in [(bin, 0o700), (bin + "/" + script, mode)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
    }

    /// What the script was given.
    func got() throws -> String {
        try String(contentsOfFile: folder.path + "/got", encoding: .utf8)
    }

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
