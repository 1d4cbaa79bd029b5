// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Foundation
import Synchronization

/// An index by brute force, to hold the server against.
final class MemoryIndex: AlertIndex {
    private struct Entry {
        let alert: IndexedAlert
        let time: Int64
        let values: [String: [String]]
    }

    private let entries = Mutex<[Entry]>([])
    private let failure = Mutex<AlertIndexError?>(nil)
    private let isSlow = Mutex(false)
    private let searches = Mutex<[AlertSearch]>([])

    /// What was searched for.
    var asked: [AlertSearch] { searches.withLock { $0 } }

    /// Adds an alert: one JSON object.
    func add(_ json: String, time: Int64) {
        entries.withLock { entries in
            let alert = IndexedAlert(sequence: Int64(entries.count), json: [UInt8](json.utf8))
            entries.append(Entry(alert: alert, time: time, values: Self.values(json)))
        }
    }

    /// Makes all calls fail from now on.
    func fail(_ error: AlertIndexError?) { failure.withLock { $0 = error } }

    /// Makes searches wait until they are cancelled.
    func stall() { isSlow.withLock { $0 = true } }

    func search(_ search: AlertSearch) async throws -> AlertPage {
        try check()
        if isSlow.withLock({ $0 }) { try await Task.sleep(for: .seconds(600)) }
        searches.withLock { $0.append(search) }
        let found = sorted(found(search.query), search.order)
        var start = 0
        if let cursor = search.after {
            guard let place = Int(cursor.text), place <= found.count else {
                throw AlertIndexError(.invalidCursor, "the cursor is none of this search")
            }
            start = place
        }
        let page = found[start...].prefix(search.limit).map(\.alert)
        let end = start + page.count
        return AlertPage(
            alerts: page,
            total: search.counts ? found.count : nil,
            next: end < found.count ? AlertCursor(text: String(end)) : nil
        )
    }

    func aggregate(
        _ query: AlertQuery,
        _ aggregations: [AlertAggregation]
    ) async throws -> [AlertFigure] {
        try check()
        let found = found(query)
        return try aggregations.map { aggregation in
            let matcher = AlertMatcher(aggregation.filter)
            let mine = found.filter { matcher.matches($0.alert.json.span) }
            switch aggregation.kind {
            case .count: return .count(mine.count)
            case .histogram(let interval, let split, let top):
                return .histogram(try histogram(mine, query.range, (interval, split, top)))
            case .top(let field, let size, let prefix):
                return .top(Self.top(mine, field, size, prefix))
            }
        }
    }

    func alert(id: String) async throws -> IndexedAlert? {
        try check()
        return entries.withLock { $0.last { $0.values["id"] == [id] }?.alert }
    }

    func fields() async throws -> [IndexedField] {
        let names = entries.withLock { Set($0.flatMap(\.values.keys)) }
        return names.sorted().map { IndexedField(name: $0, kind: .keyword) }
    }

    func status() async throws -> AlertIndexStatus {
        try check()
        var status = AlertIndexStatus(engine: "memory")
        entries.withLock { entries in
            status.alerts = entries.count
            status.oldest = entries.map(\.time).min()
            status.newest = entries.map(\.time).max()
        }
        return status
    }

    private func check() throws {
        if let error = failure.withLock({ $0 }) { throw error }
    }

    private func found(_ query: AlertQuery) -> [Entry] {
        let matcher = AlertMatcher(query.filter)
        return entries.withLock { entries in
            entries.filter { entry in
                entry.time >= query.range.from && entry.time < query.range.to
                    && matcher.matches(entry.alert.json.span)
            }
        }
    }

    private func sorted(_ entries: [Entry], _ order: AlertOrder) -> [Entry] {
        switch order {
        case .newestFirst: return entries.reversed()
        case .oldestFirst: return entries
        case .field(let name, let isDescending):
            return entries.sorted { left, right in
                let (first, second) = (left.values[name]?.first, right.values[name]?.first)
                guard let first, let second else { return first != nil }
                return isDescending ? first > second : first < second
            }
        }
    }

    private func histogram(
        _ entries: [Entry],
        _ range: TimeRange,
        _ shape: (interval: Int64, split: String?, top: Int)
    ) throws -> AlertHistogram {
        let start = range.from - range.from % shape.interval
        let count = Int((range.to - start + shape.interval - 1) / shape.interval)
        guard count <= 10_000 else {
            throw AlertIndexError(.tooManyBuckets, "\(count) stretches are over 10000")
        }
        func counts(_ entries: [Entry]) -> [Int] {
            var counts = [Int](repeating: 0, count: count)
            for entry in entries { counts[Int((entry.time - start) / shape.interval)] += 1 }
            return counts
        }
        let series = shape.split.map { field in
            Self.top(entries, field, shape.top, "").entries.map { value in
                AlertHistogram.Series(
                    value: value.value,
                    counts: counts(entries.filter { $0.values[field] == [value.value] })
                )
            }
        }
        return AlertHistogram(
            intervalMilliseconds: shape.interval,
            start: start,
            counts: counts(entries),
            series: series ?? []
        )
    }

    private static func top(_ entries: [Entry], _ field: String, _ size: Int, _ prefix: String)
        -> TopValues
    {
        var counts: [String: Int] = [:]
        for value in entries.flatMap({ $0.values[field] ?? [] })
        where value.lowercased().hasPrefix(prefix.lowercased()) {
            counts[value, default: 0] += 1
        }
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return TopValues(
            entries: sorted.prefix(size).map { TopValues.Entry(value: $0.key, count: $0.value) },
            distinct: counts.count,
            present: entries.filter { $0.values[field] != nil }.count,
            total: entries.count
        )
    }

    private static func values(_ json: String) -> [String: [String]] {
        var values: [String: [String]] = [:]
        func walk(_ value: Any, _ path: String) {
            switch value {
            case let object as [String: Any]:
                for (key, inner) in object { walk(inner, path.isEmpty ? key : path + "." + key) }
            case let array as [Any]: for inner in array { walk(inner, path) }
            default: values[path, default: []].append("\(value)")
            }
        }
        walk((try? JSONSerialization.jsonObject(with: Data(json.utf8))) ?? [:], "")
        return values
    }
}
