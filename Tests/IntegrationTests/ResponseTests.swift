// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Responses on a real engine, with real containers and the kernel's firewall.
@Suite(
    "responses: acts on containers and addresses",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ResponseTests {
    static let attack = "/users/?id=SELECT+*+FROM+users"

    @Test("an attack pauses its container within a second, and time runs it again")
    func pause() throws {
        let scene = try Scene("jaga-pause", [("docker-pause", 4, "enforce")])
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-pause") }
        #expect(try scene.state() == "paused")
        try scene.wait("500902") { $0.contains("runs again") }
        #expect(try scene.state() == "running")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a dry run says what it would do, and does nothing")
    func dryRun() throws {
        let scene = try Scene("jaga-dry", [("docker-kill", 60, "dry-run")])
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500903") { $0.contains("would do docker-kill") }
        #expect(try scene.state() == "running")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("an isolated container reaches nobody, and gets its network, names and address back")
    func isolate() throws {
        let engine = try #require(TestEngine.current)
        _ = try? engine.docker("network", "rm", "jaga-net")
        try engine.docker("network", "create", "--subnet", "172.30.9.0/24", "jaga-net")
        defer { _ = try? engine.docker("network", "rm", "jaga-net") }
        let scene = try Scene(
            "jaga-isolate",
            [("docker-isolate", 5, "enforce")],
            options: ["--network", "jaga-net", "--ip", "172.30.9.7", "--network-alias", "shop"]
        )
        defer { scene.end() }
        let before = try scene.networks()
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-isolate") }
        #expect(try scene.networks().hasPrefix("jaga-quarantine="))
        try scene.wait("500902") { $0.contains("again in jaga-net") }
        #expect(try scene.networks() == before)
        #expect(before.hasPrefix("jaga-net=172.30.9.7"))
        #expect(try scene.aliases().contains("shop"))
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("kill -9 while an act stands: the next start undoes it when its time is over")
    func killed() throws {
        let scene = try Scene("jaga-killed", [("docker-disconnect", 5, "enforce")])
        defer { scene.end() }
        let before = try scene.networks()
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-disconnect") }
        #expect(try scene.jaga.process.stop(SIGKILL) == -SIGKILL)
        #expect(try scene.networks() == "")
        let next = try scene.again()
        try next.process.line(within: 20) { $0.contains("500902") }
        #expect(try scene.networks() == before)
        #expect(try next.process.stop() == 0)
    }

    @Test("kill -9 between the journal and the act: the next start does it, then undoes it")
    func killedBetween() throws {
        let scene = try Scene("jaga-between", [("docker-pause", 8, "enforce")])
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-pause") }
        #expect(try scene.jaga.process.stop(SIGKILL) == -SIGKILL)
        // The journal's first line alone is what a crash before the act leaves.
        let path = scene.jaga.data + "/state/responses.journal"
        let journal = try String(contentsOfFile: path, encoding: .utf8)
        let begun = try #require(journal.split(separator: "\n").first)
        try "\(begun)\n0badc0de {\"do".write(toFile: path, atomically: true, encoding: .utf8)
        try scene.engine.docker("unpause", scene.name)
        let next = try scene.again()
        try next.process.line(within: 20) { $0.contains("500901") }
        #expect(try scene.state() == "paused")
        try next.process.line(within: 20) { $0.contains("500902") }
        #expect(try scene.state() == "running")
        #expect(try next.process.stop() == 0)
    }

    @Test(
        "a stopped container stays stopped whatever its restart policy, and an undo by hand runs it"
    )
    func undoByHand() throws {
        let scene = try Scene(
            "jaga-stop",
            [("docker-kill", 0, "enforce")],
            options: ["--restart", "always"]
        )
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-kill") }
        #expect(try scene.state() == "exited")
        let list = try scene.respond("list")
        #expect(list.contains("1\tstands\t") && list.contains("\tdocker-kill\t"))
        #expect(try scene.respond("undo", "1").contains("runs again"))
        #expect(try scene.state() == "running")
        let policy = "{{.HostConfig.RestartPolicy.Name}}"
        #expect(try scene.engine.docker("inspect", "-f", policy, scene.name) == "always")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a container that is protected is left alone; one that only looks so is not")
    func protected() throws {
        let scene = try Scene(
            "jaga-never",
            [("docker-pause", 60, "enforce")],
            options: ["--label", "jaga.response=never"]
        )
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500904") { $0.contains("protects it") }
        #expect(try scene.state() == "running")
        #expect(try scene.jaga.process.stop() == 0)
        scene.end()

        let other = try Scene(
            "jaga",
            [("docker-pause", 60, "enforce")],
            options: ["--label", "jaga.response=never;--", "--label", "x=jaga.response=never"]
        )
        defer { other.end() }
        try other.attack()
        try other.wait("500901") { $0.contains("docker-pause") }
        #expect(try other.state() == "paused")
        #expect(try other.jaga.process.stop() == 0)
    }

    @Test("a snapshot keeps an image and the engine's word before the container is killed")
    func snapshot() throws {
        let scene = try Scene(
            "jaga-evidence",
            [("docker-snapshot", 0, "enforce"), ("docker-kill", 0, "enforce")]
        )
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-kill") }
        let images = try scene.engine.docker("images", "-q", "jaga-evidence")
        #expect(!images.isEmpty)
        for image in images.split(separator: "\n") {
            try scene.engine.docker("rmi", "-f", String(image))
        }
        let folder = scene.jaga.data + "/evidence"
        let kept = try FileManager.default.subpathsOfDirectory(atPath: folder)
        #expect(kept.filter { $0.hasSuffix("log.raw") }.count == 1)
        #expect(kept.filter { $0.hasSuffix("changes.json") }.count == 1)
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a blocked address reaches no published port, others do, and time lets it in again")
    func block() throws {
        let engine = try #require(TestEngine.current)
        let client = try OutsideClient(engine)
        defer { client.end() }
        let scene = try Scene("jaga-block", [("block-address", 5, "enforce")], inNetwork: true)
        defer { scene.end() }
        #expect(client.status("/") != "000")
        _ = client.status(Self.attack)
        try scene.wait("601") { $0.contains("203.0.113.9") }
        #expect(client.status("/") == "000")
        #expect(try engine.curl("/", port: 8080).contains("html"))
        try scene.wait("602") { $0.contains("203.0.113.9") }
        #expect(client.status("/") != "000")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a storm of a thousand alerts a second leads to one act and one alert of the breaker")
    func storm() throws {
        let scene = try Scene(
            "jaga-storm",
            [("block-address", 60, "dry-run")],
            settings: "<per_minute>1</per_minute>"
        )
        defer { scene.end() }
        let file = scene.folder.path + "/storm.log"
        var lines = ""
        for number in 0..<3_000 {
            lines += "203.0.\(number / 250).\(number % 250 + 1) - - "
            lines += "[27/Nov/2026:07:00:00 +0000] \"GET \(Self.attack)&n=\(number) HTTP/1.1\" "
            lines += "404 1 \"-\" \"x\"\n"
        }
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.write(contentsOf: Data(lines.utf8))
        try handle.close()
        try scene.wait("500908") { $0.contains("more than 1 acts in a minute") }
        try scene.jaga.process.lines(3_000, within: 60) { $0.contains("31103") }
        let printed = scene.jaga.process.lines
        #expect(printed.count { $0.contains("500903") } == 1)
        #expect(printed.count { $0.contains("500908") } == 1)
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("hostile text in every field reaches a script as JSON alone, and no shell")
    func hostile() throws {
        let engine = try #require(TestEngine.current)
        let client = try OutsideClient(engine)
        defer { client.end() }
        let scene = try Scene("jaga-hostile-act", [("script.sh", 3, "enforce")], inNetwork: true)
        defer { scene.end() }
        try scene.write(script: Self.script(scene.folder.path))
        _ = client.status("/?id=1%27+UNION+SELECT+$(touch+owned)+`id`,2+FROM+users--")
        try scene.wait("500901") { $0.contains("the script acted on k") }
        try scene.wait("500902") { $0.contains("the script undid it") }
        let got = try String(contentsOfFile: scene.folder.path + "/got", encoding: .utf8)
        let lines = got.split(separator: "\n")
        #expect(lines.count == 3)
        for (line, command) in zip(lines, ["add", "continue", "delete"]) {
            #expect(line.contains("\"command\":\"\(command)\""))
            #expect(line.contains("$(touch+owned)"))
        }
        let arguments = try String(contentsOfFile: scene.folder.path + "/count", encoding: .utf8)
        #expect(arguments == "0\n0\n")
        #expect(try scene.jaga.process.stop() == 0)
    }

    /// Notes what it is given, and names one key.
    private static func script(_ folder: String) -> String {
        """
        #!/bin/sh
        read -r line
        printf '%s\\n' "$line" >> '\(folder)/got'
        echo "$#" >> '\(folder)/count'
        case $line in *'"command":"delete"'*) exit 0 ;; esac
        echo '{"version":1,"origin":{"name":"s","module":"active-response"},\
        "command":"check_keys","parameters":{"keys":["k"]}}'
        read -r line
        printf '%s\\n' "$line" >> '\(folder)/got'
        """
    }
}
