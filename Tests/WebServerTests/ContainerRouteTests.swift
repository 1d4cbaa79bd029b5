// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import WebServer

@Suite("Containers over HTTP")
struct ContainerRouteTests {
    private static let web: ContainerState = {
        var state = ContainerState(id: "c1", name: "web", image: "nginx", state: "running")
        state.imageID = "sha256:1"
        state.status = "Up 2 hours"
        state.created = 5
        state.ports = [.init(address: "0.0.0.0", publicPort: 80, privatePort: 8080, kind: "tcp")]
        state.labels = ["b": "2", "a": "1"]
        state.compose = .init(project: "shop", service: "web")
        state.logDriver = "json-file"
        return state
    }()

    @Test("containers come with their alerts, and those that are gone as removed")
    func list() async throws {
        try await ServerFixture.run { server in
            server.containers.add(Self.web)
            server.alerts.add(1...2, container: "c1")
            server.alerts.add(3...3, level: 12, container: "c1")
            server.alerts.add(4...4, container: "gone")
            let answer = try await server.get("/containers")
            #expect(answer.text.hasPrefix(#"{"engine":{"connected":true,"detail":"Docker 28.0"}"#))
            let containers = try #require(answer.json["containers"] as? [[String: Any]])
            #expect(containers.map { $0["id"] as? String } == ["c1", "gone"])
            let alerts = try #require(containers[0]["alerts"] as? [String: Any])
            #expect(alerts["count"] as? Int == 3)
            #expect(alerts["highest_level"] as? Int == 12)
            #expect((alerts["latest"] as? [String: Any])?["id"] as? String == "1.3")
            #expect(containers[1]["state"] as? String == "removed")
            #expect(containers[1]["name"] as? String == "web-gone")
            #expect(containers[1]["labels"] as? [String: String] == ["com.example.team": "blue"])
            #expect(containers[1]["created_ms"] is NSNull)
        }
    }

    @Test("one container is told whole")
    func one() async throws {
        try await ServerFixture.run { server in
            server.containers.add(Self.web)
            let answer = try await server.get("/containers/web")
            #expect(
                answer.text
                    == #"{"id":"c1","name":"web","image":"nginx","image_id":"sha256:1","#
                    + #""state":"running","status":"Up 2 hours","created_ms":5,"#
                    + #""ports":[{"ip":"0.0.0.0","public":80,"private":8080,"type":"tcp"}],"#
                    + #""labels":{"a":"1","b":"2"},"compose":{"project":"shop","service":"web"},"#
                    + #""log_driver":"json-file","#
                    + #""alerts":{"count":0,"highest_level":0,"latest":null}}"#
            )
        }
    }

    @Test("without an engine, what alerts tell is left")
    func noEngine() async throws {
        try await ServerFixture.run { server in
            server.containers.disconnect()
            server.alerts.add(1...1, container: "c1")
            let list = try await server.get("/containers")
            #expect(list.text.contains(#""connected":false"#))
            let known = try await server.get("/containers/web-c1")
            #expect(known.json["state"] as? String == "removed")
            let unknown = try await server.get("/containers/other")
            #expect(unknown.status == 503)
            #expect(unknown.code == "engine-unavailable")
        }
    }

    @Test("a log has the lines that are asked for, bytes that are no text repaired")
    func log() async throws {
        try await ServerFixture.run { server in
            let lines = (1...5).map {
                ContainerLogLine(time: Int64($0), stream: .stderr, text: [0x61, 0xFF])
            }
            server.containers.add(Self.web, lines: lines)
            let answer = try await server.get("/containers/web/log?tail=1&since=2&until=4")
            #expect(
                answer.text
                    == "{\"lines\":[{\"time_ms\":3,\"stream\":\"stderr\",\"text\":\"a\u{FFFD}\"}]}"
            )
            let none = try await server.get("/containers/nothing/log")
            #expect(none.status == 404)
        }
    }

    @Test(
        "what is no container's name reaches no engine",
        arguments: [
            "..%2F..%2Fimages", "a%20b", "%2e%2e", "a%3Fb", "a%00b",
            String(repeating: "a", count: 300),
        ]
    )
    func hostileName(name: String) async throws {
        try await ServerFixture.run { server in
            let answer = try await server.get("/containers/\(name)/log")
            #expect(answer.status == 404)
        }
    }

    @Test("a log is followed to its end")
    func follow() async throws {
        try await ServerFixture.run { server in
            let first = ContainerLogLine(time: 1, stream: .stdout, text: [0x61])
            server.containers.add(Self.web, lines: [first])
            let events = try await server.events("/containers/web/log/stream?tail=5") { reader in
                var events = [try await reader.nextEvent()]
                server.containers.say(
                    ContainerLogLine(time: 2, stream: .stderr, text: [0x0A, 0x62])
                )
                events.append(try await reader.nextEvent())
                server.containers.end()
                events.append(try await reader.nextEvent())
                events.append(try await reader.nextEvent())
                return events
            }
            #expect(
                events == [
                    ReceivedEvent(
                        name: "line",
                        data: #"{"time_ms":1,"stream":"stdout","text":"a"}"#
                    ),
                    ReceivedEvent(
                        name: "line",
                        data: #"{"time_ms":2,"stream":"stderr","text":"\nb"}"#
                    ),
                    ReceivedEvent(name: "end", data: #"{"reason":null}"#), nil,
                ]
            )
        }
    }

    @Test("the engine is not followed any more when the client has left")
    func unfollowed() async throws {
        try await ServerFixture.run { server in
            server.containers.add(Self.web)
            try await server.events("/containers/web/log/stream") { reader in
                _ = try await reader.next()
            }
            let isEnded = try await server.eventually { server.containers.endedFollowers == 1 }
            #expect(isEnded)
        }
    }

    @Test("around an alert stand its container's alerts and log lines")
    func context() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...4, container: "c1")
            server.alerts.add(5...5, container: "other")
            server.alerts.add(6...9, container: "c1")
            let lines = (0..<10).map {
                ContainerLogLine(
                    time: TestAlert.time($0),
                    stream: .stdout,
                    text: Array("line \($0)".utf8)
                )
            }
            server.containers.add(Self.web, lines: lines)
            let answer = try await server.get("/alerts/1.4/context?lines=2")
            func ids(_ key: String) -> [String] {
                (answer.json[key] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
            }
            #expect(ids("before") == ["1.2", "1.3"])
            #expect(ids("after") == ["1.6", "1.7"])
            let texts = (answer.json["lines"] as? [[String: Any]])?.map { $0["text"] as? String }
            #expect(texts == ["line 3", "line 4", "line 5", "line 6"])
            #expect(answer.json["lines_from"] as? String == "docker")
        }
    }

    @Test("lines come from the archives when the engine has none, with the reason")
    func contextFromArchives() async throws {
        let archives = MemoryIndex()
        archives.add(1...3, container: "c1")
        try await ServerFixture.run({ $0.archives = archives }) { server in
            server.alerts.add(1...3, container: "c1")
            let answer = try await server.get("/alerts/1.2/context")
            #expect(answer.json["lines_from"] as? String == "archives")
            #expect(answer.json["lines_error"] as? String == "no container c1")
            #expect((answer.json["lines"] as? [Any])?.count == 3)
        }
    }

    @Test("an alert without container has its location's alerts and no lines")
    func contextOfLocation() async throws {
        try await ServerFixture.run { server in
            server.alerts.add(1...3)
            let answer = try await server.get("/alerts/1.2/context")
            #expect((answer.json["before"] as? [Any])?.count == 1)
            #expect(answer.json["lines_from"] is NSNull)
            #expect(answer.json["lines_error"] is NSNull)
        }
    }
}
