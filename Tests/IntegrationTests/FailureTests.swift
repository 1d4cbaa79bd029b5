// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What must not crash Jaga, nor pass in silence.
@Suite(
    "bad input and failing surroundings",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct FailureTests {
    @Test("without an engine, Jaga runs, names the socket and the reason, and connects later")
    func engineComesLater() throws {
        let engine = try #require(TestEngine.current)
        let folder = try TemporaryFolder()
        let socket = folder.path + "/docker.sock"
        let jaga = try RunningJaga(
            environment: ["DOCKER_HOST": "unix://" + socket],
            ready: ""
        )
        let line = try jaga.process.errorLine { $0.contains(socket) }
        #expect(line.contains("does not exist"))
        #expect(line.contains("trying again"))
        try FileManager.default.createSymbolicLink(
            atPath: socket,
            withDestinationPath: engine.folder + "/docker.sock"
        )
        try jaga.process.errorLine(within: 60) { $0.contains("connected") }
        #expect(try jaga.process.stop() == 0)
    }

    @Test("an engine that stops and starts again is watched again, its containers too")
    func engineRestarts() throws {
        let engine = try #require(TestEngine.current)
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        try Shell.expect([TestEngine.script, "halt", engine.folder])
        try Shell.expect([TestEngine.script, "start", engine.folder])
        engine.remove("jaga-after-restart")
        defer { engine.remove("jaga-after-restart") }
        let before = jaga.process.lines.count
        try engine.docker("run", "-d", "--name", "jaga-after-restart", "busybox", "sleep", "600")
        try jaga.process.line(within: 60, from: before) {
            $0.contains("87903") && $0.contains("jaga-after-restart")
        }
        #expect(try jaga.process.stop() == 0)
    }

    @Test("hostile log lines become events or counted drops, and the next line is read")
    func hostileLines() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-hostile")
        defer { engine.remove("jaga-hostile") }
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        let hostile = """
            head -c 1000000 /dev/zero | tr '\\0' A; echo
            printf '\\377\\376\\n{"a":\\n\\000\\n\\033[2J\\033[31mred\\n'
            echo '10.9.8.7 - - [23/Nov/2026:10:00:00 +0000] "GET /?id=1+UNION+SELECT+1,2 HTTP/1.1" 404 1 "-" "x"'
            sleep 600
            """
        try engine.docker("run", "-d", "--name", "jaga-hostile", "busybox", "sh", "-c", hostile)
        let alert = try jaga.alert(within: 20, "31103", "jaga-hostile") { $0.rule.id == "31103" }
        #expect(alert.data?.srcip == "10.9.8.7")
        #expect(jaga.process.lines.allSatisfy { !$0.contains("\u{1B}[2J") })
        #expect(try jaga.process.stop() == 0)
    }

    @Test("kill -9 leaves whole lines, and the next run goes on")
    func killed() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-kill")
        defer { engine.remove("jaga-kill") }
        let first = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        let script =
            "i=0; while :; do i=$((i+1)); echo \"10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] \\\"GET /?n=$i&id=1+UNION+SELECT+2 HTTP/1.1\\\" 404 1 \\\"-\\\" \\\"x\\\"\"; usleep 2000; done"
        try engine.docker("run", "-d", "--name", "jaga-kill", "busybox", "sh", "-c", script)
        try first.alert(within: 20, "jaga-kill", "31103") { $0.rule.id == "31103" }
        #expect(try first.process.stop(SIGKILL) == -SIGKILL)
        let torn = try #require(
            FileManager.default.contents(atPath: first.data + "/alerts/alerts.json")
        )
        #expect(!torn.isEmpty)
        let second = try RunningJaga(
            environment: ["DOCKER_HOST": engine.host],
            folder: first.folder
        )
        try second.process.line(within: 20) { $0.contains("jaga-kill") }
        engine.remove("jaga-kill")
        #expect(try second.process.stop() == 0)
        let numbers = try second.alerts().compactMap { alert -> Int? in
            guard alert.rule.id == "31103", let url = alert.data?.url,
                let start = url.range(of: "n="), let end = url.range(of: "&id")
            else { return nil }
            return Int(url[start.upperBound..<end.lowerBound])
        }
        let missing = try #require(numbers.min())...(try #require(numbers.max()))
        let seen = Set(numbers)
        let lost = missing.filter { !seen.contains($0) }
        #expect(lost.isEmpty, "missing \(lost.prefix(20))")
    }

    @Test("a full disk makes alerts wait, none is lost")
    func fullDisk() throws {
        let engine = try #require(TestEngine.current)
        let folder = try TemporaryFolder()
        let data = folder.path + "/data"
        try FileManager.default.createDirectory(
            atPath: data,
            withIntermediateDirectories: true
        )
        try Shell.expect(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", data])
        defer { _ = try? Shell.run(["umount", "-l", data]) }
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host], folder: folder)
        let filler = data + "/filler"
        _ = try Shell.run(["dd", "if=/dev/zero", "of=" + filler, "bs=1k", "count=1024"])
        engine.remove("jaga-full")
        defer { engine.remove("jaga-full") }
        try engine.docker("run", "-d", "--name", "jaga-full", "busybox", "sleep", "600")
        try jaga.process.errorLine(within: 20) { $0.contains("space") }
        try FileManager.default.removeItem(atPath: filler)
        try jaga.alert(within: 20, "87903", "jaga-full") { $0.rule.id == "87903" }
        #expect(try jaga.process.stop() == 0)
    }

    @Test("a ruleset with mistakes is refused at start with exit code 3 and a list")
    func brokenRulesetAtStart() throws {
        let folder = try Self.folder(withRule: Self.broken)
        let result = try Shell.run([Binary.path, "up", "--data", folder.path + "/data"])
        #expect(result.status == 3)
        #expect(result.errors.contains("local_rules.xml:2:"), "\(result.errors)")
        #expect(result.errors.contains("local_rules.xml:4:"), "\(result.errors)")
    }

    @Test("on reload, a ruleset with mistakes is refused and the old rules stay")
    func brokenRulesetOnReload() throws {
        let engine = try #require(TestEngine.current)
        let folder = try Self.folder(withRule: Self.sound)
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host], folder: folder)
        let rules = folder.path + "/data/etc/rules/local_rules.xml"
        try Self.broken.write(toFile: rules, atomically: true, encoding: .utf8)
        kill(jaga.process.pid, SIGHUP)
        try jaga.process.errorLine { $0.contains("the old one stays") }
        engine.remove("jaga-reload")
        defer { engine.remove("jaga-reload") }
        try engine.docker(
            "run",
            "-d",
            "--name",
            "jaga-reload",
            "busybox",
            "sh",
            "-c",
            "echo jaga-own-rule"
        )
        try jaga.alert("100100", "jaga-reload") { $0.rule.id == "100100" }
        let mended = Self.sound.replacingOccurrences(of: "100100", with: "100200")
        try mended.write(toFile: rules, atomically: true, encoding: .utf8)
        kill(jaga.process.pid, SIGHUP)
        try jaga.process.errorLine { $0.contains("ruleset reloaded") }
        engine.remove("jaga-reload")
        try engine.docker(
            "run",
            "-d",
            "--name",
            "jaga-reload",
            "busybox",
            "sh",
            "-c",
            "echo jaga-own-rule"
        )
        try jaga.alert("100200", "jaga-reload") { $0.rule.id == "100200" }
        #expect(try jaga.process.stop() == 0)
    }

    private static let sound = """
        <group name="local,">
          <rule id="100100" level="8">
            <match>jaga-own-rule</match>
            <description>Our own rule</description>
          </rule>
        </group>
        """

    private static let broken = """
        <group name="local,">
          <rule id="100100" level="99">
            <match>jaga-own-rule</match>
            <mtach>typo</mtach>
            <description>Our own rule</description>
          </rule>
        </group>
        """

    private static func folder(withRule rule: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let rules = folder.path + "/data/etc/rules"
        try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
        try rule.write(
            toFile: rules + "/local_rules.xml",
            atomically: false,
            encoding: .utf8
        )
        return folder
    }
}
