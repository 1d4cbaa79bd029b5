// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import JagaTesting
import Testing

/// The index against the plain definition: each alert asked by itself.
@Suite("The index gives what asking every alert gives")
struct IndexPropertyTests {
    private static let count = 700

    private struct Case {
        let fixture: IndexFixture
        let lines: [String]
        let leaves: [AlertLeaves]

        init(seed: UInt64) throws {
            fixture = try IndexFixture()
            var alerts = RandomAlerts(seed: seed)
            let lines = (0..<IndexPropertyTests.count).map { _ in alerts.line() }
            let log = try fixture.log()
            // Two rounds: the second one finds alerts that wait for their segment.
            for part in [lines[..<300], lines[300...]] {
                try log.append(AlertBatch(lines: Array(part)))
                try fixture.index()
            }
            self.lines = lines
            leaves = lines.compactMap { AlertLeaves(Array($0.utf8).span) }
        }

        func matching(_ filter: AlertFilter) -> [Int] {
            let matcher = AlertMatcher(filter)
            return leaves.indices.filter { matcher.matches(leaves[$0]) }
        }
    }

    @Test("for random filters, in both orders, page by page", arguments: [1, 2, 3] as [UInt64])
    func searches(seed: UInt64) async throws {
        let given = try Case(seed: seed)
        #expect(given.leaves.count == Self.count)
        var filters = RandomFilters(seed: seed)
        let reader = given.fixture.reader()
        var found = 0
        for _ in 0..<120 {
            let filter = filters.filter()
            let expected = given.matching(filter)
            found += expected.isEmpty ? 0 : 1
            let isRising = filters.numbers.once(in: 2)
            var search = AlertSearch(
                AlertQuery(filter: filter),
                order: isRising ? .oldestFirst : .newestFirst,
                limit: 150
            )
            var got: [Int] = []
            repeat {
                let page = try await reader.search(search)
                #expect(page.total == expected.count, "seed \(seed): \(filter)")
                for alert in page.alerts {
                    let index = Int(alert.sequence)
                    #expect(String(decoding: alert.json, as: UTF8.self) == given.lines[index])
                    got.append(index)
                }
                search.after = page.next
            } while search.after != nil && got.count <= Self.count
            #expect(got == (isRising ? expected : expected.reversed()), "seed \(seed): \(filter)")
            search.counts = false
            let first = try await reader.search(search)
            #expect(first.alerts.map { Int($0.sequence) } == Array(got.prefix(150)))
        }
        #expect(found > 40)
    }

    @Test("for counts, values and stretches of time", arguments: [4, 5] as [UInt64])
    func aggregates(seed: UInt64) async throws {
        let given = try Case(seed: seed)
        var filters = RandomFilters(seed: seed)
        let reader = given.fixture.reader()
        let times = given.leaves.map { $0.milliseconds ?? 0 }
        for _ in 0..<40 {
            let (filter, narrow) = (filters.filter(), filters.filter())
            let from = times[0] + Int64(filters.numbers.next() % 300_000)
            let range = TimeRange(
                from: from,
                to: from + Int64(filters.numbers.next() % 600_000) + 1
            )
            let rows = given.matching(filter).filter {
                times[$0] >= range.from && times[$0] < range.to
            }
            let narrowed = Set(given.matching(narrow))
            let field = filters.numbers.one(of: [
                "rule.level", "rule.groups", "data.srcip", "nothing",
            ])

            let figures = try await reader.aggregate(
                AlertQuery(filter: filter, range: range),
                [
                    AlertAggregation(.count, filter: narrow),
                    AlertAggregation(.top(field: field, size: 5, prefix: "")),
                    AlertAggregation(
                        .histogram(intervalMilliseconds: 10_000, split: field, top: 3)
                    ),
                ]
            )

            #expect(figures.count == 3)
            #expect(figures[0] == .count(rows.count { narrowed.contains($0) }))
            let (top, present) = Self.top(field, rows, given.leaves)
            #expect(
                figures[1]
                    == .top(
                        TopValues(
                            entries: Array(top.prefix(5)),
                            distinct: top.count,
                            present: present,
                            total: rows.count
                        )
                    ),
                "seed \(seed): \(filter)"
            )
            let start = range.from - range.from % 10_000
            let buckets = Int((range.to - 1 - start) / 10_000) + 1
            let all = Self.counts(rows, times, start, buckets)
            let series = top.prefix(3).map { entry in
                let some = rows.filter { given.leaves[$0].values(field).contains(entry.value) }
                return AlertHistogram.Series(
                    value: entry.value,
                    counts: Self.counts(some, times, start, buckets)
                )
            }
            #expect(
                figures[2]
                    == .histogram(
                        AlertHistogram(
                            intervalMilliseconds: 10_000,
                            start: start,
                            counts: all,
                            series: series
                        )
                    ),
                "seed \(seed): \(filter)"
            )
        }
    }

    @Test("for orders by a field, page by page", arguments: [6, 7] as [UInt64])
    func ordersByField(seed: UInt64) async throws {
        let given = try Case(seed: seed)
        let reader = given.fixture.reader()
        for field in ["rule.level", "data.srcip", "data.url", "data.odd", "missing"] {
            for isDescending in [false, true] {
                var search = AlertSearch(
                    AlertQuery(),
                    order: .field(field, isDescending: isDescending),
                    limit: 97
                )
                var got: [Int] = []
                repeat {
                    let page = try await reader.search(search)
                    got += page.alerts.map { Int($0.sequence) }
                    search.after = page.next
                } while search.after != nil && got.count <= Self.count
                let expected = given.leaves.indices.sorted { left, right in
                    let (a, b) = (
                        Self.key(given.leaves[left].values(field), isDescending),
                        Self.key(given.leaves[right].values(field), isDescending)
                    )
                    if a == b { return left > right }
                    return Self.precedes(a, b, isDescending)
                }
                #expect(got == expected, "seed \(seed): \(field) \(isDescending)")
            }
        }
    }

    private static func top(
        _ field: String,
        _ rows: [Int],
        _ leaves: [AlertLeaves]
    ) -> ([TopValues.Entry], present: Int) {
        var counts: [String: Int] = [:]
        var present = 0
        for row in rows {
            let values = Set(leaves[row].values(field))
            present += values.isEmpty ? 0 : 1
            for value in values { counts[value, default: 0] += 1 }
        }
        let entries = counts.map { TopValues.Entry(value: $0.key, count: $0.value) }
        return (
            entries.sorted {
                $0.count != $1.count
                    ? $0.count > $1.count
                    : Array($0.value.utf8).lexicographicallyPrecedes(Array($1.value.utf8))
            }, present
        )
    }

    private static func counts(
        _ rows: [Int],
        _ times: [Int64],
        _ start: Int64,
        _ buckets: Int
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: buckets)
        for row in rows { counts[Int((times[row] - start) / 10_000)] += 1 }
        return counts
    }

    /// A number, or a text; nil for neither.
    private enum Key: Equatable {
        case number(Double)
        case text(String)
        case none
    }

    private static func key(_ values: [String], _ isDescending: Bool) -> Key {
        let keys = values.map { value in Double(value).map { Key.number($0) } ?? .text(value) }
        return keys.reduce(Key.none) { precedes($1, $0, isDescending) ? $1 : $0 }
    }

    private static func precedes(_ left: Key, _ right: Key, _ isDescending: Bool) -> Bool {
        switch (left, right) {
        case (.none, _): false
        case (_, .none): true
        case (.number(let a), .number(let b)): isDescending ? a > b : a < b
        case (.number, .text): !isDescending
        case (.text, .number): isDescending
        case (.text(let a), .text(let b)):
            isDescending
                ? Array(b.utf8).lexicographicallyPrecedes(Array(a.utf8))
                : Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
        }
    }
}
