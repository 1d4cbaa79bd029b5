// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import JagaTesting
import Testing

@Suite("Logs of containers", .timeLimit(.minutes(1)))
struct ContainerLogCollectorTests {
    private static let web = ScriptedContainer(id: "w1", name: "web")
    private static let future = Int64(1_900_000_000_000_000_000)

    @Test("a container that runs already is read from now on, unwrapped, with its name")
    func running() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(Self.web)
            try docker.makeLog(of: "w1", record("old\\n"))

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .container, \.isConnected)
                try docker.makeLog(of: "w1", record("par") + record("tial\\n"))

                let got = await docker.bench.next(1)
                #expect(
                    got == [
                        Received(
                            text: "partial",
                            location: "docker:web",
                            container: "web",
                            originNanoseconds: 1_795_476_975_000_000_000
                        )
                    ]
                )
                let status = await docker.bench.state(of: .dockerLogs, \.isConnected)
                let socket = docker.scratch.file("docker.sock")
                #expect(
                    status?.state
                        == .connected("Docker 20.10.24 (API 1.41) at unix://\(socket), 1 container")
                )
            }
        }
    }

    @Test("a container that is created later is read from its first byte")
    func createdLater() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            try docker.makeLog(of: "other", nil)

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .dockerLogs, \.isConnected)
                docker.define(Self.web)
                try docker.makeLog(of: "w1", nil)
                events.send(Self.web.event("create", at: Self.future))
                await docker.bench.state(of: .container) { $0.waitingReason == "no such file" }
                try docker.makeLog(of: "w1", record("first\\n"))
                events.send(Self.web.event("start", at: Self.future + 1))

                #expect(await docker.bench.texts(1) == ["first"])
            }
        }
    }

    @Test("what a container wrote last is read when it is removed, also without a newline")
    func removed() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list(Self.web)
            try docker.makeLog(of: "w1", "")

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .container, \.isConnected)
                try docker.makeLog(of: "w1", record("last\\n") + record("unfinished"))
                try docker.scratch.remove("containers/w1/w1-json.log")
                events.send(Self.web.event("destroy", at: Self.future))

                #expect(await docker.bench.texts(2) == ["last", "unfinished"])
            }
        }
    }

    @Test("the last words of a container that died are read without their newline")
    func lastWords() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list(Self.web)
            try docker.makeLog(of: "w1", "")

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .container, \.isConnected)
                try docker.makeLog(of: "w1", record("one\\n") + record("panic"))
                #expect(await docker.bench.texts(1) == ["one"])
                events.send(Self.web.event("die", at: Self.future))
                #expect(await docker.bench.texts(1) == ["panic"])

                try docker.makeLog(of: "w1", record("again\\n"))
                #expect(await docker.bench.texts(1) == ["again"])
            }
        }
    }

    @Test("a container that was started and gone before its log was opened is counted")
    func missed() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            try docker.makeLog(of: "other", nil)

            try await docker.with(docker.logs().run) {
                events.send(Self.web.event("create", at: Self.future))
                events.send(Self.web.event("start", at: Self.future + 1))
                events.send(Self.web.event("destroy", at: Self.future + 2))

                let status = await docker.bench.state(of: .container) { $0.failureReason != nil }
                #expect(status?.name.text == "web (w1)")
                #expect(docker.bench.board.totals.missedContainers == 1)
            }
        }
    }

    @Test("a claimed file, a disabled container and Jaga's own are left alone")
    func leftAlone() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            let own = ScriptedContainer(id: "self", name: "jaga")
            var disabled = ScriptedContainer(id: "d1", name: "off")
            disabled.labels = #"{"jaga.enable":"false"}"#
            let claimed = ScriptedContainer(id: "c1", name: "claimed")
            docker.list(own, disabled, claimed, Self.web)
            for id in ["self", "d1", "c1", "w1"] { try docker.makeLog(of: id, "") }

            let claimedPath = FilePath(docker.scratch.file("containers/c1/c1-json.log"))
            try await docker.with(docker.logs(isClaimed: { $0 == claimedPath }).run) {
                await docker.bench.state(of: .container, \.isConnected)
                for id in ["self", "d1", "c1", "w1"] {
                    try docker.makeLog(of: id, record("from \(id)\\n"))
                }

                #expect(await docker.bench.texts(1) == ["from w1"])
                let reasons = docker.bench.board.statuses.compactMap { status -> String? in
                    guard case .ignored(let reason) = status.state else { return nil }
                    return "\(status.name.text): \(reason)"
                }
                #expect(
                    reasons == [
                        "claimed (c1): not read: a <localfile> reads its log's file",
                        "jaga (self): not read: Jaga itself runs in it",
                        "off (d1): not read: its label jaga.enable is false",
                    ]
                )
            }
        }
    }

    @Test("after a restart of Jaga a container is read on, and a new one from its first byte")
    func restart() async throws {
        let scratch = try Scratch()
        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(Self.web)
            try docker.makeLog(of: "w1", record("old\\n"))
            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .container, \.isConnected)
            }
        }
        var fresh = ScriptedContainer(id: "n1", name: "new")
        fresh.created = "2100-01-01T00:00:00Z"

        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(Self.web, fresh)
            try docker.makeLog(of: "w1", record("away\\n"))
            try docker.makeLog(of: "n1", record("first\\n"))
            try await docker.with(docker.logs().run) {
                #expect(await docker.bench.texts(2).sorted() == ["away", "first"])
            }
        }
    }

    @Test("a container created while Jaga was away, after its first run, is read whole")
    func createdMeanwhile() async throws {
        let scratch = try Scratch()
        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .dockerLogs, \.isConnected)
            }
        }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var created: [UInt8] = []
        Timestamp(nanoseconds: (Int64(now.tv_sec) + 1) * 1_000_000_000)
            .appendSecond(to: &created)
        var meanwhile = ScriptedContainer(id: "m1", name: "meanwhile")
        meanwhile.created = String(decoding: created, as: UTF8.self) + "Z"
        // The next run begins after it was created.
        try await Task.sleep(for: .seconds(2))

        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(meanwhile, Self.web)
            try docker.makeLog(of: "m1", record("first\\n"))
            try docker.makeLog(of: "w1", record("before Jaga\\n"))
            try await docker.with(docker.logs().run) {
                #expect(await docker.bench.texts(1) == ["first"])
            }
        }
    }

    @Test("after a rename the location is the new name")
    func rename() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list(Self.web)
            try docker.makeLog(of: "w1", "")

            try await docker.with(docker.logs().run) {
                await docker.bench.state(of: .container, \.isConnected)
                let renamed = ScriptedContainer(id: "w1", name: "renamed")
                events.send(renamed.event("rename", at: Self.future))
                var locations: Set<String> = []
                while !locations.contains("docker:renamed"), !Task.isCancelled {
                    try docker.makeLog(of: "w1", record("line\\n"))
                    locations.formUnion(await docker.bench.next(1).map(\.location))
                }
                #expect(locations.contains("docker:renamed"))
            }
        }
    }

    @Test("a log without a file is read through the engine, and read on without repeating")
    func throughEngine() async throws {
        let scratch = try Scratch()
        var journald = Self.web
        journald.driver = "journald"
        journald.created = "2100-01-01T00:00:00Z"
        let first = "2026-11-23T23:36:15.000000001Z a\n"
        let second = "2026-11-23T23:36:15.000000001Z b\n"
        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(journald)
            let log = ScriptedStream()
            docker.engine.answer("/containers/w1/logs", with: .stream(log))
            log.send(frame(first) + frame("2026-11-23T23:36:15.000000001Z par"))
            try await docker.with(docker.logs().run) {
                let got = await docker.bench.next(1)
                #expect(got.map(\.text) == ["a"])
                #expect(got.first?.location == "docker:web")
                #expect(got.first?.originNanoseconds == 1_795_476_975_000_000_001)
            }
        }

        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(journald)
            let log = ScriptedStream()
            docker.engine.answer("/containers/w1/logs", with: .stream(log))
            log.send(frame(first) + frame(second))
            log.send(frame("2026-11-23T23:36:16Z par") + frame("2026-11-23T23:36:16Z tial\n"))
            try await docker.with(docker.logs().run) {
                #expect(await docker.bench.texts(2) == ["b", "partial"])
                var requests = docker.engine.requests.makeAsyncIterator()
                var target = ""
                while target.isEmpty, let request = await requests.next() {
                    if request.path == "/containers/w1/logs" { target = request.target }
                }
                #expect(target.contains("since=1795476975.000000001"))
            }
        }
    }

    @Test("a log that is read through the engine is opened again when the container starts again")
    func restartedContainer() async throws {
        try await DockerBench.run(Scratch()) { docker in
            var journald = Self.web
            journald.driver = "journald"
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list(journald)
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/containers/w1/logs", .stream(first), .stream(second))
            first.send(frame("2099-11-23T23:36:15Z one\n"))
            second.send(frame("2099-11-23T23:36:16Z two\n"))

            try await docker.with(docker.logs().run) {
                #expect(await docker.bench.texts(1) == ["one"])
                first.end()
                events.send(Self.web.event("start", at: Self.future))

                #expect(await docker.bench.texts(1) == ["two"])
            }
        }
    }

    @Test("a container whose driver keeps no log is said to have none")
    func noLog() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            var silent = Self.web
            silent.driver = "none"
            docker.list(silent)

            try await docker.with(docker.logs().run) {
                let status = await docker.bench.state(of: .container) { $0.ignoredReason != nil }
                #expect(status?.state.ignoredReason?.contains("driver is none") == true)
            }
        }
    }

    /// A frame of standard output: 01 00 00 00, length, payload.
    private func frame(_ text: String) -> [UInt8] {
        let count = UInt32(text.utf8.count)
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        return [1, 0, 0, 0] + length + Array(text.utf8)
    }
}
