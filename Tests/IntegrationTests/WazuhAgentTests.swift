// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import JagaTesting
import Testing

/// `jaga agent` as the agent of a Wazuh manager, which is the peer in Python.
@Suite(
    "jaga agent at a Wazuh manager",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct WazuhAgentTests {
    private static let key = "001 web-1 any " + String(repeating: "0123456789abcdef", count: 4)
    private static let name = "jaga-wazuh-agent"

    /// Says what it was told, acts when it may, and is told again when the time is over.
    private static let script = #"""
        #!/bin/sh
        read -r line
        echo "$line" >>"$(dirname "$0")/../../said"
        case $line in *'"command":"delete"'*) exit 0 ;; esac
        echo '{"version":1,"origin":{"name":"note","module":"active-response"},"command":"check_keys","parameters":{"keys":["198.51.100.7"]}}'
        read -r line
        echo "$line" >>"$(dirname "$0")/../../said"
        """#

    private static let response = #"""
        {"version":1,"origin":{"name":"office","module":"wazuh-analysisd"},"command":"note2",
        "parameters":{"extra_args":["-x","a b"],"alert":{"id":"1.2","rule":{"id":"31103","level":7},
        "agent":{"id":"001"},"data":{"srcip":"198.51.100.7","text":"a \"b\" {c"}}}}
        """#

    @Test("Docker's events and a container's log arrive, and a response is carried out and undone")
    func reports() throws {
        let engine = try #require(TestEngine.current)
        let folder = try TemporaryFolder()
        let port = Int.random(in: 21_000...29_000)
        try Self.prepare(folder.path, port: port)
        let manager = try RunningProcess(
            ["python3", TestData.checkout + "/Tests/TransportTests/Peer/peer.py", "office"]
                + ["\(port)", Self.key, "note2 - note - 2", "SELECT", Self.response]
        )
        defer { kill(manager.pid, SIGKILL) }
        let agent = try RunningProcess(
            [Binary.path, "agent", "--data", folder.path + "/data"]
                + ["--config", folder.path + "/ossec.conf"],
            environment: ["DOCKER_HOST": engine.host]
        )
        defer { agent.terminate() }
        try manager.line { $0.contains("#!-agent startup") }
        engine.remove(Self.name)
        defer { engine.remove(Self.name) }

        let id = try engine.docker("run", "-d", "--name", Self.name, "-p", "8091:80", "nginx")
        try manager.line {
            $0.contains("1:Wazuh-Docker:") && $0.contains(#"\"Action\": \"start\""#)
                && $0.contains(id)
        }
        try engine.curl("/users/?id=SELECT+*+FROM+users", port: 8_091)
        try manager.line {
            $0.contains("1:/var/lib/docker/containers/\(id)/\(id)-json.log:")
                && $0.contains("GET /users/?id=SELECT+*+FROM+users") && $0.contains(#"{\"log\":"#)
        }

        let said = try Self.lines(3, of: folder.path + "/data/said")
        #expect(
            said.map { Self.command(in: $0) } == ["add", "continue", "delete"]
        )
        #expect(said[0].contains(#""extra_args":["-x","a b"]"#))
        #expect(said[0].contains(#""data":{"srcip":"198.51.100.7","text":"a \"b\" {c"}"#))
        #expect(said[0].contains(#""program":"active-response/bin/note""#))
        #expect(try agent.stop() == 0)
        try manager.line { $0.contains("#!-agent shutdown ") }
    }

    private static func prepare(_ place: String, port: Int) throws {
        let scripts = place + "/data/active-response/bin"
        let keys = place + "/data/reporting/etc"
        for folder in [scripts, keys] {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
        }
        try script.write(toFile: scripts + "/note", atomically: false, encoding: .utf8)
        chmod(scripts + "/note", 0o755)
        try (key + "\n").write(toFile: keys + "/client.keys", atomically: false, encoding: .utf8)
        try """
        <ossec_config>
        <client><server><address>127.0.0.1</address><port>\(port)</port>
        <protocol>tcp</protocol></server></client>
        </ossec_config>
        """.write(toFile: place + "/ossec.conf", atomically: false, encoding: .utf8)
    }

    /// The lines of a file, once there are so many.
    private static func lines(_ count: Int, of path: String) throws -> [String] {
        let deadline = Date(timeIntervalSinceNow: 30)
        while true {
            let bytes = FileManager.default.contents(atPath: path) ?? Data()
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            if lines.count >= count { return lines.map(String.init) }
            guard Date() < deadline else {
                throw NotSeen(process: path, lines: lines.map(String.init), errorLines: [])
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    private static func command(in line: String) -> String? {
        for word in ["add", "continue", "abort", "delete"]
        where line.contains("\"command\":\"\(word)\"") {
            return word
        }
        return nil
    }
}
