// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Equal stretches of time.
struct HistogramGrid: Sendable, Hashable {
    /// No histogram has more stretches.
    static let most = 10_000

    /// Of the first stretch, in milliseconds since the epoch.
    let start: Int64
    let interval: Int64
    let count: Int

    /// The stretches that cover a range, as far as there are alerts where the
    /// range is open.
    ///
    /// - Throws: `tooManyBuckets`.
    init(
        _ range: TimeRange,
        interval: Int64,
        oldest: Int64?,
        newest: Int64?
    ) throws(AlertIndexError) {
        let interval = max(1, interval)
        self.interval = interval
        let first = range.from == .min ? oldest : range.from
        let last = range.to == .max ? newest : range.to.subtractingReportingOverflow(1).partialValue
        guard let first, let last, first <= last else {
            start = Self.floor(first ?? 0, interval)
            count = 0
            return
        }
        start = Self.floor(first, interval)
        let (span, isOverflow) = last.subtractingReportingOverflow(start)
        guard !isOverflow, span / interval < Int64(Self.most) else {
            throw AlertIndexError(
                .tooManyBuckets,
                "more than \(Self.most) stretches of \(interval) ms lie between the times: "
                    + "take longer stretches, or times nearer to each other"
            )
        }
        count = Int(span / interval) + 1
    }

    private static func floor(_ time: Int64, _ interval: Int64) -> Int64 {
        let rest = time % interval
        let (result, isOverflow) = time.subtractingReportingOverflow(
            rest < 0 ? rest + interval : rest
        )
        return isOverflow ? time : result
    }

    /// Adds the times of rows to the stretches they lie in.
    func add(_ rows: RowBitmap, of segment: SegmentView, to counts: inout [Int]) throws {
        guard count > 0 else { return }
        let (first, last) = (bucket(segment.header.oldest), bucket(segment.header.newest))
        if first == last {
            if counts.indices.contains(first) { counts[first] += rows.population }
            return
        }
        try forEach(rows, of: segment) { _, bucket in counts[bucket] += 1 }
    }

    /// Calls `body` with each row and its stretch.
    @inline(__always)
    func forEach(
        _ rows: RowBitmap,
        of segment: SegmentView,
        _ body: (_ row: Int, _ bucket: Int) -> Void
    ) throws {
        let times = try segment.times()
        // Neighbours most often lie in the same stretch.
        var current = -1
        var (from, to) = (Int64.max, Int64.min)
        rows.forEach { row in
            let time = times[row]
            if time < from || time >= to {
                current = bucket(time)
                from = start + Int64(current) * interval
                to = from + interval
            }
            if current >= 0, current < count { body(row, current) }
        }
    }

    /// The stretch of a time; not one of ours when it lies outside.
    private func bucket(_ time: Int64) -> Int {
        let distance = time - start
        return Int(distance >= 0 ? distance / interval : (distance - interval + 1) / interval)
    }
}
