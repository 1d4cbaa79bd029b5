// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Containers run in every risky way on the real engine.
@Suite(
    "posture: how containers are run",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct PostureTests {
    /// How a container is started in which nothing is to be found.
    private static let clean = [
        "--user", "1000:1000", "--read-only", "--memory", "64m", "--pids-limit", "50",
        "--security-opt", "no-new-privileges", "--cap-drop", "ALL",
    ]

    /// Options beside the clean ones, the rule, and what its alert says.
    private static let risks: [(name: String, options: [String], rule: String, says: String)] = [
        ("privileged", ["--privileged"], "501010", "is privileged"),
        ("socket", ["-v", "/var/run/docker.sock:/s:ro"], "501011", "docker.sock"),
        ("etc", ["-v", "/etc:/x:ro"], "501002", "/etc (read-only)"),
        ("root", ["-v", "/:/x"], "501001", "sensitive path"),
        ("proc", ["-v", "/proc:/x"], "501001", "/proc"),
        ("admin", ["--cap-add", "SYS_ADMIN"], "501001", "SYS_ADMIN"),
        ("netadmin", ["--cap-add", "NET_ADMIN"], "501002", "NET_ADMIN"),
        ("net", ["--network", "host"], "501012", "host's network"),
        ("pid", ["--pid", "host"], "501013", "host's processes"),
        ("ipc", ["--ipc", "host"], "501003", "memory segments"),
        ("uts", ["--uts", "host"], "501003", "host's name"),
        ("users", ["--userns", "host"], "501003", "not remapped"),
        ("seccomp", ["--security-opt", "seccomp=unconfined"], "501002", "seccomp is off"),
        ("apparmor", ["--security-opt", "apparmor=unconfined"], "501002", "AppArmor"),
        ("masked", ["--security-opt", "systempaths=unconfined"], "501002", "not hidden"),
        ("device", ["--device", "/dev/null:/dev/x"], "501003", "/dev/null"),
        ("rule", ["--device-cgroup-rule", "a *:* rwm"], "501002", "a *:* rwm"),
        ("port", ["-p", "8099:80"], "501015", "8099 (80/tcp)"),
        ("secret", ["-e", "DB_PASSWORD=hunter2"], "501014", "DB_PASSWORD"),
        ("user", ["--user", "root"], "501004", "root-user"),
        ("memory", ["--memory", "0"], "501004", "no-memory-limit"),
    ]

    private static func posture(_ jaga: RunningJaga, of container: String) throws -> [SeenAlert] {
        try jaga.alerts().filter {
            $0.location == "jaga-posture" && $0.data?.container?.name == container
        }
    }

    @Test("each risky way is one alert with its rule, a clean container is none")
    func risks() throws {
        let engine = try #require(TestEngine.current)
        let names = ["jaga-p-clean"] + Self.risks.map { "jaga-p-\($0.name)" }
        for name in names { engine.remove(name) }
        defer { for name in names { engine.remove(name) } }
        let jaga = try RunningJaga(environment: [
            "DOCKER_HOST": engine.host, "JAGA_AUDIT_HOURS": "0",
        ])

        try start(engine, "jaga-p-clean", [])
        for risk in Self.risks {
            try start(engine, "jaga-p-\(risk.name)", risk.options)
            try jaga.process.line {
                $0.contains(" \(risk.rule) ") && $0.contains("jaga-p-\(risk.name)")
            }
        }

        for risk in Self.risks {
            let alerts = try Self.posture(jaga, of: "jaga-p-\(risk.name)")
            #expect(alerts.map(\.rule.id) == [risk.rule], "\(risk.name)")
            #expect(alerts.first?.rule.description.contains(risk.says) == true, "\(risk.name)")
        }
        #expect(try Self.posture(jaga, of: "jaga-p-clean").map(\.rule.description) == [])
        #expect(try jaga.process.stop() == 0)
        try expectNowhere("hunter2", in: jaga.data)
    }

    @Test("a restart of Jaga tells nothing again, a change and its mending are told")
    func changes() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-p-change")
        defer { engine.remove("jaga-p-change") }
        let environment = ["DOCKER_HOST": engine.host, "JAGA_AUDIT_HOURS": "0"]
        try start(engine, "jaga-p-change", ["--network", "host"])
        let first = try RunningJaga(environment: environment)
        try first.process.line { $0.contains(" 501012 ") && $0.contains("jaga-p-change") }
        #expect(try first.process.stop() == 0)

        let second = try RunningJaga(environment: environment, folder: first.folder)
        engine.remove("jaga-p-change")
        try start(engine, "jaga-p-change", ["--pid", "host"])
        try second.process.line { $0.contains(" 501013 ") && $0.contains("jaga-p-change") }
        let rules = try Self.posture(second, of: "jaga-p-change").map(\.rule.id)
        #expect(rules == ["501012", "501013"])
        #expect(try second.process.stop() == 0)
    }

    @Test("a program brought into a container, its changed /etc and root's hand are told")
    func drift() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-p-drift")
        defer { engine.remove("jaga-p-drift") }
        let jaga = try RunningJaga(
            environment: [
                "DOCKER_HOST": engine.host, "JAGA_AUDIT_HOURS": "0",
                "JAGA_POSTURE_QUIET_MINUTES": "0",
            ]
        )
        try engine.docker("run", "-d", "--name", "jaga-p-drift", "busybox", "sleep", "600")
        try jaga.process.line { $0.contains(" 501004 ") && $0.contains("jaga-p-drift") }
        try engine.docker("exec", "jaga-p-drift", "true")
        try jaga.process.line { $0.contains(" 501022 ") && $0.contains("true") }
        let script = "cp /bin/busybox /tmp/miner; echo x:x:0:0::/:/bin/sh >> /etc/passwd"
        try engine.docker("exec", "jaga-p-drift", "sh", "-c", script)
        try jaga.process.line(within: 60) { $0.contains(" 501020 ") && $0.contains("/tmp/miner") }
        try jaga.process.line(within: 60) { $0.contains(" 501021 ") && $0.contains("/etc/passwd") }
        #expect(try jaga.process.stop() == 0)
    }

    @Test("jaga audit judges the engine, and fails a pipeline when it is told to")
    func audit() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-p-audit")
        defer { engine.remove("jaga-p-audit") }
        try start(engine, "jaga-p-audit", ["--privileged"])
        let environment = ["DOCKER_HOST": engine.host]
        let report = try Shell.expect([Binary.path, "audit", "--json"], environment: environment)
        let read = try JSONDecoder().decode(Report.self, from: Data(report.utf8))
        #expect(read.results.count == 117)
        let privileged = try #require(read.results.first { $0.id == "5.5" })
        #expect(privileged.result == "failed")
        #expect(privileged.subjects.contains("jaga-p-audit"))
        #expect(read.results.first { $0.id == "7.5" }?.result == "not applicable")
        let text = try Shell.expect([Binary.path, "audit"], environment: environment)
        #expect(text.contains("FAIL  5.5"))
        let sarif = try Shell.expect([Binary.path, "audit", "--sarif"], environment: environment)
        #expect(sarif.contains("CIS-5.5"))
        let failing = try Shell.run(
            [Binary.path, "audit", "--fail-on", "5.5"],
            environment: environment
        )
        #expect(failing.status == 1)
        let passing = try Shell.run(
            [Binary.path, "audit", "--fail-on", "5.16"],
            environment: environment
        )
        #expect(passing.status == 0)
    }

    @Test("the benchmark's failed checks are alerts of SCA, once, and quiet ones")
    func assessment() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-p-failing")
        defer { engine.remove("jaga-p-failing") }
        try start(engine, "jaga-p-failing", ["--privileged"])
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        try jaga.process.line(within: 90) { $0.contains("CIS Docker Benchmark 1.6.0: score") }
        let alerts = try jaga.alerts().filter { $0.decoder.name == "sca" }
        let rules = Set(alerts.map(\.rule.id))
        #expect(rules.contains("501031"))
        #expect(rules.isDisjoint(with: ["19007", "19008", "19009"]))
        #expect(
            alerts.count { $0.rule.description.contains("5.5 No container is privileged") } == 1
        )
        #expect(try jaga.process.stop() == 0)
    }

    private struct Report: Decodable {
        struct Result: Decodable {
            let id: String
            let result: String
            let subjects: [String]
        }
        let results: [Result]
    }

    private func start(_ engine: TestEngine, _ name: String, _ options: [String]) throws {
        try engine.docker("tag", "busybox", "busybox:jaga-test")
        try Shell.expect(
            ["docker", "run", "-d", "--name", name] + Self.clean + options
                + ["busybox:jaga-test", "sleep", "600"],
            environment: ["DOCKER_HOST": engine.host]
        )
    }

    /// Looks through every file below a folder for a text that must not be there.
    private func expectNowhere(_ text: String, in folder: String) throws {
        let found = try Shell.run(["grep", "-rla", text, folder], environment: [:])
        #expect(found.output.isEmpty, "\(found.output)")
    }
}
