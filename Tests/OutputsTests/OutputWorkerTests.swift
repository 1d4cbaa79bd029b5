// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Outputs
import Testing

@Suite("Alerts on their way out", .timeLimit(.minutes(1)))
struct OutputWorkerTests {
    private static func hub(
        _ folder: TemporaryFolder,
        _ transport: any OutputTransport,
        _ change: (inout Output) -> Void = { _ in }
    ) throws -> OutputHub {
        let endpoint = HTTPEndpoint(url: Secret(.text("https://example.org")))
        var output = Output(name: "test", kind: .slack(endpoint, options: nil))
        output.policy = DeliveryPolicy()
        change(&output)
        return try OutputHub(
            [output],
            folder: folder.path + "/outputs",
            after: 0,
            Samples.surroundings()
        ) { _ in transport }
    }

    private static func take(_ hub: OutputHub, _ numbers: ClosedRange<Int>) throws {
        for number in numbers {
            let line = Samples.line(number)
            try hub.take(line.span, serial: UInt64(number))
        }
        try hub.commit()
    }

    private static func ids(_ numbers: ClosedRange<Int>) -> [String] {
        numbers.map { "1795437975.\($0)" }
    }

    @Test("each alert is told once, in order")
    func order() async throws {
        let folder = try TemporaryFolder()
        let transport = ScriptedTransport()
        let hub = try Self.hub(folder, transport)
        let running = Task { await hub.run() }
        try Self.take(hub, 1...50)
        try Self.take(hub, 40...60)
        #expect(await eventually { transport.ids.count >= 60 })
        running.cancel()
        await running.value

        #expect(transport.ids == Self.ids(1...60))
        #expect(hub.reports.first?.messages == 60)
        #expect(hub.reports.first?.waiting == 0)
    }

    @Test("what was not told before an end is told after it, and nothing twice")
    func restart() async throws {
        let folder = try TemporaryFolder()
        let transport = ScriptedTransport()
        for round in 0..<10 {
            let hub = try Self.hub(folder, transport)
            let running = Task { await hub.run() }
            try Self.take(hub, 1...(round + 1) * 20)
            #expect(await eventually { transport.ids.count > round * 15 })
            running.cancel()
            await running.value
        }
        let hub = try Self.hub(folder, transport)
        let running = Task { await hub.run() }
        #expect(await eventually { transport.ids.count >= 200 })
        running.cancel()
        await running.value

        #expect(transport.ids == Self.ids(1...200))
    }

    @Test("a failure is tried again with the same message and key; one refused for good is counted")
    func failures() async throws {
        let folder = try TemporaryFolder()
        let transport = ScriptedTransport(failingWith: [
            OutputError(.busy, "wait"), OutputError(.refused, "never"),
        ])
        let hub = try Self.hub(folder, transport)
        let running = Task { await hub.run() }
        try Self.take(hub, 1...3)
        #expect(await eventually { transport.ids.count >= 2 })
        running.cancel()
        await running.value

        #expect(transport.ids == Self.ids(2...3))
        let report = try #require(hub.reports.first)
        #expect((report.failures, report.refused, report.alerts) == (2, 1, 2))
    }

    @Test("many that wait are merged, and each is in exactly one message")
    func merging() async throws {
        let folder = try TemporaryFolder()
        let transport = ScriptedTransport()
        let hub = try Self.hub(folder, transport) {
            ($0.policy.mergesUpTo, $0.policy.mergesFrom) = (30, 5)
        }
        try Self.take(hub, 1...100)
        let running = Task { await hub.run() }
        #expect(await eventually { transport.ids.count >= 100 })
        running.cancel()
        await running.value

        #expect(transport.ids == Self.ids(1...100))
        #expect(transport.keys == ["test-1-30", "test-31-60", "test-61-90", "test-91-100"])
    }

    @Test("a feed that lost its count learns it from the queues")
    func lostCount() throws {
        let folder = try TemporaryFolder()
        let transport = ScriptedTransport()
        #expect(try Self.hub(folder, transport).highestSerial == 0)
        try Self.take(try Self.hub(folder, transport), 1...7)
        #expect(try Self.hub(folder, transport).highestSerial == 7)
    }

    @Test("a filter leaves out what it does not want, also by the level alone")
    func filter() async throws {
        let folder = try TemporaryFolder()
        let transport = ScriptedTransport()
        let hub = try Self.hub(folder, transport) { $0.filter.minimumLevel = 7 }
        let lines = [
            Samples.line(1, level: 6), Samples.line(2, level: 7), Samples.line(3, level: 16),
            Array("no alert".utf8),
        ]
        for (index, line) in lines.enumerated() {
            try hub.take(line.span, serial: UInt64(index + 1))
        }
        #expect(hub.reports.first?.waiting == 2)
    }

    @Test("a receiver that fails, hangs, answers 429 and comes back gets each alert once, in order")
    func receiver() async throws {
        let folder = try TemporaryFolder()
        let receiver = try await HTTPReceiver([
            .status(500), .status(200), .hang, .close,
            .status(429, headers: [("Retry-After", "1")]), .status(200), .status(503),
        ])
        var endpoint = receiver.endpoint()
        endpoint.timeoutSeconds = 1
        let kind = OutputKind.webhook(.alert, endpoint, topic: "", options: nil)
        var output = Output(name: "hook", kind: kind)
        output.policy.mergesUpTo = 1
        let hub = try OutputHub(
            [output],
            folder: folder.path + "/outputs",
            after: 0,
            Samples.surroundings()
        )
        let running = Task { await hub.run() }
        try Self.take(hub, 1...6)
        #expect(await eventually { receiver.taken.count >= 6 })
        running.cancel()
        await running.value

        #expect(receiver.taken.compactMap { $0.json?["id"]?.text } == Self.ids(1...6))
        #expect(hub.reports.first?.failures == 5)
    }
}
