// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Outputs
import Synchronization
import Testing

@Suite("Outputs whose settings change", .timeLimit(.minutes(1)))
struct OutputReplacementTests {
    private static func output(_ name: String, _ host: String = "a") -> Output {
        let endpoint = HTTPEndpoint(url: Secret(.text("https://\(host).example.org")))
        var output = Output(name: name, kind: .slack(endpoint, options: nil))
        output.policy = DeliveryPolicy()
        return output
    }

    /// A hub whose transports are chosen by where an output sends to.
    private static func hub(
        _ folder: TemporaryFolder,
        _ outputs: [Output],
        _ transports: [String: any OutputTransport]
    ) throws -> OutputHub {
        try OutputHub(
            outputs,
            folder: folder.path + "/outputs",
            after: 0,
            Samples.surroundings()
        ) { output in
            let target = output.transport(Samples.surroundings()).target
            return transports[target] ?? ScriptedTransport()
        }
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

    @Test("what waits goes to the new place, each once and in order, and figures go on")
    func changed() async throws {
        let folder = try TemporaryFolder()
        let away = OutputError(.denied, "away")
        let old = ScriptedTransport(failingWith: Array(repeating: away, count: 1_000))
        let new = ScriptedTransport()
        let hub = try Self.hub(
            folder,
            [Self.output("x")],
            ["https://a.example.org": old, "https://b.example.org": new]
        )
        let running = Task { await hub.run() }
        try Self.take(hub, 1...5)
        #expect(await eventually { hub.reports.first?.trouble == "away" })
        try hub.replace([Self.output("x", "b")], after: 0)
        try Self.take(hub, 6...9)
        #expect(await eventually { new.ids.count >= 9 })
        running.cancel()
        await running.value

        #expect(new.ids == Self.ids(1...9))
        #expect(old.ids.isEmpty)
        #expect(hub.reports.first?.failures == 1)
        #expect(hub.reports.first?.messages == 9)
        #expect(hub.reports.first?.state == .ready)
    }

    @Test("a delivery that is under way is brought to its end, and is not sent again")
    func underWay() async throws {
        let folder = try TemporaryFolder()
        let (old, new) = (SlowTransport(), ScriptedTransport())
        let hub = try Self.hub(
            folder,
            [Self.output("x")],
            ["https://a.example.org": old, "https://b.example.org": new]
        )
        let running = Task { await hub.run() }
        try Self.take(hub, 1...3)
        #expect(await eventually { old.isBusy })
        try hub.replace([Self.output("x", "b")], after: 0)
        #expect(new.ids.isEmpty)
        old.finish()
        #expect(await eventually { new.ids.count >= 2 })
        running.cancel()
        await running.value

        #expect(old.ids == Self.ids(1...1))
        #expect(new.ids == Self.ids(2...3))
    }

    @Test("one that stays as it was goes on; a new one begins with what comes")
    func added() async throws {
        let folder = try TemporaryFolder()
        let (first, second) = (ScriptedTransport(), ScriptedTransport())
        let hub = try Self.hub(
            folder,
            [Self.output("x")],
            ["https://a.example.org": first, "https://b.example.org": second]
        )
        let running = Task { await hub.run() }
        try Self.take(hub, 1...3)
        try hub.replace([Self.output("y", "b"), Self.output("x")], after: 0)
        try Self.take(hub, 4...6)
        #expect(await eventually { first.ids.count >= 6 && second.ids.count >= 3 })
        running.cancel()
        await running.value

        #expect(first.ids == Self.ids(1...6))
        #expect(second.ids == Self.ids(4...6))
        #expect(hub.reports.map(\.name) == ["y", "x"])
    }

    @Test("one that was taken out is told what waited when it is back, and not what came between")
    func takenOut() async throws {
        let folder = try TemporaryFolder()
        let away = OutputError(.connection, "away")
        let old = ScriptedTransport(failingWith: Array(repeating: away, count: 1_000))
        let new = ScriptedTransport()
        let hub = try Self.hub(
            folder,
            [Self.output("x")],
            ["https://a.example.org": old, "https://b.example.org": new]
        )
        let running = Task { await hub.run() }
        try Self.take(hub, 1...2)
        #expect(await eventually { hub.reports.first?.trouble == "away" })
        try hub.replace([], after: 0)
        #expect(hub.reports.isEmpty)
        try Self.take(hub, 3...4)
        try hub.replace([Self.output("x", "b")], after: 0)
        try Self.take(hub, 5...6)
        #expect(await eventually { new.ids.count >= 4 })
        running.cancel()
        await running.value

        #expect(new.ids == Self.ids(1...2) + Self.ids(5...6))
    }

    @Test("a filter that changes holds for what comes")
    func filter() async throws {
        let folder = try TemporaryFolder()
        let transport = ScriptedTransport()
        let hub = try Self.hub(folder, [Self.output("x")], ["https://a.example.org": transport])
        let running = Task { await hub.run() }
        try Self.take(hub, 1...1)
        var output = Self.output("x")
        output.filter.minimumLevel = 12
        try hub.replace([output], after: 0)
        try Self.take(hub, 2...2)
        try hub.replace([Self.output("x")], after: 0)
        try Self.take(hub, 3...3)
        #expect(await eventually { transport.ids.count >= 2 })
        running.cancel()
        await running.value

        #expect(transport.ids == ["1795437975.1", "1795437975.3"])
    }
}

/// A receiver whose first answer comes when a test says so.
private final class SlowTransport: OutputTransport {
    private struct State {
        var ids: [String] = []
        var isBusy = false
        var isFinished = false
    }

    private let state = Mutex(State())

    var target: String { "slow" }
    var ids: [String] { state.withLock { $0.ids } }
    var isBusy: Bool { state.withLock { $0.isBusy } }

    func finish() { state.withLock { $0.isFinished = true } }

    func deliver(_ message: OutgoingMessage) async throws -> DeliveryReceipt {
        state.withLock { $0.isBusy = true }
        _ = await eventually { state.withLock { $0.isFinished } }
        state.withLock { $0.ids += message.alerts.map(\.id) }
        return DeliveryReceipt()
    }

    func shutdown() async {}
}
