// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension SQLiteAlertIndex {
    /// A page of alerts.
    package func search(_ search: AlertSearch) async throws -> AlertPage {
        var search = search
        search.limit = min(max(search.limit, 1), 10_000)
        search.order = Self.recordOrder(search.order)
        let cursor = try search.after.map { cursor throws(AlertIndexError) in
            try SearchCursor(cursor, order: search.order)
        }
        let partitions = try partitions()
        let found = try await find(search, cursor, in: partitions)
        if let cursor, let epoch = found.first?.epoch, epoch != cursor.epoch {
            throw SearchCursor.invalid
        }
        var hits = found.flatMap(\.hits)
        hits.sort { SearchHit.precedes($0, $1, search.order) }
        let hasMore = hits.count > search.limit
        hits = Array(hits.prefix(search.limit))
        let alerts = try await alerts(hits, in: partitions)
        let next = hits.last.flatMap { last in
            hasMore
                ? SearchCursor(epoch: found[0].epoch, sequence: last.sequence, key: last.key)
                    .cursor(order: search.order) : nil
        }
        return AlertPage(
            alerts: alerts,
            total: search.counts ? found.reduce(0) { $0 + $1.count } : nil,
            next: next
        )
    }

    /// Orders by what rises with the record are the record's order.
    private static func recordOrder(_ order: AlertOrder) -> AlertOrder {
        guard case .field(let name, let isDescending) = order,
            AlertFields.identities.contains(name)
        else { return order }
        return isDescending ? .newestFirst : .oldestFirst
    }

    /// Hits of the partitions; only as many partitions as are needed.
    private func find(
        _ search: AlertSearch,
        _ cursor: SearchCursor?,
        in partitions: [PartitionReader]
    ) async throws -> [SearchHit.Found] {
        let scan = SearchScan(search, after: cursor)
        let isFieldOrder = if case .field = search.order { true } else { false }
        if search.counts || isFieldOrder {
            return try await each(partitions) { try await $0.read(scan.find) }
        }
        var found: [SearchHit.Found] = []
        var count = 0
        let ordered = search.order == .newestFirst ? partitions.reversed() : partitions
        for partition in ordered where count <= search.limit {
            let next = try await each([partition]) { try await $0.read(scan.find) }
            found += next
            count += next.reduce(0) { $0 + $1.hits.count }
        }
        return found
    }

    /// The hits' alerts, in the hits' order.
    private func alerts(
        _ hits: [SearchHit],
        in partitions: [PartitionReader]
    ) async throws -> [IndexedAlert] {
        let wanted = Set(hits.map(\.partition))
        let sequences = Dictionary(grouping: hits, by: \.partition).mapValues { $0.map(\.sequence) }
        let read = try await each(partitions.filter { wanted.contains($0.number) }) { partition in
            let sequences = sequences[partition.number] ?? []
            return try await partition.read { try $0.lines(sequences) }
        }
        var lines: [Int64: [UInt8]] = [:]
        for part in read { lines.merge(part) { $1 } }
        return hits.compactMap { hit in
            lines[hit.sequence].map { IndexedAlert(sequence: hit.sequence, json: $0) }
        }
    }
}

extension PartitionReader.Snapshot {
    /// Lines by their alerts' sequences.
    func lines(_ sequences: [Int64]) throws -> [Int64: [UInt8]] {
        var lines: [Int64: [UInt8]] = [:]
        var wanted = sequences.sorted()[...]
        for segment in segments {
            let end = segment.header.firstSequence + Int64(segment.rowCount)
            var rows = RowBitmap(none: segment.rowCount)
            while let sequence = wanted.first, sequence < end {
                wanted.removeFirst()
                let row = sequence - segment.header.firstSequence
                if row >= 0 { rows.insert(Int(row)) }
            }
            try segment.forEachLine(rows) { row, line in
                lines[segment.header.firstSequence + Int64(row)] = line
            }
        }
        return lines
    }
}
