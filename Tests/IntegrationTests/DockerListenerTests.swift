// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `jaga docker-listener`: the tutorial's trial by hand.
@Suite(
    "jaga docker-listener",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct DockerListenerTests {
    @Test("connects, says so, and prints each event in Wazuh's envelope")
    func printsEvents() throws {
        let engine = try #require(TestEngine.current)
        let listener = try RunningProcess(
            [Binary.path, "docker-listener"],
            environment: ["DOCKER_HOST": engine.host]
        )
        try listener.line {
            $0
                == #"{"integration": "docker", "docker": {"Wodle event": "Connected to Docker service"}}"#
        }
        engine.remove("jaga-listener")
        defer { engine.remove("jaga-listener") }
        try engine.docker("create", "--name", "jaga-listener", "busybox")
        let line = try listener.line { $0.contains("\"Action\": \"create\"") }
        #expect(line.hasPrefix(#"{"integration": "docker", "docker": {"status": "create", "id": "#))
        #expect(line.contains(#""Type": "container""#))
        #expect(try listener.stop(SIGINT) == 0)
    }

    @Test(
        "one clear line and exit code 2 when there is nothing to connect to",
        arguments: [
            ("unix:///nonexistent/docker.sock", "/nonexistent/docker.sock"),
            ("tcp://127.0.0.1:1", "127.0.0.1:1"),
            ("ssh://user@host", "ssh"),
            ("nonsense", "nonsense"),
        ]
    )
    func nothingThere(host: String, words: String) throws {
        let result = try Shell.run(
            [Binary.path, "docker-listener"],
            environment: ["DOCKER_HOST": host]
        )
        #expect(result.status == 2)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(result.errors)")
        #expect(result.errors.contains(words), "\(result.errors)")
    }
}
