// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension SQLiteAlertIndex {
    /// Figures over the alerts of a query.
    ///
    /// Values of text fields, `id` and `timestamp` are not counted. Of a field
    /// with more than 262,144 different values, those first met, the newest
    /// alerts first in each partition, are told apart.
    package func aggregate(
        _ query: AlertQuery,
        _ aggregations: [AlertAggregation]
    ) async throws -> [AlertFigure] {
        let partitions = try partitions()
        let grids = try await grids(aggregations, query, partitions)
        let first = AggregationScan(
            query: query,
            tasks: zip(aggregations, grids).map { Self.task($0, $1) }
        )
        let partials = try await run(first, partitions)
        let chosen = zip(aggregations, partials).map { Self.chosen($0, $1) }
        let series = try await series(aggregations, grids, chosen, query, partitions)
        return aggregations.indices.map { index in
            switch aggregations[index].kind {
            case .count: .count(partials[index].total)
            case .histogram(let interval, _, _):
                .histogram(
                    AlertHistogram(
                        intervalMilliseconds: grids[index]?.interval ?? interval,
                        start: grids[index]?.start ?? 0,
                        counts: partials[index].buckets,
                        series: series[index]
                    )
                )
            case .top(_, let size, _): .top(Self.top(partials[index], size: size))
            }
        }
    }

    /// The stretches of each histogram.
    private func grids(
        _ aggregations: [AlertAggregation],
        _ query: AlertQuery,
        _ partitions: [PartitionReader]
    ) async throws -> [HistogramGrid?] {
        let intervals = aggregations.map { aggregation -> Int64? in
            if case .histogram(let interval, _, _) = aggregation.kind { interval } else { nil }
        }
        guard intervals.contains(where: { $0 != nil }) else {
            return intervals.map { _ in nil }
        }
        let bounds = try await each(partitions) { partition in
            try await partition.read { snapshot in
                [
                    snapshot.segments.map(\.header.oldest).min(),
                    snapshot.segments.map(\.header.newest).max(),
                ]
            }
        }
        let oldest = bounds.compactMap { $0[0] }.min()
        let newest = bounds.compactMap { $0[1] }.max()
        return try intervals.map { interval throws(AlertIndexError) in
            guard let interval else { return nil }
            return try HistogramGrid(
                query.range,
                interval: interval,
                oldest: oldest,
                newest: newest
            )
        }
    }

    /// Does a scan; as many partitions at a time as there are cores, each core
    /// with figures of its own.
    private func run(
        _ scan: AggregationScan,
        _ partitions: [PartitionReader]
    ) async throws -> [PartialFigure] {
        // The newest partition first: its values are told apart.
        let newestFirst = Array(partitions.reversed())
        let lanes = (0..<min(Self.width, newestFirst.count)).map { lane in
            stride(from: lane, to: newestFirst.count, by: Self.width).map { newestFirst[$0] }
        }
        var sums = try await each(
            lanes,
            do: { lane in
                let figures = FigureBox(scan.empty)
                for partition in lane {
                    try await Self.present(partition) {
                        try await $0.read { try figures.add($0, scan) }
                    }
                }
                return figures.take()
            }
        )
        guard var sum = sums.first else { return scan.empty }
        sums.removeFirst()
        for other in sums {
            for index in sum.indices { sum[index].add(other[index]) }
        }
        return sum
    }

    /// The series of split histograms, by a second pass over the values that
    /// the first one found to be the most frequent.
    private func series(
        _ aggregations: [AlertAggregation],
        _ grids: [HistogramGrid?],
        _ chosen: [[[UInt8]]],
        _ query: AlertQuery,
        _ partitions: [PartitionReader]
    ) async throws -> [[AlertHistogram.Series]] {
        var tasks: [AggregationScan.Task] = []
        for (index, aggregation) in aggregations.enumerated() {
            guard case .histogram(_, let split?, _) = aggregation.kind, let grid = grids[index],
                !chosen[index].isEmpty
            else { continue }
            let work = AggregationScan.Task.Work.series(
                grid,
                field: Array(split.utf8),
                chosen: chosen[index]
            )
            tasks.append(AggregationScan.Task(filter: aggregation.filter, work: [work]))
        }
        let scan = AggregationScan(query: query, tasks: tasks)
        var partials = tasks.isEmpty ? [] : try await run(scan, partitions)[...]
        return chosen.indices.map { index in
            let values = chosen[index]
            guard let grid = grids[index], !values.isEmpty, let partial = partials.popFirst() else {
                return []
            }
            return values.indices.map { place in
                AlertHistogram.Series(
                    value: String(decoding: values[place], as: UTF8.self),
                    counts: Array(partial.series[place * grid.count..<(place + 1) * grid.count])
                )
            }
        }
    }

    private static func task(
        _ aggregation: AlertAggregation,
        _ grid: HistogramGrid?
    ) -> AggregationScan.Task {
        var work: [AggregationScan.Task.Work] = []
        switch aggregation.kind {
        case .count: work = [.count]
        case .histogram(_, let split, _):
            if let grid { work.append(.buckets(grid)) }
            if let split { work.append(.values(field: Array(split.utf8), prefix: [])) }
        case .top(let field, _, let prefix):
            work = [.values(field: Array(field.utf8), prefix: prefix.utf8.map(\.lowered))]
        }
        return AggregationScan.Task(filter: aggregation.filter, work: work)
    }

    /// The values that a split histogram has series of.
    private static func chosen(
        _ aggregation: AlertAggregation,
        _ partial: PartialFigure
    ) -> [[UInt8]] {
        guard case .histogram(_, _?, let top) = aggregation.kind else { return [] }
        return partial.values.top(min(max(top, 0), 100)).map(\.value)
    }

    private static func top(_ partial: PartialFigure, size: Int) -> TopValues {
        TopValues(
            entries: partial.values.top(max(0, size)).map {
                TopValues.Entry(value: String(decoding: $0.value, as: UTF8.self), count: $0.count)
            },
            distinct: partial.values.counts.count,
            present: partial.present,
            total: partial.total
        )
    }
}

/// Figures that partition after partition are added to, without a copy.
private final class FigureBox: Sendable {
    private let figures: Mutex<[PartialFigure]>

    init(_ figures: [PartialFigure]) {
        self.figures = Mutex(figures)
    }

    func add(_ partition: PartitionReader.Snapshot, _ scan: AggregationScan) throws {
        try figures.withLock { try scan.add(partition, to: &$0) }
    }

    /// The figures; none are left.
    func take() -> [PartialFigure] {
        figures.withLock { figures in
            defer { figures = [] }
            return figures
        }
    }
}
