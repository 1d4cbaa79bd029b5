// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Foundation
import JagaTesting
import Posture
import Synchronization
import Testing

@Suite("the watch of an engine", .timeLimit(.minutes(1)))
struct PostureWatchTests {
    /// An engine with one container, whose inspection a test chooses.
    private final class Scene: Sendable {
        static let id = String(repeating: "a", count: 64)

        let engine: ScriptedDockerEngine
        let client: DockerClient
        let events = ScriptedStream()
        let told: AsyncStream<PostureEvent>
        let board = PostureBoard()
        let saved = Mutex<[UInt8]?>(nil)
        private let sink: AsyncStream<PostureEvent>.Continuation

        init(_ inspection: String) throws {
            (told, sink) = AsyncStream.makeStream()
            engine = try ScriptedDockerEngine(at: .loopback)
            client = try DockerClient(
                endpoint: DockerEndpoint(
                    address: .tcp(host: "127.0.0.1", port: engine.port),
                    tls: nil
                ),
                configuration: .standard
            )
            engine.answer("/_ping", with: .ping(apiVersion: "1.41"))
            engine.answer("/version", with: .json(#"{"Version":"28.2.2","ApiVersion":"1.41"}"#))
            engine.answer("/info", with: .json(#"{"CgroupVersion":"2"}"#))
            engine.answer("/images/sha256:1/json", with: .json(#"{"Id":"sha256:1"}"#))
            engine.answer("/volumes", with: .json("{}"))
            engine.answer("/containers/\(Self.id)/changes", with: .json("null"))
            engine.answer("/events", with: .stream(events))
            list(true)
            inspect(inspection)
        }

        func list(_ isThere: Bool) {
            let one = #"{"Id":"\#(Self.id)","Names":["/web"],"State":"running"}"#
            engine.answer("/containers/json", with: .json(isThere ? "[\(one)]" : "[]"))
        }

        func inspect(_ host: String) {
            engine.answer(
                "/containers/\(Self.id)/json",
                with: .json(
                    """
                    {"Id":"\(Self.id)","Name":"/web","Image":"sha256:1","State":{"Status":"running",\
                    "StartedAt":"2026-11-23T10:00:00Z"},"Config":{"Image":"web:1","User":"1000"},\
                    "HostConfig":{"ReadonlyRootfs":true,"Memory":1,"PidsLimit":1,\
                    "SecurityOpt":["no-new-privileges"]\(host)}}
                    """
                )
            )
        }

        func send(_ action: String, attributes: String = "") {
            events.send(
                """
                {"Type":"container","Action":"\(action)","Actor":{"ID":"\(Self.id)",\
                "Attributes":{\(attributes)}},"timeNano":1795500000000000000}

                """
            )
        }

        func watch() -> PostureWatch {
            var configuration = PostureWatch.Configuration()
            configuration.interval = .seconds(3_600)
            configuration.settling = .milliseconds(1)
            configuration.driftPace = .milliseconds(1)
            configuration.quiet = .seconds(60)
            configuration.saving = .milliseconds(10)
            configuration.retry = .milliseconds(10)
            let (client, sink) = (client, sink)
            return PostureWatch(
                configuration,
                PostureWatch.Surroundings(
                    client: { client },
                    now: { CleanContainer.now },
                    send: { for event in $0 { sink.yield(event) } },
                    load: { self.saved.withLock { $0 } },
                    save: { bytes in self.saved.withLock { $0 = bytes } }
                ),
                board
            )
        }

        func end() async {
            engine.stop()
            await client.shutdown()
        }
    }

    /// Runs the watch while the test looks.
    private func watching<Result: Sendable>(
        _ scene: Scene,
        _ body:
            @escaping @Sendable (inout AsyncStream<PostureEvent>.Iterator) async throws -> Result
    ) async throws -> Result {
        let watching = Task { await scene.watch().run() }
        defer { watching.cancel() }
        var told = scene.told.makeAsyncIterator()
        let result = try await body(&told)
        watching.cancel()
        await watching.value
        await scene.end()
        return result
    }

    @Test("what runs at the start is judged, a change is told, and what is mended too")
    func changes() async throws {
        let scene = try Scene(#","NetworkMode":"host""#)
        try await watching(scene) { told in
            let first = await told.next()
            #expect(first?.word == .found)
            #expect(first?.kind == .hostNetwork)
            #expect(scene.board.entries.first?.posture.score == 75)
            scene.inspect(#","NetworkMode":"host","PidMode":"host""#)
            scene.send("update")
            #expect(await told.next()?.kind == .hostProcesses)
            scene.inspect("")
            scene.send("update")
            let solved = [await told.next(), await told.next()]
            #expect(solved.map { $0?.word } == [.solved, .solved])
            #expect(scene.board.counts.examined >= 3)
        }
    }

    @Test("what was told before a restart is not told again")
    func restart() async throws {
        let scene = try Scene(#","Privileged":true"#)
        _ = try await watching(scene) { await $0.next() }
        let kept = scene.saved.withLock { $0 }
        let again = try Scene(#","Privileged":true,"UTSMode":"host""#)
        again.saved.withLock { $0 = kept }
        let event = try await watching(again) { await $0.next() }
        #expect(event?.kind == .hostUTS)
    }

    @Test("a new program in a running container is told, by its mode")
    func drift() async throws {
        let scene = try Scene("")
        let place = "/containers/\(Scene.id)"
        scene.engine.answer(
            place + "/changes",
            with: .json(
                #"[{"Path":"/tmp","Kind":0},{"Path":"/tmp/miner","Kind":1},{"Path":"/tmp/x","Kind":1}]"#
            )
        )
        scene.engine.enqueue(
            place + "/archive",
            .head("X-Docker-Container-Path-Stat", #"{"mode":493}"#),
            .head("X-Docker-Container-Path-Stat", #"{"mode":420}"#)
        )
        let event = try await watching(scene) { await $0.next() }
        #expect(event?.word == .driftExecutable)
        #expect(event?.subjects == ["/tmp/miner"])
    }

    @Test("root's execution in a quiet container is told, with its command")
    func execution() async throws {
        let scene = try Scene("")
        scene.engine.answer(
            "/exec/e1/json",
            with: .json(#"{"ID":"e1","ProcessConfig":{"user":"root"}}"#)
        )
        let event = try await watching(scene) { told in
            scene.send("exec_create: sh -c id", attributes: #""execID":"e1""#)
            return await told.next()
        }
        #expect(event?.word == .execRoot)
        #expect(event?.subjects == ["sh -c id"])
    }
}

extension ScriptedAnswer {
    /// An answer without a body, with a header of JSON in Base64.
    fileprivate static func head(_ name: String, _ json: String) -> ScriptedAnswer {
        .headers([(name, Data(json.utf8).base64EncodedString())])
    }
}
