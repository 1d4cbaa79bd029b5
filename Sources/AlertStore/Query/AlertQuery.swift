// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Which alerts are meant: a condition and a stretch of time.
package struct AlertQuery: Sendable, Hashable {
    package var filter: AlertFilter
    package var range: TimeRange

    package init(filter: AlertFilter = .all, range: TimeRange = .always) {
        self.filter = filter
        self.range = range
    }
}

/// A half-open stretch of time, in milliseconds since the epoch.
package struct TimeRange: Sendable, Hashable {
    /// The first millisecond in it.
    package var from: Int64
    /// The first millisecond after it.
    package var to: Int64

    package init(from: Int64, to: Int64) {
        self.from = from
        self.to = to
    }

    package static let always = TimeRange(from: .min, to: .max)
}

/// A page of alerts that is asked for.
package struct AlertSearch: Sendable, Hashable {
    package var query: AlertQuery
    package var order: AlertOrder
    /// From 1 to 10,000.
    package var limit: Int
    /// Where the page before ended; it must be of the same query and order.
    package var after: AlertCursor?
    /// Whether ``AlertPage/total`` is wanted.
    package var counts: Bool

    package init(
        _ query: AlertQuery,
        order: AlertOrder = .newestFirst,
        limit: Int = 50,
        after: AlertCursor? = nil,
        counts: Bool = true
    ) {
        self.query = query
        self.order = order
        self.limit = limit
        self.after = after
        self.counts = counts
    }
}

/// In which order alerts come.
package enum AlertOrder: Sendable, Hashable {
    /// As they stand in the record, the last one first.
    case newestFirst
    case oldestFirst
    /// By a field's value: numbers as numbers, before all other texts; alerts
    /// without it last; among equals the newest first.
    case field(String, isDescending: Bool)
}

/// Where a page ended; opaque to whoever carries it.
package struct AlertCursor: Sendable, Hashable {
    /// Text of letters, digits, `-` and `_`.
    package let text: String

    /// Takes what a client gave back; a cursor that is none of ours is refused
    /// by the search.
    package init(text: String) {
        self.text = text
    }
}

/// A page of alerts.
package struct AlertPage: Sendable {
    package var alerts: [IndexedAlert]
    /// How many alerts the query has in all; nil when it was not asked.
    package var total: Int?
    /// Nil at the end.
    package var next: AlertCursor?

    package init(alerts: [IndexedAlert], total: Int?, next: AlertCursor?) {
        self.alerts = alerts
        self.total = total
        self.next = next
    }
}

/// An alert as it stands in `alerts.json`.
package struct IndexedAlert: Sendable, Hashable {
    /// Its place in the record; rises by one from alert to alert, and begins
    /// anew when the index is built anew.
    package let sequence: Int64
    /// One JSON object, without a line end.
    package let json: [UInt8]

    package init(sequence: Int64, json: [UInt8]) {
        self.sequence = sequence
        self.json = json
    }
}
