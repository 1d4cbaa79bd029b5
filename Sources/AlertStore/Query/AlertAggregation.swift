// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A figure over many alerts that is asked for.
package struct AlertAggregation: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// How many.
        case count
        /// How many in each stretch of `intervalMilliseconds`, aligned to its
        /// multiples since the epoch; split by the values of a field, of which
        /// the `top` most frequent are told.
        case histogram(intervalMilliseconds: Int64, split: String?, top: Int)
        /// The most frequent values of a field that begin with `prefix`
        /// (ASCII case alike).
        case top(field: String, size: Int, prefix: String)
    }

    package var kind: Kind
    /// Narrows the query for this figure alone.
    package var filter: AlertFilter

    package init(_ kind: Kind, filter: AlertFilter = .all) {
        self.kind = kind
        self.filter = filter
    }
}

/// The answer to an ``AlertAggregation``, of the same kind.
package enum AlertFigure: Sendable, Hashable {
    case count(Int)
    case histogram(AlertHistogram)
    case top(TopValues)
}

/// Counts over time.
package struct AlertHistogram: Sendable, Hashable {
    package struct Series: Sendable, Hashable {
        /// The field's value.
        package var value: String
        /// As long as ``AlertHistogram/counts``.
        package var counts: [Int]

        package init(value: String, counts: [Int]) {
            self.value = value
            self.counts = counts
        }
    }

    package var intervalMilliseconds: Int64
    /// Start of the first stretch, in milliseconds since the epoch.
    package var start: Int64
    /// All alerts, stretch by stretch; at most 10,000.
    package var counts: [Int]
    /// The most frequent value first; empty when no split was asked.
    package var series: [Series]

    package init(intervalMilliseconds: Int64, start: Int64, counts: [Int], series: [Series]) {
        self.intervalMilliseconds = intervalMilliseconds
        self.start = start
        self.counts = counts
        self.series = series
    }
}

/// The most frequent values of a field.
package struct TopValues: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var value: String
        package var count: Int

        package init(value: String, count: Int) {
            self.value = value
            self.count = count
        }
    }

    /// The most frequent first; among equals by value.
    package var entries: [Entry]
    /// How many different values there are.
    package var distinct: Int
    /// Alerts of the query that have the field.
    package var present: Int
    /// Alerts of the query.
    package var total: Int

    package init(entries: [Entry], distinct: Int, present: Int, total: Int) {
        self.entries = entries
        self.distinct = distinct
        self.present = present
        self.total = total
    }
}
