// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The tutorial's first use case: what is done to containers.
@Suite(
    "use case 1: monitoring user interaction with containers",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct UseCaseOneTests {
    private struct Act {
        let command: [String]
        /// Rule ids with their levels that must follow, all of them.
        let rules: [Int: Int]
    }

    /// The tutorial's commands, and what Wazuh 4.14 gives for them
    /// (spec/rule-ids.md).
    private static let acts = [
        Act(
            command: ["run", "-d", "--name", "test-container", "httpd"],
            rules: [87901: 3, 87903: 3, 87928: 3]
        ),
        Act(command: ["pause", "test-container"], rules: [87905: 3]),
        Act(command: ["unpause", "test-container"], rules: [87906: 3]),
        Act(command: ["stop", "test-container"], rules: [87924: 7, 87904: 3, 87929: 4]),
        Act(command: ["rm", "test-container"], rules: [87902: 5]),
    ]

    @Test("each act of the tutorial is an alert with Wazuh's id and level")
    func actsBecomeAlerts() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("test-container")
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        defer { engine.remove("test-container") }
        for act in Self.acts {
            let before = try jaga.alerts().count
            _ = try Shell.expect(
                ["docker"] + act.command,
                environment: ["DOCKER_HOST": engine.host]
            )
            for (id, level) in act.rules {
                try jaga.process.line(within: 5) { $0.contains("\(id)") }
                let alert = try #require(
                    try jaga.alerts().dropFirst(before).first { $0.rule.id == "\(id)" },
                    "no alert \(id) after docker \(act.command)"
                )
                #expect(alert.rule.level == level, "docker \(act.command)")
                #expect(alert.rule.groups.contains("docker"))
                #expect(alert.location == "Wazuh-Docker")
                #expect(alert.decoder.name == "json")
            }
        }
        let start = try #require(try jaga.alerts().first { $0.rule.id == "87903" })
        #expect(start.data?.container?.name == "test-container")
        #expect(start.data?.container?.image == "httpd")
        #expect(start.data?.docker?.timeNano?.count == 19)
        #expect(try jaga.process.stop() == 0)
    }

    @Test("removing an image is an alert of level 7")
    func imageRemoval() throws {
        let engine = try #require(TestEngine.current)
        try engine.docker("tag", "httpd", "jaga-test-image")
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        try engine.docker("rmi", "jaga-test-image")
        let alert = try jaga.alert("87919") { $0.rule.id == "87919" }
        #expect(alert.rule.level == 3)
        #expect(try jaga.process.stop() == 0)
    }

    @Test("an alert comes within a second of the act", .timeLimit(.minutes(2)))
    func latency() throws {
        let engine = try #require(TestEngine.current)
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        engine.remove("jaga-latency")
        defer { engine.remove("jaga-latency") }
        try engine.docker("run", "-d", "--name", "jaga-latency", "busybox", "sleep", "600")
        for _ in 0..<10 {
            try engine.docker("pause", "jaga-latency")
            try engine.docker("unpause", "jaga-latency")
        }
        try jaga.process.lines(10, within: 5) { $0.contains("87906") }
        #expect(try jaga.process.stop() == 0)
        let metrics = try String(
            contentsOfFile: jaga.data + "/state/metrics.prom",
            encoding: .utf8
        )
        let underOneSecond = Self.value("jaga_alert_latency_seconds_bucket{le=\"1\"}", metrics)
        let all = Self.value("jaga_alert_latency_seconds_count", metrics)
        #expect(all >= 20)
        #expect(underOneSecond == all, "\(metrics)")
    }

    @Test("a shell is a shell by any name, a program with sh in its name is not")
    func shells() throws {
        let engine = try #require(TestEngine.current)
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        engine.remove("jaga-shell")
        defer { engine.remove("jaga-shell") }
        try engine.docker("run", "-d", "--name", "jaga-shell", "busybox", "sleep", "600")
        try engine.docker("exec", "jaga-shell", "/bin/ash", "-c", "true")
        let shell = try jaga.alert("87908") { $0.rule.id == "87908" }
        #expect(shell.rule.level == 5)
        try engine.docker("exec", "jaga-shell", "sha256sum", "/etc/passwd")
        let command = try jaga.alert("87907") { $0.rule.id == "87907" }
        #expect(command.data?.docker?.Action?.contains("sha256sum") == true)
        #expect(try jaga.process.stop() == 0)
    }

    @Test("a container's own health check is silent, the same command by a person is not")
    func healthChecks() throws {
        let engine = try #require(TestEngine.current)
        engine.remove("jaga-health")
        defer { engine.remove("jaga-health") }
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        try engine.docker(
            "run",
            "-d",
            "--name",
            "jaga-health",
            "--health-cmd",
            "ls /etc/passwd",
            "--health-interval",
            "1s",
            "busybox",
            "sleep",
            "600"
        )
        _ = try jaga.process.line(within: 20) { $0.contains("jaga-health") }
        try Shell.expect(
            [
                "timeout", "20", "docker", "events", "--filter", "event=health_status", "--since",
                "30s",
            ]
                + ["--until", "4s"],
            environment: ["DOCKER_HOST": engine.host]
        )
        let executions = try jaga.alerts().filter {
            $0.data?.docker?.Action?.hasPrefix("exec_start") == true
        }
        #expect(executions.isEmpty, "\(executions.map { $0.data?.docker?.Action ?? "" })")
        try engine.docker("exec", "jaga-health", "sh", "-c", "echo by hand")
        try jaga.alert("87908", "jaga-health") { $0.rule.id == "87908" }
        #expect(try jaga.process.stop() == 0)
    }

    private static func value(_ series: String, _ metrics: String) -> Int {
        let line = metrics.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        return line.flatMap { Int($0.dropFirst(series.count + 1)) } ?? -1
    }
}
