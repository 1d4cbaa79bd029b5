// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import JagaTesting
import Testing

@Suite("The Docker listener", .timeLimit(.minutes(1)))
struct DockerEventCollectorTests {
    private static let web = ScriptedContainer(id: "w1", name: "web")
    private static let started = #"{"integration": "docker", "docker": {"Wodle event": "Started"}}"#
    private static let connected =
        #"{"integration": "docker", "docker": {"Wodle event": "Connected to Docker service"}}"#
    private static let disconnected =
        #"{"integration": "docker", "docker": {"Wodle event": "Disconnected from the Docker service"}}"#
    private static let notRunning =
        #"{"integration": "docker", "docker": {"Wodle event": "Docker service is not running"}}"#

    @Test("events come in Wazuh's envelope, with location, container and exact time")
    func envelope() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.define(Self.web)
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(#"{"Type":"container","Action":"start","Actor":{"ID":"w1"},"timeNano":7}"#)
            events.send("\n")

            try await docker.with(docker.events().run) {
                let got = await docker.bench.next(3)

                let text =
                    #"{"integration": "docker", "docker": {"Type": "container", "#
                    + #""Action": "start", "Actor": {"ID": "w1"}, "timeNano": 7}}"#
                #expect(got.map(\.text) == [Self.started, Self.connected, text])
                #expect(got.map(\.location) == ["Wazuh-Docker", "Wazuh-Docker", "Wazuh-Docker"])
                #expect(got.map(\.container) == [nil, nil, "web"])
                #expect(got.last?.originNanoseconds == 7)
                let status = await docker.bench.state(of: .dockerEvents, \.isConnected)
                let socket = docker.scratch.file("docker.sock")
                #expect(
                    status?.state == .connected("Docker 20.10.24 (API 1.41) at unix://\(socket)")
                )
            }
        }
    }

    @Test(
        "an engine without status, id and from, and Podman, which cuts anywhere, read the same",
        arguments: [
            (#"{"Version":"29.0.0","ApiVersion":"1.52"}"#, "Docker 29.0.0 (API 1.52)"),
            (
                #"{"Version":"4.3.1","ApiVersion":"1.41","Components":[{"Name":"Podman Engine"}]}"#,
                "Podman Engine 4.3.1 (API 1.41)"
            ),
        ]
    )
    func otherEngines(version: String, title: String) async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/version", with: .json(version))
            docker.engine.answer(
                "/_ping",
                with: .ping(apiVersion: title.contains("1.52") ? "1.52" : "1.41")
            )
            // Podman says nothing of where Docker keeps its files.
            docker.engine.answer("/info", with: .json("{}"))
            docker.define(Self.web)
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            let line =
                #"{"Type":"container","Action":"start","Actor":{"ID":"w1","Attributes":"#
                + #"{"image":"nginx","name":"web"}},"scope":"local","timeNano":9}"#
            for piece in [line.prefix(20), line.dropFirst(20).prefix(50), line.dropFirst(70)] {
                events.send(String(piece))
            }
            events.send("\n")

            try await docker.with(docker.events().run) {
                let got = await docker.bench.next(3)
                #expect(got.last?.container == "web")
                #expect(got.last?.originNanoseconds == 9)
                #expect(
                    got.last?.text.contains(#""Action": "start", "Actor": {"ID": "w1""#) == true
                )
                let status = await docker.bench.state(of: .dockerEvents, \.isConnected)
                let socket = docker.scratch.file("docker.sock")
                #expect(status?.state == .connected("\(title) at unix://\(socket)"))
            }
        }
    }

    @Test("after the stream ended events are asked for since the last, and none comes twice")
    func reconnect() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.define(Self.web)
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/events", .stream(first), .stream(second))
            let last = Int64(1_900_000_000_000_000_005)
            first.send(Self.web.event("start", at: last))
            first.end()
            docker.past(Self.web.event("start", at: last))
            second.send(Self.web.event("start", at: last) + Self.web.event("die", at: last))

            try await docker.with(docker.events().run) {
                let got = await docker.bench.texts(6)

                #expect(got[0...1] == [Self.started, Self.connected])
                #expect(got[2].contains(#""Action": "start""#))
                #expect(got[3...4] == [Self.disconnected, Self.connected])
                #expect(got[5].contains(#""Action": "die""#))
                #expect(docker.bench.board.totals.repeatedEvents == 1)
                var requests = docker.engine.requests.makeAsyncIterator()
                var targets: [String] = []
                while targets.count < 2, let request = await requests.next() {
                    if request.path == "/events" { targets.append(request.target) }
                }
                #expect(targets.last == "/v1.41/events?since=1899999999.000000005")
            }
        }
    }

    @Test("after a restart of Jaga events are asked for since the last acknowledged")
    func resume() async throws {
        let scratch = try Scratch()
        let last = Int64(1_900_000_000_000_000_005)
        try await DockerBench.run(scratch) { docker in
            docker.define(Self.web)
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(Self.web.event("start", at: last))
            try await docker.with(docker.events().run) { _ = await docker.bench.next(3) }
        }

        try await DockerBench.run(scratch) { docker in
            docker.define(Self.web)
            docker.past(Self.web.event("start", at: last))
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(Self.web.event("start", at: last) + Self.web.event("die", at: last + 1))
            try await docker.with(docker.events().run) {
                let got = await docker.bench.texts(3)

                #expect(got[2].contains(#""Action": "die""#))
                var requests = docker.engine.requests.makeAsyncIterator()
                var target = ""
                while target.isEmpty, let request = await requests.next() {
                    if request.path == "/events" { target = request.target }
                }
                #expect(target == "/v1.41/events?since=1899999999.000000005")
            }
        }
    }

    @Test("without an engine it says so once, tries again, and connects when there is one")
    func engineComesLater() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.stop()
            docker.engine.answer("/events", with: .stream(ScriptedStream()))

            try await docker.with(docker.events().run) {
                let waiting = await docker.bench.state(of: .dockerEvents) {
                    $0.waitingReason != nil
                }
                #expect(await docker.bench.texts(2) == [Self.started, Self.notRunning])
                let socket = docker.scratch.file("docker.sock")
                #expect(waiting?.state.waitingReason?.contains(socket) == true)
                try docker.engine.start()

                #expect(await docker.bench.texts(1) == [Self.connected])
            }
        }
    }

    @Test("an event that is half a JSON is passed on as it stands and counted")
    func halfJSON() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(#"{"Type":"container","Act"# + "\n")

            try await docker.with(docker.events().run) {
                #expect(await docker.bench.texts(3).last == #"{"Type":"container","Act"#)
                #expect(docker.bench.board.totals.counts.malformed == 1)
            }
        }
    }

    @Test("a container that is gone when it is inspected is known by its event")
    func vanishedContainer() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(Self.web.event("destroy", at: 1))

            try await docker.with(docker.events().run) {
                #expect(await docker.bench.next(3).last?.container == "web")
            }
        }
    }

    @Test("an engine that hangs on a container does not hold up its events")
    func hangingInspection() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/containers/w1/json", with: .silence)
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(Self.web.event("create", at: 1))

            try await docker.with(docker.events().run) {
                #expect(await docker.bench.next(3).last?.container == "web")
            }
        }
    }

    @Test("a container keeps its identity after it was removed")
    func identityRemains() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.define(Self.web)
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            events.send(Self.web.event("start", at: 1))

            try await docker.with(docker.events().run) {
                _ = await docker.bench.next(3)
                docker.engine.answer("/containers/w1/json", with: .notFound)
                events.send(Self.web.event("destroy", at: 2))
                events.send(Self.web.event("die", at: 3))

                let got = await docker.bench.next(2)
                #expect(got.map(\.container) == ["web", "web"])
                #expect(got.map { $0.identity?.imageID } == ["sha256:1", "sha256:1"])
            }
        }
    }

    @Test("a wrong DOCKER_HOST is given up, with the reason")
    func wrongHost() async throws {
        try await DockerBench.run(Scratch(), host: "nonsense://x") { docker in
            await docker.events().run()

            let status = await docker.bench.state(of: .dockerEvents) { $0.failureReason != nil }
            #expect(status?.state.failureReason?.contains("DOCKER_HOST") == true)
        }
    }
}
