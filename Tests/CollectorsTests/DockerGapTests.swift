// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import DockerClient
import EventModel
import JagaTesting
import Testing

@Suite("Gaps in an engine's events", .timeLimit(.minutes(1)))
struct DockerGapTests {
    private static let past = Int64(1_700_000_000_000_000_000)
    private static let web = ScriptedContainer(id: "w1", name: "web")

    @Test("after a restart of the engine what must have happened is told, marked, behind the gap")
    func engineRestarted() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/events", .stream(first), .stream(second))
            let database = ScriptedContainer(id: "d1", name: "db")
            docker.list(Self.web, database, ScriptedContainer(id: "o1", name: "old"))
            first.send(Self.web.event("start", at: Self.past))
            docker.past()

            try await docker.with(docker.events().run) {
                #expect(await docker.bench.texts(3).last?.contains("start") == true)
                docker.list(Self.restarted(Self.web), Self.ended(database), Self.new)
                first.end()

                let got = await docker.bench.next(10).dropFirst(2)
                let gap = try #require(got.first)
                #expect(
                    gap.text.hasPrefix(
                        #"{"integration": "docker", "docker": {"Wodle event": "Events may be missing"}, "#
                            + #""docker_ext": {"gap": {"from": "#
                    )
                )
                #expect(gap.text.contains("it was restarted"))
                #expect(gap.text.hasSuffix(#""synthetic": 7, "lost": 0}}}"#))
                #expect(
                    got.dropFirst().map { "\($0.container ?? "") \($0.action)" } == [
                        "old die", "old destroy", "web die", "web start", "db die",
                        "new create", "new start",
                    ]
                )
                #expect(
                    got[got.startIndex + 5].text
                        == #"{"integration": "docker", "docker": {"Type": "container", "#
                        + #""Action": "die", "Actor": {"ID": "d1", "Attributes": {"exitCode": "#
                        + #""137", "image": "nginx", "name": "db"}}, "scope": "local", "#
                        + #""time": 4102444801, "timeNano": 4102444801000000000}, "#
                        + #""docker_ext": {"synthetic": true}}"#
                )
                #expect(docker.bench.board.totals.eventGaps == 1)
                #expect(docker.bench.board.totals.syntheticEvents == 7)
            }
        }
    }

    @Test("a gap that was said is not said again after a restart of Jaga")
    func saidOnce() async throws {
        let scratch = try Scratch()
        try await DockerBench.run(scratch) { docker in
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/events", .stream(first), .stream(second))
            docker.list(Self.web)
            docker.past()
            first.send(Self.web.event("start", at: Self.past))
            try await docker.with(docker.events().run) {
                _ = await docker.bench.next(3)
                first.end()
                #expect(await docker.bench.texts(3).last?.contains("docker_ext") == true)
            }
        }

        try await DockerBench.run(scratch) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list(Self.web)
            docker.past()
            events.send(Self.web.event("die", at: Self.past + 1))
            try await docker.with(docker.events().run) {
                #expect(await docker.bench.texts(3).last?.contains("\"die\"") == true)
                #expect(docker.bench.board.totals.eventGaps == 0)
            }
        }
    }

    @Test("no gap where the engine still knows of the last event seen", arguments: [1, 255])
    func covered(remembered: Int) async throws {
        try await DockerBench.run(Scratch()) { docker in
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/events", .stream(first), .stream(second))
            docker.list(Self.web)
            let events = (0..<Int64(remembered)).map { Self.web.event("start", at: Self.past + $0) }
            first.send(events[0])
            docker.engine.answer("/events?until", with: .chunks([Array(events.joined().utf8)]))
            try await docker.with(docker.events().run) {
                _ = await docker.bench.next(3)
                docker.list(Self.restarted(Self.web))
                first.end()
                second.send(Self.web.event("die", at: Self.past + 9999))

                #expect(await docker.bench.texts(3).last?.contains("\"die\"") == true)
                #expect(docker.bench.board.totals.eventGaps == 0)
            }
        }
    }

    @Test("256 events without the last one seen are a gap, though nothing else is missing")
    func forgotten() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/events", .stream(first), .stream(second))
            docker.list(Self.web)
            first.send(Self.web.event("start", at: Self.past))
            let later = (1...256).map { Self.web.event("exec_die", at: Self.past + Int64($0)) }
            docker.engine.answer("/events?until", with: .chunks([Array(later.joined().utf8)]))
            try await docker.with(docker.events().run) {
                _ = await docker.bench.next(3)
                first.end()

                let gap = await docker.bench.texts(3).last
                #expect(gap?.contains("the engine forgot events before it was asked") == true)
                #expect(gap?.contains(#""synthetic": 0"#) == true)
            }
        }
    }

    @Test("what the stream tells itself is not told twice, and what it implies is")
    func stream() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/events", .stream(first), .stream(second))
            docker.list(Self.web)
            first.send(Self.web.event("start", at: Self.past))
            docker.past()
            try await docker.with(docker.events().run) {
                _ = await docker.bench.next(3)
                docker.list(Self.restarted(Self.web), Self.new)
                second.send(Self.web.event("start", at: 4_102_444_800_000_000_001))
                second.send(Self.new.event("create", at: 4_102_444_802_000_000_001))
                second.send(Self.new.event("start", at: 4_102_444_803_000_000_001))
                first.end()

                let got = await docker.bench.next(7).dropFirst(3)
                #expect(
                    got.map { "\($0.container ?? "") \($0.action)" } == [
                        "web die", "web start", "new create", "new start",
                    ]
                )
                #expect(got.map { $0.text.contains("synthetic") } == [true, false, false, false])
            }
        }
    }

    @Test("networks, volumes and images that came and went are told as well")
    func objects() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/events", .stream(first), .stream(second))
            docker.list(Self.web)
            docker.engine.answer(
                "/networks",
                with: .json(
                    #"[{"Id":"b1","Name":"bridge"},{"Id":"n1","Name":"a","Driver":"bridge"}]"#
                )
            )
            docker.engine.answer(
                "/volumes",
                with: .json(#"{"Volumes":[{"Name":"v1","Driver":"local"}]}"#)
            )
            docker.engine.answer(
                "/images/json",
                with: .json(#"[{"Id":"i1","RepoTags":["a:1"],"RepoDigests":["a@sha256:1"]}]"#)
            )
            first.send(Self.web.event("start", at: Self.past))
            docker.past()
            try await docker.with(docker.events().run) {
                _ = await docker.bench.next(3)
                docker.engine.answer("/networks", with: .json(#"[{"Id":"b2","Name":"bridge"}]"#))
                docker.engine.answer("/volumes", with: .json(#"{"Volumes":null}"#))
                docker.engine.answer(
                    "/images/json",
                    with: .json(#"[{"Id":"i2","RepoTags":["b:1"],"RepoDigests":["b@sha256:2"]}]"#)
                )
                first.end()

                let got = await docker.bench.texts(7).dropFirst(3)
                let told = got.map { text in
                    text.split(separator: "\"").map(String.init)[9..<21].filter {
                        ![": ", ", ", ": {", "Type", "Action", "Actor", "ID"].contains($0)
                    }
                }
                #expect(
                    Set(told) == [
                        ["image", "pull", "b:1"], ["image", "delete", "i1"],
                        ["network", "destroy", "n1"], ["volume", "destroy", "v1"],
                    ]
                )
            }
        }
    }

    @Test("a long absence of Jaga is reconciled with what it knew when it ended")
    func absence() async throws {
        let scratch = try Scratch()
        try await DockerBench.run(scratch) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list(Self.web)
            events.send(Self.web.event("start", at: Self.past))
            try await docker.with(docker.events().run) { _ = await docker.bench.next(3) }
        }

        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(Self.new)
            docker.past()
            try await docker.with(docker.events().run) {
                let got = await docker.bench.next(7).dropFirst(3)
                #expect(
                    got.map { "\($0.container ?? "") \($0.action)" } == [
                        "web die", "web destroy", "new create", "new start",
                    ]
                )
                #expect(got.first?.identity?.imageID == "sha256:1")
            }
        }
    }

    @Test("events beyond the buffer are counted and said, and the stream is read on")
    func overflow() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list()
            // Whoever passes events on now waits two seconds for this one.
            docker.engine.answer("/containers/w1/json", with: .silence)
            let limits = EventBuffer.Limits(bytes: 1 << 20, events: 100)
            try await docker.with(docker.events(buffer: limits).run) {
                _ = await docker.bench.next(2)
                events.send(Self.web.event("exec_create: sh", at: Self.past))
                await docker.bench.state(of: .dockerEvents, \.isConnected)
                for number in 1...1000 {
                    events.send(Self.web.event("pause", at: Self.past + Int64(number)))
                }
                // On a busy machine some are sent after the wait: what was lost is said where it was.
                var passedOn = 0
                var lost = 0
                while passedOn + lost < 1001, !Task.isCancelled {
                    for text in await docker.bench.texts(1) {
                        if let said = text.firstMatch(of: #/"lost": ([0-9]+)}/#) {
                            lost += Int(said.1) ?? 0
                        } else {
                            passedOn += 1
                        }
                    }
                }
                #expect(lost > 0)
                #expect(passedOn + lost == 1001)
                #expect(docker.bench.board.totals.counts.dropped == Int64(lost))
                events.send(Self.web.event("unpause", at: Self.past + 2000))
                #expect(await docker.bench.texts(1).last?.contains("unpause") == true)
            }
        }
    }

    @Test("ten thousand events while nobody passes them on: none is lost, all are in order")
    func stalled() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.engine.answer("/containers/w1/json", with: .silence)
            try await docker.with(docker.events().run) {
                _ = await docker.bench.next(2)
                events.send(Self.web.event("exec_create: sh", at: Self.past))
                for number in 1...10_000 {
                    events.send(Self.web.event("pause", at: Self.past + Int64(number)))
                }

                let times = await docker.bench.next(10_001).map { $0.originNanoseconds - Self.past }
                let isInOrder = times == (0...10_000).map { Int64($0) }
                #expect(isInOrder, "\(times.count) events, the first \(times.prefix(5))")
                #expect(docker.bench.board.totals.counts.dropped == 0)
            }
        }
    }

    /// Started again at the beginning of 2100.
    private static func restarted(_ container: ScriptedContainer) -> ScriptedContainer {
        var container = container
        container.started = "2100-01-01T00:00:00Z"
        return container
    }

    private static func ended(_ container: ScriptedContainer) -> ScriptedContainer {
        var container = container
        container.isRunning = false
        container.finished = "2100-01-01T00:00:01Z"
        container.exitCode = 137
        return container
    }

    private static let new: ScriptedContainer = {
        var container = ScriptedContainer(id: "n1", name: "new")
        container.created = "2100-01-01T00:00:02Z"
        container.started = "2100-01-01T00:00:03Z"
        return container
    }()
}

extension Received {
    /// The action of a Docker event.
    fileprivate var action: String {
        guard let start = text.firstRange(of: "\"Action\": \"") else { return text }
        return String(text[start.upperBound...].prefix { $0 != "\"" })
    }
}
