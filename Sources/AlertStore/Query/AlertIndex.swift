// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An engine that finds alerts: SQLite here, another one later.
///
/// It answers from what is indexed by now, each call from one moment. Calls wait
/// without blocking the caller's thread.
package protocol AlertIndex: Sendable {
    /// A page of alerts.
    ///
    /// - Throws: ``AlertIndexError`` `invalidCursor`; `unavailable`.
    func search(_ search: AlertSearch) async throws -> AlertPage

    /// Figures over the alerts of a query, in the order asked, from one pass.
    ///
    /// - Throws: ``AlertIndexError`` `tooManyBuckets` over 10,000; `unavailable`.
    func aggregate(
        _ query: AlertQuery,
        _ aggregations: [AlertAggregation]
    ) async throws -> [AlertFigure]

    /// The alert with this id (`1764200000.1234`, as in its JSON); the newest
    /// when a crash left two.
    ///
    /// - Throws: ``AlertIndexError`` `unavailable`.
    func alert(id: String) async throws -> IndexedAlert?

    /// All fields that alerts have, by name.
    ///
    /// - Throws: ``AlertIndexError`` `unavailable`.
    func fields() async throws -> [IndexedField]

    /// How the index stands.
    func status() async throws -> AlertIndexStatus
}

/// A field that alerts have.
package struct IndexedField: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case text, number, address, keyword
    }

    package let name: String
    /// What most of its values look like.
    package let kind: Kind

    package init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}

/// How an index stands beside the record that it follows.
package struct AlertIndexStatus: Sendable, Hashable {
    /// `sqlite`.
    package var engine: String
    package var alerts: Int
    /// On disk.
    package var bytes: Int
    /// Files that the index is kept in.
    package var partitions: Int
    /// Bytes of the record that wait for the index.
    package var lagBytes: Int
    /// Seconds since the oldest of them was written; 0 when none waits.
    package var lagSeconds: Double
    /// Times of the first and the last alert, in milliseconds since the epoch.
    package var oldest: Int64?
    package var newest: Int64?
    /// Values that were not indexed by field, for their alert had too many.
    package var droppedFields: Int
    /// Lines of the record that are no alerts.
    package var malformedLines: Int

    package init(engine: String) {
        self.engine = engine
        alerts = 0
        bytes = 0
        partitions = 0
        lagBytes = 0
        lagSeconds = 0
        droppedFields = 0
        malformedLines = 0
    }
}

/// Why an index did not answer.
package struct AlertIndexError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, Equatable {
        case invalidCursor = "invalid-cursor"
        case tooManyBuckets = "too-many-buckets"
        /// The index is damaged or cannot be read.
        case unavailable
        /// Another process writes this index.
        case locked
    }

    package let code: Code
    /// What failed, on which thing, and what to do; lower case, no full stop.
    package let message: String
    package let cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
