// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import JagaTesting
import Testing

@Suite("Questions to the index")
struct IndexSearchTests {
    private static func filled() throws -> IndexFixture {
        let fixture = try IndexFixture()
        var alerts = RandomAlerts(seed: 9)
        let log = try fixture.log()
        try log.append(AlertBatch(lines: (0..<400).map { _ in alerts.line() }))
        try fixture.index()
        return fixture
    }

    @Test(
        "a cursor that is none of ours is refused",
        arguments: [
            "", "-", "1-0-n-5", "1-0-o-5", "1-zz-n-5", "2-0-n-5", "1-0-n-5-n0", "1-0-n--1",
            "1-0-n-ffffffffffffffffffffff", String(repeating: "1-", count: 5000), "../../etc",
        ]
    )
    func refusesCursors(text: String) async throws {
        let fixture = try Self.filled()
        defer { withExtendedLifetime(fixture) {} }
        let index = fixture.reader()
        var search = AlertSearch(AlertQuery())
        search.after = AlertCursor(text: text)
        let error = await #expect(throws: AlertIndexError.self) { try await index.search(search) }
        #expect(error?.code == .invalidCursor)
    }

    @Test("a cursor of another order is refused")
    func refusesOtherOrder() async throws {
        let fixture = try Self.filled()
        defer { withExtendedLifetime(fixture) {} }
        let index = fixture.reader()
        var search = AlertSearch(AlertQuery(), limit: 10)
        search.after = try await index.search(search).next
        #expect(search.after != nil)
        search.order = .field("rule.level", isDescending: true)
        let error = await #expect(throws: AlertIndexError.self) { try await index.search(search) }
        #expect(error?.code == .invalidCursor)
    }

    @Test("more than 10,000 stretches are refused")
    func boundsBuckets() async throws {
        let fixture = try Self.filled()
        defer { withExtendedLifetime(fixture) {} }
        let index = fixture.reader()
        func ask(_ range: TimeRange, _ interval: Int64) async throws -> AlertFigure? {
            let kind = AlertAggregation.Kind.histogram(
                intervalMilliseconds: interval,
                split: nil,
                top: 0
            )
            return try await index.aggregate(
                AlertQuery(range: range),
                [AlertAggregation(kind)]
            ).first
        }
        for (range, interval) in [
            (TimeRange(from: 0, to: 10_001), 1), (TimeRange(from: .min + 1, to: .max - 1), 1000),
            (TimeRange(from: 0, to: .max), 1), (.always, 0),
        ] as [(TimeRange, Int64)] {
            let error = await #expect(throws: AlertIndexError.self) {
                try await ask(range, interval)
            }
            #expect(error?.code == .tooManyBuckets)
        }
        let figure = try await ask(TimeRange(from: 0, to: 10_000), 1)
        guard case .histogram(let histogram)? = figure else { return #expect(Bool(false)) }
        #expect(histogram.counts.count == 10_000)
        #expect(histogram.counts.allSatisfy { $0 == 0 })
    }

    @Test("an alert is found by its id, of two the newest, and others are not")
    func findsByID() async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        let line = { (second: Int, id: String, n: Int) in
            #"{"timestamp":"2026-11-23T12:00:0\#(second).000+0000","id":"\#(id)","n":\#(n)}"#
        }
        try log.append(
            AlertBatch(
                lines: line(1, "1795435201.5", 1),
                line(2, "1795435202.5", 2),
                line(2, "1795435202.5", 3),
                line(3, "odd", 4)
            )
        )
        fixture.configuration.segmentRows = 2
        try fixture.index()
        let index = fixture.reader()

        #expect(try await index.alert(id: "1795435202.5")?.sequence == 2)
        #expect(try await index.alert(id: "1795435201.5")?.sequence == 0)
        #expect(try await index.alert(id: "odd")?.sequence == 3)
        for other in ["1795435201.6", "1795435203.5", "", "99999999999999999999.1", "x"] {
            #expect(try await index.alert(id: other) == nil)
        }
    }

    @Test("fields are told by name, with what their values look like")
    func listsFields() async throws {
        let fixture = try Self.filled()
        let fields = try await fixture.reader().fields()
        withExtendedLifetime(fixture) {}
        let kinds = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.kind) })
        #expect(kinds["rule.level"] == .number)
        #expect(kinds["data.srcip"] == .address)
        #expect(kinds["full_log"] == .text)
        #expect(kinds["location"] == .keyword)
        #expect(fields.map(\.name) == fields.map(\.name).sorted())
    }

    @Test("an index that does not exist yet answers with nothing")
    func answersEmpty() async throws {
        let fixture = try IndexFixture()
        defer { withExtendedLifetime(fixture) {} }
        let index = fixture.reader()
        #expect(try await index.search(AlertSearch(AlertQuery())).alerts.isEmpty)
        #expect(try await index.aggregate(AlertQuery(), [AlertAggregation(.count)]) == [.count(0)])
        #expect(try await index.status().alerts == 0)
        #expect(try await index.fields().isEmpty)
    }

    @Test("top values can be asked by their beginning")
    func narrowsTop() async throws {
        let fixture = try Self.filled()
        defer { withExtendedLifetime(fixture) {} }
        let index = fixture.reader()
        let kind = AlertAggregation.Kind.top(field: "rule.groups", size: 5, prefix: "SS")
        guard
            case .top(let top)? = try await index.aggregate(AlertQuery(), [AlertAggregation(kind)])
                .first
        else { return #expect(Bool(false)) }
        #expect(top.entries.map(\.value) == ["sshd"])
        #expect(top.present > top.entries[0].count)
        #expect(top.total == 400)
    }
}
