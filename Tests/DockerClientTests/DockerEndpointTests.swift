// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Glibc
import JagaTesting
import Testing

@Suite("Where the engine is")
struct DockerEndpointTests {
    @Test(
        "DOCKER_HOST in every form that is understood",
        arguments: [
            ("unix:///var/run/docker.sock", "unix:///var/run/docker.sock"),
            ("/run/podman/podman.sock", "unix:///run/podman/podman.sock"),
            ("tcp://10.0.0.5:2375", "tcp://10.0.0.5:2375"),
            ("tcp://engine.example", "tcp://engine.example:2375"),
            ("TCP://Engine:1/", "tcp://Engine:1"),
            ("http://127.0.0.1:80", "tcp://127.0.0.1:80"),
            ("tcp://[::1]:2375", "tcp://[::1]:2375"),
            ("tcp://[fe80::1]", "tcp://[fe80::1]:2375"),
            ("localhost:1234", "tcp://localhost:1234"),
            ("https://engine", "tcp://engine:2376"),
        ]
    )
    func understood(host: String, expected: String) throws {
        let endpoint = try DockerEndpoint(environment: DockerEnvironment(host: host))

        #expect(endpoint?.description == expected)
        #expect((endpoint?.tls != nil) == host.hasPrefix("https"))
    }

    @Test(
        "what cannot be used names the value and the remedy",
        arguments: [
            (
                "ssh://user@host",
                "the scheme `ssh` is not supported; use unix:///path or tcp://host:port"
            ),
            (
                "npipe:////./pipe/docker",
                "the scheme `npipe` is not supported; use unix:///path or tcp://host:port"
            ),
            ("unix://run/docker.sock", "the path is not absolute; use unix:///var/run/docker.sock"),
            ("unix:///", "the path is not absolute; use unix:///var/run/docker.sock"),
            ("tcp://", "`` is not a host; use tcp://host:port"),
            ("tcp://host:0", "`0` is not a port; use a number from 1 to 65535"),
            ("tcp://host:70000", "`70000` is not a port; use a number from 1 to 65535"),
            ("tcp://host:x", "`x` is not a port; use a number from 1 to 65535"),
            ("tcp://user@host:1", "`user@host:1` is not a host; use tcp://host:port"),
            ("tcp://host:1/path", "`1/path` is not a port; use a number from 1 to 65535"),
            ("tcp://[::1]x", "`[::1]x` is not a host; use tcp://host:port"),
            (" ", "` ` is not a host; use tcp://host:port"),
        ]
    )
    func refused(host: String, expected: String) {
        let error = #expect(throws: DockerError.self) {
            try DockerEndpoint(environment: DockerEnvironment(host: host))
        }

        #expect(error?.code == .invalidEndpoint)
        #expect(error?.message == "DOCKER_HOST is `\(host)`: \(expected)")
        #expect(error?.isRetryable == false)
    }

    @Test("a path longer than a socket's address is refused")
    func longPath() throws {
        let fits = "unix:///" + String(repeating: "a", count: 106)
        #expect(try DockerEndpoint(environment: DockerEnvironment(host: fits)) != nil)

        #expect(throws: DockerError.self) {
            try DockerEndpoint(environment: DockerEnvironment(host: fits + "a"))
        }
    }

    @Test("without DOCKER_HOST there is nothing named")
    func unset() throws {
        #expect(try DockerEndpoint(environment: DockerEnvironment()) == nil)
    }

    @Test("DOCKER_TLS_VERIFY and DOCKER_CERT_PATH turn TLS on, and the port to 2376")
    func tls() throws {
        let verified = try DockerEndpoint(
            environment: DockerEnvironment(
                variables: [
                    "DOCKER_HOST": "tcp://engine", "DOCKER_TLS_VERIFY": "1", "HOME": "/home/u",
                ],
                userID: 0
            )
        )
        let unverified = try DockerEndpoint(
            environment: DockerEnvironment(
                variables: [
                    "DOCKER_HOST": "tcp://engine:5", "DOCKER_CERT_PATH": "/certs",
                ],
                userID: 0
            )
        )

        #expect(
            verified?.tls
                == DockerTLS(
                    verifiesEngine: true,
                    authorityFile: "/home/u/.docker/ca.pem",
                    identity: .init(
                        certificateFile: "/home/u/.docker/cert.pem",
                        keyFile: "/home/u/.docker/key.pem"
                    )
                )
        )
        #expect(verified?.description == "tcp://engine:2376")
        #expect(
            unverified?.tls
                == DockerTLS(
                    verifiesEngine: false,
                    authorityFile: "/certs/ca.pem",
                    identity: .init(
                        certificateFile: "/certs/cert.pem",
                        keyFile: "/certs/key.pem"
                    )
                )
        )
    }
}

@Suite("Finding an engine")
struct DockerDiscoveryTests {
    @Test("rootless and Podman sockets are looked for, each once")
    func candidates() {
        let environment = DockerEnvironment(
            runtimeDirectory: "/run/user/1000",
            home: "/home/u",
            userID: 1000
        )

        #expect(
            DockerDiscovery.candidates(in: environment) == [
                "/var/run/docker.sock", "/run/user/1000/docker.sock",
                "/home/u/.docker/run/docker.sock", "/run/podman/podman.sock",
            ]
        )
    }

    @Test("the first socket that accepts is taken, and the ones before it are named")
    func firstThatAccepts() throws {
        let folder = try TemporaryFolder()
        let stale = folder.path + "/stale.sock"
        let live = folder.path + "/live.sock"
        try folder.makeStaleSocket("stale.sock")
        let engine = try ScriptedDockerEngine(at: .unix(path: live))
        defer { engine.stop() }

        let discovery = DockerDiscovery(candidates: [folder.path + "/none.sock", stale, live])

        #expect(discovery.endpoint?.description == "unix://" + live)
        #expect(
            discovery.failures == [
                .init(path: folder.path + "/none.sock", reason: .missing),
                .init(path: stale, reason: .refused),
            ]
        )
    }

    @Test("when none accepts, one line says what was tried and what to do")
    func noneAccepts() {
        let discovery = DockerDiscovery(candidates: ["/nonexistent/a.sock", "/dev/null/b.sock"])

        #expect(discovery.endpoint == nil)
        #expect(discovery.failure.code == .noEngineFound)
        #expect(
            discovery.failure.message
                == "no docker engine found: tried /nonexistent/a.sock (missing), "
                + "/dev/null/b.sock (missing); start docker, or name the engine in DOCKER_HOST"
        )
    }
}
