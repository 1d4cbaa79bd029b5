// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Testing
import WebServer

@Suite("Alerts as they come")
struct LiveStreamTests {
    private static func batch(_ alerts: [String]) -> AlertBatch {
        var batch = AlertBatch()
        let source = EventSource(agent: AgentIdentity(id: "000", name: "box"), location: "here")
        for alert in alerts {
            let start = batch.bytes.count
            batch.bytes += Array(alert.utf8)
            let end = batch.bytes.count
            batch.bytes.append(UInt8(ascii: "\n"))
            batch.entries.append(
                AlertBatch.Entry(
                    json: start..<end,
                    description: 0..<0,
                    sourceAddress: 0..<0,
                    ruleID: 1,
                    level: 5,
                    time: Timestamp(nanoseconds: 0),
                    originNanoseconds: 0,
                    source: source
                )
            )
        }
        return batch
    }

    @Test("a watcher gets the alerts of its query, with their ids")
    func delivered() async throws {
        try await ServerFixture.run { server in
            let events = try await server.events("/alerts/stream?q=rule.level%20%3E%207") {
                reader in
                #expect(reader.head.contains("text/event-stream"))
                // The first comment tells that it watches.
                #expect(try await reader.next()?.isComment == true)
                server.live.publish(
                    Self.batch([TestAlert.json(1, level: 3), TestAlert.json(2, level: 9)])
                )
                server.live.publish(Self.batch([TestAlert.json(3, level: 12)]))
                return [try await reader.nextEvent(), try await reader.nextEvent()]
            }
            #expect(
                events == [
                    ReceivedEvent(name: "alert", id: "1.2", data: TestAlert.json(2, level: 9)),
                    ReceivedEvent(name: "alert", id: "1.3", data: TestAlert.json(3, level: 12)),
                ]
            )
        }
    }

    @Test("nobody watches after the client has left")
    func left() async throws {
        try await ServerFixture.run { server in
            #expect(server.live.subscribers == 0)
            try await server.events("/alerts/stream") { reader in
                _ = try await reader.next()
                #expect(server.live.subscribers == 1)
            }
            let isAlone = try await server.eventually { server.live.subscribers == 0 }
            #expect(isAlone)
            let metrics = try await server.send("GET", "/metrics")
            #expect(metrics.text.contains("jaga_http_streams 0\n"))
        }
    }

    @Test("a watcher that is too slow is told how many it missed")
    func lagged() async throws {
        try await ServerFixture.run { server in
            let (received, missed) = try await server.events("/alerts/stream") { reader in
                _ = try await reader.next()
                let log = String(repeating: "x", count: 20_000)
                let batch = Self.batch((0..<100).map { TestAlert.json($0, log: log) })
                // Read nothing until more was published than sockets and boxes hold.
                for _ in 0..<40 {
                    server.live.publish(batch)
                    try await Task.sleep(for: .milliseconds(2))
                }
                let hasDropped = try await server.eventually { server.live.dropped > 0 }
                #expect(hasDropped)
                var (received, missed) = (0, 0)
                while received + missed < 4_000, let event = try await reader.nextEvent() {
                    if event.name == "alert" { received += 1 }
                    guard event.name == "lagged" else { continue }
                    let data = try JSONSerialization.jsonObject(with: Data(event.data.utf8))
                    missed += (data as? [String: Int])?["dropped"] ?? 0
                }
                return (received, missed)
            }
            #expect(missed > 0)
            #expect(received + missed == 4_000)
            #expect(server.live.dropped == missed)
        }
    }

    @Test("a mistake in the query is an answer, not a stream")
    func badQuery() async throws {
        try await ServerFixture.run { server in
            let answer = try await server.get("/alerts/stream?q=(")
            #expect(answer.status == 400)
            #expect(answer.code == "invalid-query")
        }
    }

    @Test("a comment comes at each heartbeat, and the stream of a revoked token ends")
    func heartbeat() async throws {
        try await ServerFixture.run({ $0.pace.heartbeat = .milliseconds(20) }) { server in
            try await server.events("/alerts/stream") { reader in
                for _ in 0..<3 { #expect(try await reader.next()?.isComment == true) }
                try AccountFile(folder: server.folder).update { $0.tokens = [] }
                server.clock.advance(seconds: 2)
                while let event = try await reader.next() { #expect(event.isComment) }
            }
        }
    }

    @Test("200 streams are open at once, and no more")
    func limit() async throws {
        try await ServerFixture.run { server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (gate, opener) = AsyncStream<Never>.makeStream()
                // Not all at once: more than 64 requests at a time are turned away.
                for opened in 1...200 {
                    group.addTask {
                        try await server.events("/alerts/stream") { reader in
                            _ = try await reader.next()
                            for await _ in gate {}
                        }
                    }
                    guard opened % 20 == 0 else { continue }
                    let areOpen = try await server.eventually { server.live.subscribers == opened }
                    #expect(areOpen)
                }
                let answer = try await server.get("/alerts/stream")
                #expect(answer.status == 503)
                #expect(answer.header("retry-after") == "1")
                let other = try await server.get("/status")
                #expect(other.status == 200)
                opener.finish()
                try await group.waitForAll()
            }
        }
    }

    @Test("the server ends within seconds though streams and idle connections are open")
    func ending() async throws {
        let clock = ContinuousClock()
        let ended = try await withThrowingTaskGroup(of: Void.self) { group in
            let (ready, isReady) = AsyncStream<ContinuousClock.Instant>.makeStream()
            group.addTask {
                try await ServerFixture.run { server in
                    let address = server.address
                    // It outlives the fixture's body, as a browser does.
                    let other = Task {
                        try await RawConnection.open(port: address.port) { connection in
                            try await connection.send(
                                "GET /api/v1/alerts/stream HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Authorization: Bearer \(server.token)\r\n\r\n"
                            )
                            return try await connection.readToEnd()
                        }
                    }
                    let isOpen = try await server.eventually { server.live.subscribers == 1 }
                    #expect(isOpen)
                    isReady.yield(clock.now)
                    withExtendedLifetime(other) {}
                }
            }
            let start = await ready.first { _ in true }
            try await group.waitForAll()
            return try #require(start).duration(to: clock.now)
        }
        #expect(ended < .seconds(15))
    }
}
