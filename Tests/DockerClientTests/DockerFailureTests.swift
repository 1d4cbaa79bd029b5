// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Glibc
import JagaTesting
import Testing

@Suite("Failures of an engine", .timeLimit(.minutes(1)))
struct DockerFailureTests {
    @Test("the engine's own words are shown")
    func engineWords() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer(
                "/containers/x/json",
                with: .json(#"{"message":"No such container: x"}"#, status: 404)
            )

            let error = await dockerError { try await pair.client.inspectContainer("x") }

            #expect(error?.code == .notFound)
            #expect(error?.isRetryable == false)
            #expect(
                error?.message
                    == "cannot inspect container x: docker engine at \(pair.client.endpoint) "
                    + "answered 404: No such container: x"
            )
        }
    }

    @Test("an error's body that is long, no JSON or full of controls is cut and cleaned")
    func hostileWords() async throws {
        try await ScriptedPair.run { pair in
            let body = Array("a\u{1B}[31m\nb".utf8) + [UInt8](repeating: 0x78, count: 200_000)
            pair.engine.answer("/images/json", with: .chunks([body], status: 500))

            let error = await dockerError { try await pair.client.images() }

            #expect(error?.code == .apiError(status: 500))
            #expect(error?.isRetryable == true)
            #expect(error?.message.contains("answered 500: a [31m bxxx") == true)
            #expect((error?.message.utf8.count ?? 0) < 700)
        }
    }

    @Test(
        "an answer that is not the API's JSON is a bad response",
        arguments: ["", "[", "{}", "<html>", #"[{"Id":7}]"#]
    )
    func badJSON(body: String) async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/containers/json", with: .json(body))

            let error = await dockerError { try await pair.client.allContainers() }

            #expect(error?.code == .badResponse)
        }
    }

    @Test("an answer larger than the limit is a bad response")
    func tooLarge() async throws {
        try await ScriptedPair.run { pair in
            let chunk = [UInt8](repeating: 0x20, count: 1 << 18)
            pair.engine.answer(
                "/containers/json",
                with: .chunks(Array(repeating: chunk, count: 5))
            )

            let error = await dockerError { try await pair.client.allContainers() }

            #expect(error?.code == .badResponse)
            #expect(error?.message.contains("larger than 1048576 bytes") == true)
        }
    }

    @Test("an engine that never answers is given up")
    func silence() async throws {
        var configuration = ScriptedPair.configuration
        configuration.requestTimeout = .milliseconds(200)
        try await ScriptedPair.run(configuration: configuration) { pair in
            pair.engine.answer("/_ping", with: .silence)
            pair.engine.answer("/events", with: .silence)

            let ping = await dockerError { try await pair.client.ping() }
            let events = await dockerError { try await pair.client.events(since: nil) }

            #expect(ping?.code == .timedOut)
            #expect(events?.code == .timedOut)
        }
    }

    @Test("an answer that stops halfway is given up")
    func halfAnswer() async throws {
        var configuration = ScriptedPair.configuration
        configuration.requestTimeout = .milliseconds(200)
        try await ScriptedPair.run(configuration: configuration) { pair in
            let half = ScriptedStream()
            half.send("[")
            pair.engine.answer("/images/json", with: .stream(half))

            let error = await dockerError { try await pair.client.images() }

            #expect(error?.code == .timedOut)
        }
    }

    @Test("a stopped engine's socket is missing, and a started one answers again")
    func restart() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/images/json", with: .json("[]"))
            #expect(try await pair.client.images().isEmpty)

            pair.engine.stop()
            let error = await dockerError { try await pair.client.images() }
            try pair.engine.start()

            #expect(error?.code == .socketMissing)
            #expect(error?.isRetryable == true)
            #expect(
                error?.message.hasSuffix("start docker, or name the engine in DOCKER_HOST") == true
            )
            #expect(try await pair.client.images().isEmpty)
        }
    }

    @Test("a socket that nobody listens on refuses the connection at once")
    func refused() async throws {
        let folder = try TemporaryFolder()
        try folder.makeStaleSocket("docker.sock")
        let client = try DockerClient(
            endpoint: DockerEndpoint(address: .unix(path: folder.path + "/docker.sock"), tls: nil),
            configuration: ScriptedPair.configuration
        )

        let error = await dockerError { try await client.ping() }
        await client.shutdown()

        #expect(error?.code == .connectionRefused)
    }

    @Test("a port that nobody listens on refuses the connection at once")
    func refusedPort() async throws {
        let engine = try ScriptedDockerEngine(at: .loopback)
        let port = engine.port
        engine.stop()
        let client = try DockerClient(
            endpoint: DockerEndpoint(address: .tcp(host: "127.0.0.1", port: port), tls: nil),
            configuration: ScriptedPair.configuration
        )

        let error = await dockerError { try await client.ping() }
        await client.shutdown()

        #expect(error?.code == .connectionRefused)
        #expect(error?.endpoint == "tcp://127.0.0.1:\(port)")
    }

    @Test("a request after the shutdown is cancelled")
    func afterShutdown() async throws {
        let client = try DockerClient(
            endpoint: DockerEndpoint(address: .unix(path: "/nonexistent"), tls: nil),
            configuration: .standard
        )
        await client.shutdown()
        await client.shutdown()

        let error = await dockerError { try await client.ping() }

        #expect(error?.code == .cancelled)
    }
}
