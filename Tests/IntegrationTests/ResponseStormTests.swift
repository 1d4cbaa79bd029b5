// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A thousand attacks a second, in earnest, from containers of a real engine.
@Suite(
    "responses in a storm",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ResponseStormTests {
    private static let count = 3_000

    /// Prints a thousand attacks a second, each of an address of its own when `varies`.
    private static func attacks(varies: Bool) -> String {
        let address = varies ? "203.0.$((n / 250)).$((n % 250 + 1))" : "203.0.113.9"
        return """
            n=0; while [ $n -lt \(count) ]; do
            echo "\(address) - - [27/Nov/2026:07:00:00 +0000] \
            \\"GET \(ResponseTests.attack)&n=$n HTTP/1.1\\" 404 1 \\"-\\" \\"x\\""
            n=$((n + 1)); [ $((n % 1000)) -gt 0 ] || sleep 1; done; sleep 60
            """
    }

    private static func storm(
        _ name: String,
        _ executable: String,
        varies: Bool
    ) throws -> (scene: Scene, attacker: String) {
        let scene = try Scene(
            name,
            [(executable, 60, "enforce")],
            settings: "<per_minute>1</per_minute>",
            inNetwork: true
        )
        let attacker = name + "-attacker"
        scene.engine.remove(attacker)
        try scene.engine.docker(
            "run",
            "-d",
            "--name",
            attacker,
            "busybox",
            "sh",
            "-c",
            attacks(varies: varies)
        )
        return (scene, attacker)
    }

    @Test("one container is paused once, whatever it says until then")
    func pause() throws {
        let (scene, attacker) = try Self.storm("jaga-storm-pause", "docker-pause", varies: false)
        defer {
            scene.engine.remove(attacker)
            scene.end()
        }
        try scene.wait("500901") { $0.contains("docker-pause") }
        #expect(try scene.engine.docker("inspect", "-f", "{{.State.Status}}", attacker) == "paused")
        // Another container's attack is beyond the limit: the breaker opens, once.
        for _ in 0..<20 { try scene.attack() }
        try scene.wait("500908") { $0.contains("more than 1 acts in a minute") }
        for _ in 0..<20 { try scene.attack() }
        let seen = scene.jaga.process.lines
        #expect(seen.count { $0.contains(" 500901 ") } == 1)
        #expect(seen.count { $0.contains(" 500908 ") } == 1)
        #expect(try scene.state() == "running")
        let list = try scene.respond("list", "--all")
        #expect(list.split(separator: "\n").count == 1, "\(list)")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("of thousands of addresses one is blocked, and one alert says that it was enough")
    func block() throws {
        let (scene, attacker) = try Self.storm("jaga-storm-block", "block-address", varies: true)
        defer {
            scene.engine.remove(attacker)
            scene.end()
        }
        try scene.wait("500908") { $0.contains("more than 1 acts in a minute") }
        try scene.jaga.process.lines(Self.count, within: 60) { $0.contains(" 31103 ") }
        let seen = scene.jaga.process.lines
        #expect(seen.count { $0.contains(" 601 ") } == 1)
        #expect(seen.count { $0.contains(" 500908 ") } == 1)
        let set = try scene.engine.inside(
            "nft",
            "list",
            "set",
            "inet",
            "jaga_response",
            "blocked4"
        )
        #expect(set.components(separatedBy: "203.0.").count == 2, "\(set)")
        _ = try scene.respond("undo", "1")
        #expect(try scene.jaga.process.stop() == 0)
    }
}
