// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import JagaTesting
import Testing

@Suite("Streams of an engine", .timeLimit(.minutes(1)))
struct DockerStreamTests {
    @Test("two events in one chunk and one over many come exactly once")
    func chunking() async throws {
        try await ScriptedPair.run { pair in
            let body = ScriptedStream()
            pair.engine.answer("/events", with: .stream(body))
            let events = try await pair.client.events(since: nil)

            body.send(#"{"Action":"one"}"# + "\n" + #"{"Action":"two"}"# + "\r\n\r\n")
            for byte in Array((#"{"Action":"three"}"# + "\n").utf8) { body.send([byte]) }
            body.send(#"{"Action":"four"}"#)
            body.end()
            let actions = try await Self.actions(of: events)

            #expect(actions == ["one", "two", "three", "four"])
        }
    }

    @Test("a broken line, a line of a megabyte and bad UTF-8 are told apart, and nothing stops")
    func hostileLines() async throws {
        try await ScriptedPair.run { pair in
            let body = ScriptedStream()
            pair.engine.answer("/events", with: .stream(body))
            let events = try await pair.client.events(since: nil)

            body.send("{half\n")
            body.send(Array(#"{"Action":""#.utf8) + [UInt8](repeating: 0x61, count: 1 << 20))
            body.send("\"}\n")
            body.send(Array(#"{"Action":"x"#.utf8) + [0xFF] + Array("\"}\n".utf8))
            body.end()
            var lines: [DockerEventLine] = []
            for try await batch in events { lines += batch }

            guard lines.count == 3, case .malformed(let bytes, _) = lines[0],
                let last = lines.lazy.compactMap(Self.event).first
            else {
                Issue.record("expected malformed, dropped and an event, got \(lines)")
                return
            }
            #expect(bytes == Array("{half".utf8))
            #expect(lines.contains(.dropped(lines: 1)))
            #expect(last.action == "x\u{FFFD}")
        }
    }

    @Test("the stream begins where it is asked to")
    func since() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/events", with: .chunks([]))

            _ = try await pair.client.events(
                since: EngineTime(nanoseconds: 1_795_476_975_000_000_042)
            )

            var requests = pair.engine.requests.makeAsyncIterator()
            #expect(await requests.next()?.target == "/events?since=1795476975.000000042")
        }
    }

    @Test("a connection that breaks is the end of the stream, as an error to retry")
    func broken() async throws {
        try await ScriptedPair.run { pair in
            let body = ScriptedStream()
            pair.engine.answer("/events", with: .stream(body))
            let events = try await pair.client.events(since: nil)
            body.send(#"{"Action":"one"}"# + "\n")
            var iterator = events.makeAsyncIterator()
            let first = try await iterator.next()

            pair.engine.stop()
            let error = await dockerError { try await iterator.next() }

            #expect(first?.count == 1)
            #expect(error?.code == .streamEnded)
            #expect(error?.isRetryable == true)
        }
    }

    @Test("a burst of ten thousand events arrives whole and in order")
    func burst() async throws {
        try await ScriptedPair.run { pair in
            var chunk: [UInt8] = []
            for number in 0..<10_000 { chunk += Array("{\"Action\":\"\(number)\"}\n".utf8) }
            pair.engine.answer("/events", with: .chunks([chunk]))

            let actions = try await Self.actions(of: try await pair.client.events(since: nil))

            #expect(actions == (0..<10_000).map(String.init))
        }
    }

    @Test("cancelling the task ends a waiting stream")
    func cancellation() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/events", with: .stream(ScriptedStream()))
            let events = try await pair.client.events(since: nil)

            let reader = Task { () -> DockerError? in
                await dockerError { for try await _ in events {} }
            }
            reader.cancel()

            let error = await reader.value
            #expect(error == nil || error?.code == .cancelled)
        }
    }

    @Test("a container's log is taken apart however it was cut")
    func logs() async throws {
        try await ScriptedPair.run { pair in
            let stream: [UInt8] =
                [1, 0, 0, 0, 0, 0, 0, 2, 0x61, 0x0A] + [2, 0, 0, 0, 0, 0, 0, 2, 0x62, 0x0A]
            pair.engine.answer(
                "/containers/web/logs",
                with: .chunks(stream.map { [$0] })
            )
            let request = ContainerLogRequest(
                container: "web",
                framing: .multiplexed,
                end: .follow,
                since: EngineTime(nanoseconds: 1_000_000_001),
                lastLines: 10,
                hasTimestamps: true
            )

            var frames: [LogFrame] = []
            for try await batch in try await pair.client.logs(request) { frames += batch }

            #expect(
                frames == [
                    LogFrame(output: .standardOutput, bytes: [0x61, 0x0A]),
                    LogFrame(output: .standardError, bytes: [0x62, 0x0A]),
                ]
            )
            var requests = pair.engine.requests.makeAsyncIterator()
            #expect(
                await requests.next()?.target
                    == "/containers/web/logs?stdout=1&stderr=1&follow=1&timestamps=1&tail=10"
                    + "&since=1.000000001"
            )
        }
    }

    @Test("a terminal's log is passed as it is, and not mistaken for frames")
    func terminal() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/containers/t/logs", with: .json("$ ls\r\n"))
            var request = ContainerLogRequest(
                container: "t",
                framing: .raw,
                end: .stop,
                since: nil,
                lastLines: nil,
                hasTimestamps: false
            )

            var bytes: [UInt8] = []
            for try await batch in try await pair.client.logs(request) {
                bytes += batch.flatMap(\.bytes)
            }
            request.framing = .multiplexed
            let wrong = request
            let error = await dockerError {
                for try await _ in try await pair.client.logs(wrong) {}
            }

            #expect(bytes == Array("$ ls\r\n".utf8))
            #expect(error?.code == .badResponse)
            #expect(error?.message.contains("does the container have a terminal?") == true)
        }
    }

    @Test("a log that ends within a frame is an error")
    func cutLog() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer(
                "/containers/web/logs",
                with: .chunks([[1, 0, 0, 0, 0, 0, 0, 9, 0x61]])
            )
            let request = ContainerLogRequest(
                container: "web",
                framing: .multiplexed,
                end: .stop,
                since: nil,
                lastLines: nil,
                hasTimestamps: false
            )

            let error = await dockerError {
                for try await _ in try await pair.client.logs(request) {}
            }

            #expect(error?.code == .streamEnded)
        }
    }

    private static func event(_ line: DockerEventLine) -> DockerEvent? {
        guard case .event(let event) = line else { return nil }
        return event
    }

    private static func actions(of events: DockerEventStream) async throws -> [String] {
        var actions: [String] = []
        for try await batch in events {
            for case .event(let event) in batch { actions.append(event.action) }
        }
        return actions
    }
}
