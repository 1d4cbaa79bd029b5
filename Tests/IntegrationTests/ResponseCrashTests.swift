// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `kill -9` between an act and its undo, and containers whose networks are many.
@Suite(
    "responses over kill -9, and several networks",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ResponseCrashTests {
    @Test("a paused container is run again by the next start")
    func pause() throws {
        let scene = try Scene("jaga-crash-pause", [("docker-pause", 5, "enforce")])
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-pause") }
        #expect(try scene.jaga.process.stop(SIGKILL) == -SIGKILL)
        #expect(try scene.state() == "paused")
        let next = try scene.again()
        try next.process.line(within: 20) { $0.contains("500902") }
        #expect(try scene.state() == "running")
        #expect(try next.process.stop() == 0)
    }

    @Test("a blocked address is let in by the next start, and by the kernel when there is none")
    func block() throws {
        let engine = try #require(TestEngine.current)
        let client = try OutsideClient(engine)
        defer { client.end() }
        let scene = try Scene(
            "jaga-crash-block",
            [("block-address", 6, "enforce")],
            inNetwork: true
        )
        defer { scene.end() }
        _ = client.status(ResponseTests.attack)
        try scene.wait("601") { $0.contains("203.0.113.9") }
        #expect(try scene.jaga.process.stop(SIGKILL) == -SIGKILL)
        #expect(client.status("/") == "000")
        // What the kernel does by itself, half a minute after Jaga would have.
        let set = try engine.inside("nft", "list", "set", "inet", "jaga_response", "blocked4")
        #expect(set.contains("203.0.113.9 timeout 3"), "\(set)")
        let next = try scene.again()
        try next.process.line(within: 20) { $0.contains(" 602 ") }
        #expect(client.status("/") == "404")
        #expect(try next.process.stop() == 0)
    }

    @Test("a container of several networks is alone, and the next start gives it all of them back")
    func isolate() throws {
        let networks = try Networks(["jaga-one": "172.30.11.0/24", "jaga-two": "172.30.12.0/24"])
        defer { networks.end() }
        let scene = try Scene("jaga-crash-isolate", [("docker-isolate", 6, "enforce")])
        defer { scene.end() }
        try scene.engine.docker(
            "network",
            "connect",
            "--ip",
            "172.30.11.7",
            "--alias",
            "shop",
            "jaga-one",
            scene.name
        )
        try scene.engine.docker("network", "connect", "--alias", "till", "jaga-two", scene.name)
        let before = try scene.places()
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-isolate") }
        #expect(try scene.jaga.process.stop(SIGKILL) == -SIGKILL)
        #expect(try scene.places().keys.sorted() == ["jaga-quarantine"])
        let next = try scene.again()
        try next.process.line(within: 20) {
            $0.contains("500902") && $0.contains("again in bridge, jaga-one, jaga-two")
        }
        let after = try scene.places()
        #expect(after.keys.sorted() == ["bridge", "jaga-one", "jaga-two"])
        #expect(after["jaga-one"]?.address == "172.30.11.7")
        #expect(after["jaga-one"]?.aliases.contains("shop") == true)
        #expect(after["jaga-two"]?.aliases.contains("till") == true)
        #expect(before["jaga-one"]?.aliases == after["jaga-one"]?.aliases)
        // Published ports are reached again: the default network is there too.
        #expect(try scene.engine.curl("/", port: 8080).contains("404"))
        #expect(try next.process.stop() == 0)
    }

    @Test("docker-disconnect takes a container out of one network when it names one")
    func oneNetwork() throws {
        let networks = try Networks(["jaga-one": "172.30.11.0/24"])
        defer { networks.end() }
        let scene = try Scene(
            "jaga-one-network",
            [("docker-disconnect", 4, "enforce")],
            words: "jaga-one"
        )
        defer { scene.end() }
        try scene.engine.docker("network", "connect", "jaga-one", scene.name)
        try scene.attack()
        try scene.wait("500901") { $0.contains("no more in jaga-one") }
        #expect(try scene.places().keys.sorted() == ["bridge"])
        try scene.wait("500902") { $0.contains("again in jaga-one") }
        #expect(try scene.places().keys.sorted() == ["bridge", "jaga-one"])
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a label that the image brings protects nobody")
    func imageLabel() throws {
        let engine = try #require(TestEngine.current)
        try Shell.expect(
            ["docker", "build", "-q", "-t", "jaga-labelled", "-"],
            environment: ["DOCKER_HOST": engine.host, "DOCKER_BUILDKIT": "0"],
            input: "FROM nginx\nLABEL jaga.response=never\n"
        )
        defer { _ = try? engine.docker("rmi", "-f", "jaga-labelled") }
        let scene = try Scene(
            "jaga-labelled",
            [("docker-pause", 0, "enforce")],
            image: "jaga-labelled"
        )
        defer { scene.end() }
        try scene.attack()
        try scene.wait("500901") { $0.contains("docker-pause") }
        #expect(try scene.state() == "paused")
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("an act by hand ends by itself after the minutes it was given")
    func minutes() throws {
        let scene = try Scene("jaga-minutes", [])
        defer { scene.end() }
        let id = try scene.engine.docker("inspect", "-f", "{{.Id}}", scene.name)
        let line = try scene.respond(
            "run",
            "docker-pause",
            "--container",
            id,
            "--minutes",
            "10",
            "--enforce"
        )
        let cells = line.split(separator: "\t")
        #expect(cells.count > 3 && cells[1] == "stands" && cells[3] != "-", "\(line)")
        #expect(try scene.state() == "paused")
        #expect(try scene.respond("undo", "1").contains("runs again"))
        #expect(try scene.jaga.process.stop() == 0)
    }

    @Test("a container that shares another's network is refused, and says which")
    func sharedNetwork() throws {
        let engine = try #require(TestEngine.current)
        let scene = try Scene("jaga-sharing", [])
        defer { scene.end() }
        engine.remove("jaga-shared")
        try engine.docker(
            "run",
            "-d",
            "--name",
            "jaga-shared",
            "--network",
            "container:" + scene.name,
            "busybox",
            "sleep",
            "60"
        )
        defer { engine.remove("jaga-shared") }
        let id = try engine.docker("inspect", "-f", "{{.Id}}", "jaga-shared")
        let first = try engine.docker("inspect", "-f", "{{.Id}}", scene.name).prefix(12)
        _ = try? scene.respond("run", "docker-isolate", "--container", id, "--enforce")
        try scene.wait("500904") { $0.contains("it shares the network of container \(first)") }
        #expect(try scene.jaga.process.stop() == 0)
    }
}

/// Networks of the engine that go with a test.
private struct Networks {
    private let names: [String]
    private let engine: TestEngine

    init(_ subnets: [String: String]) throws {
        engine = try #require(TestEngine.current)
        names = subnets.keys.sorted()
        end()
        for name in names {
            try engine.docker("network", "create", "--subnet", subnets[name] ?? "", name)
        }
    }

    func end() {
        for name in names { _ = try? engine.docker("network", "rm", name) }
    }
}

extension Scene {
    struct Place: Decodable {
        let IPAddress: String
        let Aliases: [String]?

        var address: String { IPAddress }
        var aliases: [String] { (Aliases ?? []).sorted() }
    }

    /// The container's networks, by name.
    func places() throws -> [String: Place] {
        let text = try engine.docker("inspect", "-f", "{{json .NetworkSettings.Networks}}", name)
        return try JSONDecoder().decode([String: Place].self, from: Data(text.utf8))
    }
}
