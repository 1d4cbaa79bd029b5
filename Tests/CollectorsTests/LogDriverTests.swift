// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import JagaTesting
import Testing

@Suite("Logs that are read through the engine", .timeLimit(.minutes(1)))
struct LogDriverTests {
    private static func container(_ driver: String) -> ScriptedContainer {
        var container = ScriptedContainer(id: "w1", name: "web")
        container.driver = driver
        container.created = "2100-01-01T00:00:00Z"
        return container
    }

    @Test("equal lines of one nanosecond on both outputs are two, and none comes again")
    func sameNanosecond() async throws {
        let scratch = try Scratch()
        let line = "2026-11-23T23:36:15.000000001Z same\n"
        let lines = Self.frame(1, line) + Self.frame(2, line)
        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(Self.container("local"))
            let log = ScriptedStream()
            docker.engine.answer("/containers/w1/logs", with: .stream(log))
            log.send(lines)
            try await docker.with(docker.logs().run) {
                #expect(await docker.bench.texts(2) == ["same", "same"])
            }
        }

        try await DockerBench.run(scratch) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(Self.container("local"))
            let log = ScriptedStream()
            docker.engine.answer("/containers/w1/logs", with: .stream(log))
            log.send(lines + Self.frame(1, line) + Self.frame(2, "2026-11-23T23:36:16Z next\n"))
            try await docker.with(docker.logs().run) {
                // The third that is alike was not there before.
                #expect(await docker.bench.texts(2) == ["same", "next"])
            }
        }
    }

    @Test("a container's next run repeats nothing of the one before")
    func nextRun() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.list(Self.container("journald"))
            let (first, second) = (ScriptedStream(), ScriptedStream())
            docker.engine.enqueue("/containers/w1/logs", .stream(first), .stream(second))
            let one = Self.frame(1, "2099-11-23T23:36:15Z one\n")
            first.send(one)
            second.send(one + Self.frame(1, "2099-11-23T23:36:16Z two\n"))

            try await docker.with(docker.logs().run) {
                #expect(await docker.bench.texts(1) == ["one"])
                first.end()
                await docker.bench.state(of: .container) {
                    $0.waitingReason == "the container has stopped"
                }
                events.send(
                    ScriptedContainer(id: "w1", name: "web").event("start", at: 4_102_444_800)
                )

                #expect(await docker.bench.texts(1) == ["two"])
            }
        }
    }

    @Test("with jaga.multiline a trace read through the engine is one event, also the last one")
    func multiline() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            var container = Self.container("journald")
            container.labels = #"{"jaga.multiline":"java"}"#
            docker.list(container)
            let log = ScriptedStream()
            docker.engine.answer("/containers/w1/logs", with: .stream(log))
            log.send(Self.frame(1, "2099-11-23T23:36:15Z E: first\n"))
            log.send(Self.frame(2, "2099-11-23T23:36:15Z other\n"))
            log.send(Self.frame(1, "2099-11-23T23:36:16Z \tat a.B\n"))
            log.send(Self.frame(1, "2099-11-23T23:36:17Z E: second\n"))
            log.send(Self.frame(1, "2099-11-23T23:36:18Z \tat c.D\n"))

            try await docker.with(docker.logs().run) {
                let texts = await docker.bench.texts(3)
                #expect(texts == ["E: first\n\tat a.B", "E: second\n\tat c.D", "other"])
            }
        }
    }

    @Test("a line that waits for its trace when Jaga is killed is asked for again")
    func waitingLine() async throws {
        let scratch = try Scratch()
        let (first, second) = ("2099-11-23T23:36:15Z one\n", "2099-11-23T23:36:16Z two\n")
        for (lines, expected) in [
            (Self.frame(1, first) + Self.frame(1, second), ["one"]),
            // The engine repeats from the last moment that was acknowledged.
            (
                Self.frame(1, first) + Self.frame(1, second)
                    + Self.frame(1, "2099-11-23T23:36:17Z three\n"), ["two", "three"]
            ),
        ] {
            try await DockerBench.run(scratch) { docker in
                docker.engine.answer("/events", with: .stream(ScriptedStream()))
                var container = Self.container("local")
                container.labels = #"{"jaga.multiline":"java"}"#
                docker.list(container)
                let log = ScriptedStream()
                docker.engine.answer("/containers/w1/logs", with: .stream(log))
                log.send(lines)
                try await docker.with(docker.logs().run) {
                    #expect(await docker.bench.texts(expected.count) == expected)
                }
            }
        }
    }

    @Test("a terminal's output has no frames, and its line ends have a return")
    func terminal() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            var container = Self.container("local")
            container.isTTY = true
            docker.list(container)
            let log = ScriptedStream()
            docker.engine.answer("/containers/w1/logs", with: .stream(log))
            log.send("2099-11-23T23:36:15Z one\r\n2099-11-23T23:3")
            log.send("6:16Z two\r\n")

            try await docker.with(docker.logs().run) {
                #expect(await docker.bench.texts(2) == ["one", "two"])
            }
        }
    }

    @Test("a driver that the engine cannot read back is named, and not tried again")
    func unreadable() async throws {
        try await DockerBench.run(Scratch()) { docker in
            docker.engine.answer("/events", with: .stream(ScriptedStream()))
            docker.list(Self.container("gelf"))
            docker.engine.answer(
                "/containers/w1/logs",
                with: .json(
                    #"{"message":"configured logging driver does not support reading"}"#,
                    status: 501
                )
            )

            try await docker.with(docker.logs().run) {
                let status = await docker.bench.state(of: .container) { $0.failureReason != nil }
                #expect(
                    status?.state.failureReason
                        == "its log driver gelf cannot be read back: use json-file, local or"
                        + " journald, or the engine's dual logging"
                )
            }
        }
    }

    @Test("a container's health check makes no events, what a person executes does")
    func healthCheck() async throws {
        try await DockerBench.run(Scratch()) { docker in
            let events = ScriptedStream()
            docker.engine.answer("/events", with: .stream(events))
            docker.engine.answer(
                "/containers/w1/json",
                with: .json(
                    #"{"Id":"w1","Name":"/web","State":{"Status":"running","#
                        + #""StartedAt":"2020-01-01T00:00:00Z"},"Config":{"Image":"nginx","#
                        + #""Healthcheck":{"Test":["CMD","true"],"Interval":1000000000}}}"#
                )
            )
            for (step, command) in [("probe", "true "), ("hand", "id ")] {
                let attributes = #"{"execID":"\#(step)","image":"nginx","name":"web"}"#
                for action in ["exec_create: \(command)", "exec_start: \(command)", "exec_die"] {
                    events.send(
                        #"{"Type":"container","Action":"\#(action)","Actor":{"ID":"w1","#
                            + #""Attributes":\#(attributes)},"timeNano":1700000000000000000}"#
                            + "\n"
                    )
                }
            }

            try await docker.with(docker.events().run) {
                let got = await docker.bench.texts(5).dropFirst(2)
                #expect(got.allSatisfy { $0.contains(#""execID": "hand""#) })
                #expect(docker.bench.board.totals.healthCheckEvents == 3)
            }
        }
    }

    /// A frame of an output: 01 or 02, 00 00 00, length, payload.
    private static func frame(_ output: UInt8, _ text: String) -> [UInt8] {
        let count = UInt32(text.utf8.count)
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
        return [output, 0, 0, 0] + length + Array(text.utf8)
    }
}
