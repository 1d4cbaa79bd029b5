// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore

/// Figures as the API writes them.
extension JSONText {
    /// The members of a figure.
    mutating func set(_ figure: AlertFigure) {
        switch figure {
        case .count(let count): set("count", count)
        case .histogram(let histogram): set(histogram)
        case .top(let values): set(values)
        }
    }

    private mutating func set(_ histogram: AlertHistogram) {
        set("interval_ms", histogram.intervalMilliseconds)
        set("start_ms", histogram.start)
        set("counts", histogram.counts)
        array("series", histogram.series) { json, series in
            json.appendObject { json in
                json.set("value", series.value)
                json.set("counts", series.counts)
            }
        }
        set("total", histogram.counts.reduce(0, &+))
    }

    private mutating func set(_ values: TopValues) {
        array("values", values.entries) { json, entry in
            json.appendObject { json in
                json.set("value", entry.value)
                json.set("count", entry.count)
            }
        }
        set("distinct", values.distinct)
        set("present", values.present)
        set("total", values.total)
    }
}

/// How long an answer took.
struct Stopwatch {
    private let start = ContinuousClock.now

    /// Whole milliseconds since it was made.
    var milliseconds: Int {
        Int((ContinuousClock.now - start) / .milliseconds(1))
    }
}
