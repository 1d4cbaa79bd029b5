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

        let batch = try #require(reader.read(Deliveries.two, from: 1, now: now))

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

    @Test("events that are there already are left out")
    func replay() throws {
        var reader = DeliveryReader(agent: agent)
        let content = DeliveryCoding.encode([
            Deliveries.batch(["1", "2"], from: 1), Deliveries.batch(["4"], from: 4),
        ])

        #expect(reader.read(content, from: 2, now: now)?.entries.count == 2)
        #expect(reader.read(content, from: 3, now: now)?.entries.count == 1)
        #expect(reader.read(content, from: 5, now: now)?.entries.count == 0)
    }

    // Else an agent with a wrong clock makes the engine forget what others did today.
    @Test("no event is of a time far ahead")
    func future() throws {
        var reader = DeliveryReader(agent: agent)

        let batch = try #require(
            reader.read(Deliveries.two, from: 1, now: Timestamp(nanoseconds: -80_000_000_000))
        )

        #expect(batch.entries[0].time.nanoseconds == -80_000_000_000)
    }

    @Test("a delivery that is cut anywhere is refused")
    func cut() {
        var reader = DeliveryReader(agent: agent)

        for count in 0..<Deliveries.two.count {
            #expect(reader.read(Array(Deliveries.two.prefix(count)), from: 1, now: now) == nil)
        }
        #expect(reader.read(Deliveries.two + [0], from: 1, now: now) == nil)
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
        #expect(choice.failed(random: 0) == 0)
        #expect(choice.current.host == "a")
        #expect(choice.failed(random: 0) == 500)
        #expect(choice.failed(random: 0) == 0)
        #expect(choice.failed(random: 0) == 1_000)
        #expect(choice.failed(random: 0) == 0)
        #expect(choice.failed(random: 400) == 1_600)
        for _ in 0..<100 { #expect(choice.failed(random: 0) <= 60_000) }
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
