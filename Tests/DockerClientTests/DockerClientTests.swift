// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import JagaTesting
import Testing

@Suite("Requests to an engine", .timeLimit(.minutes(1)))
struct DockerClientTests {
    @Test(
        "the lower of both API versions is spoken",
        arguments: [("1.24", "1.24"), ("1.41", "1.41"), ("1.52", "1.52"), ("1.60", "1.52")]
    )
    func negotiation(announced: String, spoken: String) async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/_ping", with: .ping(apiVersion: announced))
            pair.engine.answer("/version", with: .json(#"{"Version":"28.2.2","Os":"linux"}"#))
            pair.engine.answer("/containers/json", with: .json("[]"))

            let version = try await pair.client.ping()
            _ = try await pair.client.allContainers()

            #expect(version.version == "28.2.2")
            #expect(version.negotiatedVersion?.description == spoken)
            var requests = pair.engine.requests.makeAsyncIterator()
            #expect(await requests.next()?.target == "/_ping")
            #expect(await requests.next()?.target == "/version")
            #expect(await requests.next()?.target == "/v\(spoken)/containers/json?all=1")
        }
    }

    @Test("without a version in the ping the one of the answer to it counts")
    func negotiationWithoutHeader() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/_ping", with: .ping(apiVersion: nil))
            pair.engine.answer(
                "/version",
                with: .json(
                    #"{"Version":"4.3.1","ApiVersion":"1.41","Components":[{"Name":"Podman Engine"}]}"#
                )
            )

            let version = try await pair.client.ping()

            #expect(version.product == "Podman Engine")
            #expect(version.negotiatedVersion == APIVersion(major: 1, minor: 41))
        }
    }

    @Test("a unix socket's requests carry a host that the engine accepts")
    func hostHeader() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/images/json", with: .json("[]"))

            _ = try await pair.client.images()

            var requests = pair.engine.requests.makeAsyncIterator()
            #expect(await requests.next()?.headers["host"] == "docker")
        }
    }

    @Test("containers are listed, with null and unknown members tolerated")
    func list() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer(
                "/containers/json",
                with: .json(
                    #"[{"Id":"a1","Names":["/other/link","/web"],"Image":"nginx","ImageID":"sha256:1","Labels":{"k":"v"},"State":"running","Status":"Up 2 hours","Created":1795476974,"Ports":[{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},{"PrivatePort":443,"Type":"tcp"}],"New":{}},{"Id":"b2","Names":null,"Labels":null,"State":"Weird"}]"#
                )
            )

            let containers = try await pair.client.runningContainers()

            #expect(containers.map(\.id) == ["a1", "b2"])
            #expect(containers.map(\.name) == ["web", ""])
            #expect(containers.map(\.state) == [.running, .unknown])
            #expect(containers.map(\.labels) == [["k": "v"], [:]])
            #expect(containers.map(\.status) == ["Up 2 hours", ""])
            #expect(
                containers.map(\.createdAt?.nanoseconds) == [1_795_476_974_000_000_000, nil]
            )
            #expect(containers[0].ports.map(\.address) == ["0.0.0.0", ""])
            #expect(containers[0].ports.map(\.publicPort) == [8080, nil])
            #expect(containers[0].ports.map(\.privatePort) == [80, 443])
            #expect(containers[1].ports.isEmpty)
        }
    }

    @Test("a container is inspected as engine 20.10 tells of it")
    func inspect() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/containers/3716ef/json", with: .json(Self.inspection))

            let details = try await pair.client.inspectContainer("3716ef")

            #expect(details.id == "3716ef")
            #expect(details.name == "hs")
            #expect(details.image == "busybox")
            #expect(details.imageID == "sha256:874b")
            #expect(details.labels == ["com.docker.compose.project": "p"])
            #expect(details.state == .running)
            #expect(details.processID == 12030)
            #expect(details.isTTY == false)
            #expect(details.logDriver == "json-file")
            #expect(details.logFileLimit == 10_240)
            #expect(details.logPath == "/var/lib/docker/containers/3716ef/3716ef-json.log")
            #expect(details.restartPolicy == "unless-stopped")
            #expect(details.createdAt?.nanoseconds == 1_795_476_974_252_967_305)
            #expect(details.startedAt?.nanoseconds == 1_795_476_974_958_736_110)
            #expect(details.healthCheck?.commandLine == "/bin/sh -c true a  b")
            #expect(details.healthCheck?.interval == 1_000_000_000)
            #expect(details.healthCheck?.timeout == 2_000_000_000)
            #expect(details.healthRuns.map(\.start.nanoseconds) == [1_795_476_975_959_496_885])
        }
    }

    private static let inspection = #"""
        {"Id":"3716ef","Created":"2026-11-23T23:36:14.252967305Z","Path":"sleep","State":{
        "Status":"running","Running":true,"Pid":12030,"StartedAt":"2026-11-23T23:36:14.95873611Z",
        "FinishedAt":"0001-01-01T00:00:00Z","Health":{"Status":"healthy","Log":[
        {"Start":"2026-11-23T23:36:15.959496885Z","End":"2026-11-23T23:36:16.021972749Z","ExitCode":0}]}},
        "Image":"sha256:874b","LogPath":"/var/lib/docker/containers/3716ef/3716ef-json.log","Name":"/hs",
        "HostConfig":{"LogConfig":{"Type":"json-file","Config":{"max-size":"10k"}},
        "RestartPolicy":{"Name":"unless-stopped","MaximumRetryCount":0}},
        "Config":{"Tty":false,"Env":null,"Healthcheck":{"Test":["CMD-SHELL","true a  b"],
        "Interval":1000000000,"Timeout":2000000000},"Image":"busybox",
        "Labels":{"com.docker.compose.project":"p"}}}
        """#

    @Test("an execution is inspected")
    func inspectExec() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer(
                "/exec/e24d/json",
                with: .json(
                    #"{"ID":"e24d","Running":true,"ExitCode":null,"ProcessConfig":{"tty":true,"entrypoint":"sh","arguments":["-c","id"],"privileged":false,"user":"www"},"OpenStdin":true,"ContainerID":"3716","Pid":7}"#
                )
            )

            let execution = try await pair.client.inspectExec("e24d")

            #expect(execution.command == ["sh", "-c", "id"])
            #expect(execution.user == "www")
            #expect(execution.isTTY)
            #expect(execution.hasStandardInput)
            #expect(execution.exitCode == nil)
        }
    }

    @Test("a hostile name stays within its place in the path")
    func hostileName() async throws {
        try await ScriptedPair.run { pair in
            _ = await dockerError { try await pair.client.inspectContainer("../x?a=b#c/é\r\n") }

            var requests = pair.engine.requests.makeAsyncIterator()
            #expect(
                await requests.next()?.target
                    == "/containers/..%2Fx%3Fa%3Db%23c%2F%C3%A9%0D%0A/json"
            )
        }
    }

    @Test("many requests at once are all answered while streams are open")
    func manyAtOnce() async throws {
        try await ScriptedPair.run { pair in
            pair.engine.answer("/images/json", with: .json("[]"))
            var open: [DockerEventStream] = []
            for _ in 0..<20 {
                pair.engine.enqueue("/events", .stream(ScriptedStream()))
                open.append(try await pair.client.events(since: nil))
            }

            let images = try await pair.client.images()

            #expect(images.isEmpty)
            #expect(open.count == 20)
        }
    }
}
