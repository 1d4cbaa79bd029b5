// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An alert that a page may show.
struct SearchHit: Sendable {
    /// What one partition has.
    struct Found: Sendable {
        var epoch: Int64
        /// Of the whole query, wherever the page begins; only when it was asked.
        var count = 0
        var hits: [SearchHit] = []
    }

    let partition: Int
    let sequence: Int64
    /// When the order is by a field.
    let key: SortKey?

    /// Whether one hit is shown before another.
    static func precedes(_ left: SearchHit, _ right: SearchHit, _ order: AlertOrder) -> Bool {
        switch order {
        case .newestFirst: return left.sequence > right.sequence
        case .oldestFirst: return left.sequence < right.sequence
        case .field(_, let isDescending):
            let (leftKey, rightKey) = (left.key ?? .none, right.key ?? .none)
            if leftKey == rightKey { return left.sequence > right.sequence }
            return leftKey.precedes(rightKey, isDescending: isDescending)
        }
    }
}

/// A search, to be done in partitions.
struct SearchScan: Sendable {
    private let search: AlertSearch
    private let cursor: SearchCursor?

    init(_ search: AlertSearch, after cursor: SearchCursor?) {
        self.search = search
        self.cursor = cursor
    }

    /// The first hits of a partition, at least one more than the page shows when
    /// there are.
    @Sendable
    func find(_ partition: PartitionReader.Snapshot) throws -> SearchHit.Found {
        let filter = SegmentFilter(search.query.filter, fields: partition.fields)
        var found = SearchHit.Found(epoch: partition.state.epoch)
        var fieldHits = FieldHits(search, cursor, partition.fields)
        let isRising = search.order == .oldestFirst
        for segment in isRising ? partition.segments : partition.segments.reversed() {
            let isSatisfied = fieldHits == nil && found.hits.count > search.limit
            if isSatisfied, !search.counts { break }
            let mayShow = !isSatisfied && mayShow(segment)
            guard search.counts || mayShow else { continue }
            var rows = try segment.rows(in: search.query.range)
            guard !rows.isEmpty else { continue }
            rows = try filter.rows(of: segment, in: rows)
            if search.counts { found.count += rows.population }
            guard mayShow else { continue }
            if fieldHits != nil {
                try fieldHits?.add(rows, of: segment, in: partition.number)
            } else {
                collect(rows, of: segment, in: partition.number, &found)
            }
        }
        if let fieldHits { found.hits = fieldHits.finished() }
        return found
    }

    /// Whether some alert of the segment comes behind the cursor.
    private func mayShow(_ segment: SegmentView) -> Bool {
        guard let cursor else { return true }
        let first = segment.header.firstSequence
        switch search.order {
        case .newestFirst: return first < cursor.sequence
        case .oldestFirst: return first + Int64(segment.rowCount) - 1 > cursor.sequence
        case .field: return true
        }
    }

    private func collect(
        _ rows: RowBitmap,
        of segment: SegmentView,
        in partition: Int,
        _ found: inout SearchHit.Found
    ) {
        let isRising = search.order == .oldestFirst
        for row in rows.rows(isDescending: !isRising) {
            let sequence = segment.header.firstSequence + Int64(row)
            if let cursor {
                guard isRising ? sequence > cursor.sequence : sequence < cursor.sequence else {
                    continue
                }
            }
            found.hits.append(SearchHit(partition: partition, sequence: sequence, key: nil))
            if found.hits.count > search.limit { return }
        }
    }
}

/// The first hits in the order of a field.
private struct FieldHits {
    private let order: AlertOrder
    private let isDescending: Bool
    private let limit: Int
    private let cursor: SearchHit?
    /// Nil when no alert of the partition has the field.
    private let field: Int?
    private var hits: [SearchHit] = []
    /// The last hit that would be shown, once there are enough.
    private var worst: SearchHit?

    /// Nil when the order is the record's.
    init?(_ search: AlertSearch, _ cursor: SearchCursor?, _ fields: FieldTable) {
        guard case .field(let name, let isDescending) = search.order else { return nil }
        order = search.order
        self.isDescending = isDescending
        limit = search.limit + 1
        self.cursor = cursor.map { SearchHit(partition: 0, sequence: $0.sequence, key: $0.key) }
        let path = Array(name.utf8)
        field = FieldTable.isValueless(path.span) ? nil : fields.number(of: path.span)
    }

    /// Adds the rows of a segment that may be shown.
    mutating func add(_ rows: RowBitmap, of segment: SegmentView, in partition: Int) throws {
        guard let field, let column = try segment.column(field) else {
            add(rows, .none, segment, partition)
            return
        }
        let counts = column.counts(rows)
        for code in counts.indices where counts[code] > 0 {
            let key = code == 0 ? .none : self.key(ofEntry: code - 1, column)
            if let worst, let worstKey = worst.key,
                worstKey.precedes(key, isDescending: isDescending)
            {
                continue
            }
            var accepted = [Bool](repeating: false, count: counts.count)
            accepted[code] = true
            var some = column.rows(accepted)
            some.formIntersection(rows)
            add(some, key, segment, partition)
        }
    }

    /// The hits, first to last.
    consuming func finished() -> [SearchHit] {
        cut()
        return hits
    }

    private mutating func add(
        _ rows: RowBitmap,
        _ key: SortKey,
        _ segment: SegmentView,
        _ partition: Int
    ) {
        // Newest first: once one row comes too late, so do the others.
        for row in rows.rows(isDescending: true) {
            let hit = SearchHit(
                partition: partition,
                sequence: segment.header.firstSequence + Int64(row),
                key: key
            )
            if let cursor, !SearchHit.precedes(cursor, hit, order) { continue }
            if let worst, !SearchHit.precedes(hit, worst, order) { return }
            hits.append(hit)
            if hits.count >= limit * 2 { cut() }
        }
    }

    private mutating func cut() {
        hits.sort { SearchHit.precedes($0, $1, order) }
        guard hits.count >= limit else { return }
        hits.removeLast(hits.count - limit)
        worst = hits.last
    }

    /// The value that counts of an entry that has several: the first in order.
    private func key(ofEntry entry: Int, _ column: SegmentColumn) -> SortKey {
        var best = SortKey.none
        let bytes = column.bytes
        column.forEachValue(ofEntry: entry) { value in
            let key = SortKey(bytes.span.extracting(column.range(ofValue: value)))
            if key.precedes(best, isDescending: isDescending) { best = key }
        }
        return best
    }
}
