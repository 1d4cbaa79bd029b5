// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What is known of an aggregation after some partitions.
struct PartialFigure: Sendable {
    var total = 0
    /// Alerts that have the field.
    var present = 0
    var values = ValueCounts()
    /// By stretch; of a histogram.
    var buckets: [Int] = []
    /// By chosen value and then stretch; of a split histogram.
    var series: [Int] = []

    mutating func add(_ other: PartialFigure) {
        total += other.total
        present += other.present
        values.add(other.values)
        for index in buckets.indices { buckets[index] += other.buckets[index] }
        for index in series.indices { series[index] += other.series[index] }
    }
}

/// Aggregations, to be done in partitions in one pass over their segments.
struct AggregationScan: Sendable {
    /// One figure of the pass.
    struct Task: Sendable {
        enum Work: Sendable {
            case count
            case buckets(HistogramGrid)
            /// Counts the values of a field that begin so.
            case values(field: [UInt8], prefix: [UInt8])
            case series(HistogramGrid, field: [UInt8], chosen: [[UInt8]])
        }

        let filter: AlertFilter
        let work: [Work]
    }

    let query: AlertQuery
    let tasks: [Task]

    /// Figures of no partition, in the tasks' order.
    var empty: [PartialFigure] { tasks.map(Self.empty) }

    /// Adds the figures of one partition.
    func add(
        _ partition: PartitionReader.Snapshot,
        to figures: inout [PartialFigure]
    ) throws {
        let base = SegmentFilter(query.filter, fields: partition.fields)
        let filters = tasks.map { SegmentFilter($0.filter, fields: partition.fields) }
        for segment in partition.segments.reversed() {
            var rows = try segment.rows(in: query.range)
            if !rows.isEmpty { rows = try base.rows(of: segment, in: rows) }
            if rows.isEmpty { continue }
            var narrowed: [AlertFilter: RowBitmap] = [.all: rows]
            for (index, task) in tasks.enumerated() {
                let mine = try narrowed[task.filter] ?? filters[index].rows(of: segment, in: rows)
                narrowed[task.filter] = mine
                figures[index].total += mine.population
                for work in task.work {
                    try Self.add(work, mine, segment, partition.fields, &figures[index])
                }
            }
        }
    }

    private static func empty(_ task: Task) -> PartialFigure {
        var figure = PartialFigure()
        for work in task.work {
            switch work {
            case .count, .values: continue
            case .buckets(let grid): figure.buckets = [Int](repeating: 0, count: grid.count)
            case .series(let grid, _, let chosen):
                figure.series = [Int](repeating: 0, count: chosen.count * grid.count)
            }
        }
        return figure
    }

    private static func add(
        _ work: Task.Work,
        _ rows: RowBitmap,
        _ segment: SegmentView,
        _ fields: FieldTable,
        _ figure: inout PartialFigure
    ) throws {
        switch work {
        case .count: return
        case .buckets(let grid): try grid.add(rows, of: segment, to: &figure.buckets)
        case .values(let field, let prefix):
            guard let column = try column(field, segment, fields) else { return }
            count(
                column,
                rows,
                prefix: prefix,
                isValueless: FieldTable.isValueless(field.span),
                &figure
            )
        case .series(let grid, let field, let chosen):
            guard let column = try column(field, segment, fields) else { return }
            try addSeries(grid, places(of: chosen, in: column), column, rows, segment, &figure)
        }
    }

    private static func column(
        _ field: [UInt8],
        _ segment: SegmentView,
        _ fields: FieldTable
    ) throws -> SegmentColumn? {
        try fields.number(of: field.span).flatMap { try segment.column($0) }
    }

    private static func count(
        _ column: SegmentColumn,
        _ rows: RowBitmap,
        prefix: [UInt8],
        isValueless: Bool,
        _ figure: inout PartialFigure
    ) {
        let counts = column.counts(rows)
        let bytes = column.bytes
        for code in counts.indices.dropFirst() where counts[code] > 0 {
            figure.present += counts[code]
            guard !isValueless else { continue }
            column.forEachValue(ofEntry: code - 1) { value in
                let text = bytes.span.extracting(column.range(ofValue: value))
                if begins(text, prefix) { figure.values.add(text, counts[code]) }
            }
        }
    }

    private static func addSeries(
        _ grid: HistogramGrid,
        _ places: [[Int]],
        _ column: SegmentColumn,
        _ rows: RowBitmap,
        _ segment: SegmentView,
        _ figure: inout PartialFigure
    ) throws {
        // One of the chosen values at most is the rule, and quicker.
        for rank in 0..<(places.map(\.count).max() ?? 0) {
            let starts = places.map { $0.count > rank ? $0[rank] * grid.count : -1 }
            try grid.forEach(rows, of: segment) { row, bucket in
                let start = starts[column.code(row)]
                if start >= 0 { figure.series[start + bucket] += 1 }
            }
        }
    }

    /// For each code the chosen values that it stands for.
    private static func places(of chosen: [[UInt8]], in column: SegmentColumn) -> [[Int]] {
        var placeOfValue: [Int: Int] = [:]
        let bytes = column.bytes
        for value in 0..<column.valueCount {
            let range = column.range(ofValue: value)
            if let place = chosen.firstIndex(where: {
                $0.isEqual(to: bytes.span.extracting(range))
            }) {
                placeOfValue[value] = place
            }
        }
        return [[]]
            + (0..<column.entryCount).map { entry in
                var places: [Int] = []
                column.forEachValue(ofEntry: entry) { value in
                    if let place = placeOfValue[value] { places.append(place) }
                }
                return places
            }
    }

    private static func begins(_ text: Span<UInt8>, _ prefix: [UInt8]) -> Bool {
        if prefix.isEmpty { return true }
        guard text.count >= prefix.count else { return false }
        for index in prefix.indices where text[index].lowered != prefix[index] { return false }
        return true
    }
}
