// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import Glibc
import JagaTesting
import Synchronization
import Testing

@Suite("Several engines", .timeLimit(.minutes(1)))
struct EngineFleetTests {
    private static let past = Int64(1_700_000_000_000_000_000)

    private static func fleet(
        _ scratch: Scratch,
        engines: [String] = [],
        places: [String] = []
    ) throws -> EngineFleet {
        let environment = DockerEnvironment(runtimeDirectory: scratch.path)
        var configuration = EngineFleet.Configuration(
            environment: environment,
            engines: engines.map {
                DockerEndpoint(address: .unix(path: scratch.file($0)), tls: nil)
            },
            client: .standard
        )
        configuration.places = places.map { scratch.file($0) }
        configuration.interval = .milliseconds(20)
        return EngineFleet(configuration)
    }

    @Test("named engines each have their own name, the first none")
    func named() async throws {
        let scratch = try Scratch()
        let fleet = try Self.fleet(scratch, engines: ["a.sock", "b.sock"])
        let (titles, seen) = AsyncStream<String>.makeStream()
        let task = Task { await fleet.run { seen.yield($0.title) } }
        var got: Set<String> = []
        for await title in titles.prefix(2) { got.insert(title) }
        await task.value
        await fleet.shutdown()

        let second = scratch.file("b.sock")
        #expect(got == ["docker engine", "docker engine at unix://\(second)"])
    }

    @Test("an engine that appears later is watched, once under all its names")
    func found() async throws {
        let scratch = try Scratch()
        let first = try ScriptedDockerEngine(at: .unix(path: scratch.file("docker.sock")))
        defer { first.stop() }
        try scratch.makeFolder("user")
        try scratch.makeFolder("user/1000")
        let fleet = try Self.fleet(
            scratch,
            places: ["docker.sock", "link.sock", "user/*/docker.sock"]
        )
        let (titles, seen) = AsyncStream<String>.makeStream()
        let task = Task {
            await fleet.run { engine in
                // What the collectors do first: then it is known where it is.
                _ = try? engine.client()
                seen.yield(engine.title)
            }
        }
        var iterator = titles.makeAsyncIterator()
        #expect(await iterator.next() == "docker engine")
        let path = scratch.file("user/1000/docker.sock")
        let second = try ScriptedDockerEngine(at: .unix(path: path))
        defer { second.stop() }
        #expect(symlink(path, scratch.file("link.sock")) == 0)

        var got: [String] = []
        while got.last?.hasSuffix("link.sock") != true,
            got.last?.hasSuffix("user/1000/docker.sock") != true,
            let title = await iterator.next()
        {
            got.append(title)
        }
        // The first engine is this machine's own, where it has one.
        let own = got.filter { $0.hasSuffix("\(scratch.path)/docker.sock") }
        #expect(got.count - own.count == 1)
        for _ in 0..<5 { _ = await pauseShortly() }
        #expect(Set(fleet.all.map(\.title)).count == fleet.all.count)
        #expect(fleet.all.count - own.count == 2)
        task.cancel()
        await task.value
        await fleet.shutdown()
    }

    @Test("each engine has its own position, status and mark")
    func marks() async throws {
        let scratch = try Scratch()
        try await DockerBench.run(scratch) { docker in
            let web = ScriptedContainer(id: "w1", name: "web")
            let other = try ScriptedDockerEngine(at: .unix(path: scratch.file("b.sock")))
            defer { other.stop() }
            DockerBench.answer(other, root: scratch.path)
            let fleet = try Self.fleet(scratch, engines: ["docker.sock", "b.sock"])
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.answer("/events", with: .stream(first))
            other.answer("/events", with: .stream(second))

            try await docker.with({ await fleet.run { await docker.events(of: $0).run() } }) {
                _ = await docker.bench.next(4)
                first.send(web.event("start", at: Self.past))
                let plain = await docker.bench.next(1).last
                second.send(web.event("start", at: Self.past))
                let marked = await docker.bench.next(1).last

                let place = scratch.file("b.sock")
                #expect(plain?.text.contains("docker_ext") == false)
                #expect(plain?.identity?.engine.isEmpty == true)
                #expect(
                    marked?.text.hasSuffix(#", "docker_ext": {"engine": "unix://\#(place)"}}"#)
                        == true
                )
                #expect(marked?.identity?.engine == "unix://\(place)")
                #expect(
                    docker.bench.board.statuses.map(\.name.text) == [
                        "docker engine", "docker engine at unix://\(place)",
                    ]
                )
                #expect(docker.bench.store.ledger.count == 2)
            }
            await fleet.shutdown()
        }
    }

    @Test("one engine that is away does not hold up the other")
    func away() async throws {
        let scratch = try Scratch()
        try await DockerBench.run(scratch) { docker in
            let fleet = try Self.fleet(scratch, engines: ["nowhere.sock", "docker.sock"])
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(ScriptedContainer(id: "w1", name: "web").event("start", at: Self.past))

            try await docker.with({ await fleet.run { await docker.events(of: $0).run() } }) {
                var texts: [String] = []
                while texts.last?.contains(#""start""#) != true, !Task.isCancelled {
                    texts += await docker.bench.texts(1)
                }
                let waiting = await docker.bench.state(of: .dockerEvents) {
                    $0.waitingReason != nil
                }
                #expect(waiting?.name.text == "docker engine")
            }
            await fleet.shutdown()
        }
    }

    private func pauseShortly() async -> Bool {
        do {
            try await Task.sleep(for: .milliseconds(20))
            return true
        } catch {
            return false
        }
    }
}
