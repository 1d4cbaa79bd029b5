// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// Acts that ``ResponseTests`` has no word of, on a real engine and a real host.
@Suite(
    "responses: stop, restart, IPv6, accounts, settings that change",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ResponseActTests {
    @Test("a stopped container stays down until its time is over")
    func stop() throws {
        let scene = try Scene("jaga-stopped", [("docker-stop", 5, "enforce")])
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-stop") }
        #expect(try scene.state() == "exited")
        try scene.wait("500902") { $0.contains("runs again") }
        #expect(try scene.state() == "running")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a restarted container runs anew, and there is nothing to undo")
    func restart() throws {
        let scene = try Scene("jaga-restarted", [("docker-restart", 60, "enforce")])
        defer { scene.end() }
        let format = "{{.State.StartedAt}}"
        let before = try scene.engine.docker("inspect", "-f", format, scene.name)
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-restart") }
        #expect(try scene.state() == "running")
        #expect(try scene.engine.docker("inspect", "-f", format, scene.name) != before)
        #expect(try scene.respond("list").isEmpty)
        #expect(try scene.jaga.process.stop() == 0)
    }

    // The test image of nginx has no page at /: 404 is its answer, 000 is none.
    @Test("an IPv6 address is blocked for published ports too, others are not")
    func blockIPv6() throws {
        let engine = try #require(TestEngine.current)
        let client = try OutsideClient(engine)
        defer { client.end() }
        let scene = try Scene("jaga-block6", [("block-address", 5, "enforce")], inNetwork: true)
        defer { scene.end() }
        let host = "[2001:db8:9::1]"
        #expect(client.status("/", at: host) == "404")
        try scene.log(
            "2001:db8:9:0::9 - - [27/Nov/2026:07:00:00 +0000] "
                + "\"GET \(ResponseTests.attack) HTTP/1.1\" 404 1 \"-\" \"x\""
        )
        try scene.wait("601") { $0.contains("2001:db8:9::9") }
        #expect(client.status("/", at: host) == "000")
        #expect(client.status("/") == "404")
        try scene.wait("602") { $0.contains("2001:db8:9::9") }
        #expect(client.status("/", at: host) == "404")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a campaign of SQL injections isolates the container that it is aimed at")
    func campaign() throws {
        let scene = try Scene(
            "jaga-campaign",
            [("docker-isolate", 0, "enforce")],
            rules: "31152"
        )
        defer { scene.end() }
        for number in 1...10 {
            // The network is gone by the last of them: nobody answers, and none is retried.
            try? scene.attack(ResponseTests.attack + "&n=\(number)", "--retry", "0")
        }
        try scene.wait("500901") { $0.contains("docker-isolate") }
        #expect(try scene.networks().hasPrefix("jaga-quarantine="))
        #expect(try scene.respond("undo", "1").contains("again in bridge"))
        #expect(try scene.networks().hasPrefix("bridge="))
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("guessed passwords block the address, which then reaches no container either")
    func bruteForce() throws {
        let engine = try #require(TestEngine.current)
        let client = try OutsideClient(engine)
        defer { client.end() }
        let scene = try Scene(
            "jaga-guessed",
            [("block-address", 0, "enforce")],
            rules: "5712,5763",
            inNetwork: true
        )
        defer { scene.end() }
        #expect(client.status("/") == "404")
        for number in 1...9 {
            try scene.log(
                "Nov 27 07:00:0\(number) host sshd[1]: Failed password for root "
                    + "from 203.0.113.9 port \(4000 + number) ssh2"
            )
        }
        try scene.wait("601") { $0.contains("203.0.113.9") }
        #expect(client.status("/") == "000")
        #expect(try scene.respond("undo", "1").contains("pass again"))
        #expect(client.status("/") == "404")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("responses that change in ossec.conf hold at once; with a mistake the old ones stay")
    func reload() throws {
        let scene = try Scene("jaga-reload", [])
        defer { scene.end() }
        try scene.attack()
        try scene.jaga.process.line { $0.contains("31103") }
        try scene.replace([("docker-pause", 0, "enforce")])
        try scene.jaga.process.errorLine { $0.contains("ruleset reloaded") }
        try scene.replace(
            [("docker-kill", 0, "enforce")],
            settings: "<never address=\"no address\"/>"
        )
        try scene.jaga.process.errorLine { $0.contains("responses and outputs stay as they were") }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-pause") }
        #expect(try scene.state() == "paused")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a response whose script is not there, or not safe, is told at the start and at a reload")
    func noScript() throws {
        let scene = try Scene("jaga-no-script", [("host-deny", 60, "enforce")])
        defer { scene.end() }
        try scene.jaga.process.errorLine {
            $0.contains("response host-deny60 can do nothing: cannot use")
        }
        try scene.replace([("script.sh", 60, "enforce")])
        try scene.jaga.process.errorLine { $0.contains("response script.sh60 can do nothing") }
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("an account's password is locked, and unlocked by an undo")
    func account() throws {
        let folder = try TemporaryFolder()
        let etc = folder.path + "/etc"
        try Shell.expect(["cp", "-a", "/etc", etc])
        try Self.append("jagatest:x:61234:61234::/:/bin/sh", to: etc + "/passwd")
        try Self.append("jagatest:$6$a$b:19000:0:99999:7:::", to: etc + "/shadow")
        // In a mount namespace of its own: this host's accounts are not touched.
        let own = ["unshare", "-m", "sh", "-c", "mount --bind '\(etc)' /etc && exec \"$@\"", "sh"]
        let jaga = try RunningJaga(folder: folder, wrapper: own, ready: "watching")
        // It is asked through a folder that it makes a moment later.
        let requests = jaga.data + "/state/responses.requests"
        for _ in 0..<60 where !FileManager.default.fileExists(atPath: requests) { usleep(50_000) }
        let ask = own + [Binary.path, "respond"]
        let run = try Shell.expect(
            ask + ["run", "disable-account", "--account", "jagatest", "--enforce"]
                + ["--data", jaga.data]
        )
        #expect(run.contains("the password of jagatest is locked"))
        #expect(try Self.hash(etc) == "!$6$a$b")
        let undo = try Shell.expect(ask + ["undo", "1", "--data", jaga.data])
        #expect(undo.contains("the password of jagatest is unlocked"))
        #expect(try Self.hash(etc) == "$6$a$b")
        #expect(try jaga.process.stop() == 0)
    }

    private static func append(_ line: String, to path: String) throws {
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data((line + "\n").utf8))
        try file.close()
    }

    private static func hash(_ etc: String) throws -> String {
        let text = try String(contentsOfFile: etc + "/shadow", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("jagatest:") }
        let fields = line?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        return try String(#require(fields.dropFirst().first))
    }
}
