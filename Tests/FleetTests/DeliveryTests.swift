// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Fleet
import Testing

@Suite("Deliveries")
struct DeliveryTests {
    private let agent = AgentIdentity(id: "100001", name: "web-1", address: "10.0.0.7")
    private let now = Timestamp(nanoseconds: 10_000_000_000)

    @Test("events come out as they went in, and as the agent's")
    func roundTrip() throws {
        var reader = DeliveryReader(agent: agent)

        let read = reader.read(Deliveries.two, from: 1, now: now)

        let batch = try #require(read)
        #expect(batch.entries.count == 2)
        #expect(
            batch.entries.map { String(decoding: batch.bytes[$0.text], as: UTF8.self) } == [
                "a line", "another",
            ]
        )
        let source = try #require(batch.sources.first)
        #expect(batch.sources.count == 1)
        #expect(source.agent == agent)
        #expect(String(decoding: source.location, as: UTF8.self) == "/var/log/app.log")
        #expect(source.container?.image == "nginx:latest")
        #expect(source.container?.labels.first?.value == "b")
        #expect(source.programName == Array("nginx".utf8))
        #expect(
            batch.entries[0].time == Timestamp(nanoseconds: 5_000_000_000, utcOffsetSeconds: 3_600)
        )
        #expect(batch.entries[0].originNanoseconds == 4_000_000_000)
    }

    @Test("labels of the agent and what texts are travel with their source")
    func labelsAndKind() throws {
        var told = AgentIdentity(id: "000", name: "host")
        told.labels = AgentLabels([.init(key: "place", value: "cellar")])
        let source = EventSource(
            agent: told,
            location: "syscheck",
            kind: EventKind(queue: UInt8(ascii: "8"))
        )
        var batch = EventBatch()
        batch.firstSequence = 1
        batch.append(Array("{}".utf8), from: source, at: now)
        var grouped = agent
        grouped.groups = ["web"]
        var reader = DeliveryReader(agent: grouped)

        let read = reader.read(DeliveryCoding.encode([batch]), from: 1, now: now)

        let arrived = try #require(read?.sources.first)
        #expect(arrived.agent.id == "100001")
        #expect(arrived.agent.groups == ["web"])
        #expect(arrived.agent.labels.labels == [.init(key: "place", value: "cellar")])
        #expect(arrived.kind == EventKind(queue: UInt8(ascii: "8")))
    }

    @Test("events that are there already are left out")
    func replay() {
        var reader = DeliveryReader(agent: agent)
        let content = DeliveryCoding.encode([
            Deliveries.batch(["1", "2"], from: 1), Deliveries.batch(["4"], from: 4),
        ])

        let counts = [2, 3, 5].map { sequence in
            reader.read(content, from: sequence, now: now)?.entries.count
        }

        #expect(counts == [2, 1, 0])
    }

    // Else an agent with a wrong clock makes the engine forget what others did today.
    @Test("no event is of a time far ahead")
    func future() throws {
        var reader = DeliveryReader(agent: agent)

        let past = Timestamp(nanoseconds: -80_000_000_000)
        let read = reader.read(Deliveries.two, from: 1, now: past)
        let batch = try #require(read)

        #expect(batch.entries[0].time.nanoseconds == -80_000_000_000)
    }

    @Test("a delivery that is cut anywhere is refused")
    func cut() {
        var reader = DeliveryReader(agent: agent)

        for count in 0..<Deliveries.two.count {
            let read = reader.read(Array(Deliveries.two.prefix(count)), from: 1, now: now)
            #expect(read == nil)
        }
        let longer = reader.read(Deliveries.two + [0], from: 1, now: now)
        #expect(longer == nil)
    }

    // What an agent sends may be anything: none of it may trap.
    @Test("any byte may be any other")
    func damage() {
        var reader = DeliveryReader(agent: agent)
        let seed = UInt64.random(in: 0...UInt64.max)
        var state = seed
        func random() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        for _ in 0..<5_000 {
            var bytes = Deliveries.two
            for _ in 0..<(1 + random() % 4) {
                bytes[random() % bytes.count] = UInt8(random() % 256)
            }
            let batch = reader.read(bytes, from: 1, now: now)
            #expect((batch?.entries.count ?? 0) <= 2, "seed \(seed)")
        }
    }

    @Test("what packs to little and unpacks to much is refused")
    func bomb() throws {
        let packed = try #require(DeliveryPacking.pack([UInt8](repeating: 0, count: 10 << 20)))

        #expect(packed.count < 10_000)
        #expect(DeliveryPacking.unpack(packed, limit: 8 << 20) == nil)
        #expect(DeliveryPacking.unpack(packed, limit: 10 << 20)?.count == 10 << 20)
        #expect(DeliveryPacking.unpack([1, 2, 3], limit: 100) == nil)
        #expect(DeliveryPacking.unpack([], limit: 100) == nil)
    }

    @Test("managers are tried in turn, then with pauses that double and differ")
    func choice() throws {
        let managers = ["https://a:1", "https://b:2"].compactMap { ManagerAddress($0) }
        var choice = try #require(ManagerChoice(managers, random: 3))

        #expect(choice.current.host == "b")
        let pauses = (0..<5).map { _ in choice.failed(random: 0) } + [choice.failed(random: 400)]
        #expect(pauses == [0, 500, 0, 1_000, 0, 1_600])
        let later = (0..<100).map { _ in choice.failed(random: 0) }
        #expect(later.max() == 60_000)
        choice.succeeded()
        #expect(choice.failures == 0)
    }

    @Test(
        "an address is a host and a port, and nothing else",
        arguments: [
            ("https://m.example:9000", "https://m.example:9000"), ("m", "https://m:9697"),
            ("https://[::1]:9697/", "https://[::1]:9697"), ("10.0.0.1:80", "https://10.0.0.1:80"),
            ("http://m:1", nil), ("https://m/x", nil), ("https://u@m", nil), ("m:0", nil),
            ("m:99999", nil), ("", nil), ("a b", nil),
        ] as [(String, String?)]
    )
    func address(_ text: String, _ expected: String?) {
        #expect(ManagerAddress(text)?.description == expected)
    }
}
