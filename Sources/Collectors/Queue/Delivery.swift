// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Events handed to the analysis, with how far their source was read.
package struct Delivery: Sendable {
    /// Empty when only the position moves, as after a file is forgotten.
    package let batch: EventBatch
    /// Nil for events that no position belongs to, such as the notices about
    /// rotated files.
    package let checkpoint: Checkpoint?
    /// Called with the first sequence behind it, once it is in the spool.
    private let placed: (@Sendable (UInt64) -> Void)?

    package init(
        batch: EventBatch,
        checkpoint: Checkpoint?,
        placed: (@Sendable (UInt64) -> Void)? = nil
    ) {
        self.batch = batch
        self.checkpoint = checkpoint
        self.placed = placed
    }

    /// Says that the batch is kept and will be analysed.
    ///
    /// Only now may the position be remembered: what was not acknowledged is
    /// read again after a restart. Deliveries must be acknowledged in the
    /// order in which the queue gave them.
    package func acknowledge() {
        acknowledge(before: 0)
    }

    /// As ``acknowledge()``, for a batch in the spool; `end` is the first sequence
    /// after it.
    package func acknowledge(before end: UInt64) {
        checkpoint?.acknowledge(before: end)
        placed?(end)
    }

    /// Whether its source cannot wait: an engine keeps its events for a while only.
    package var isUrgent: Bool {
        if let checkpoint { return checkpoint.source.kind == .dockerEvents }
        // What an agent sent keeps its order.
        return placed == nil && batch.sources.first?.location == Self.dockerLocation
    }

    private static let dockerLocation = [UInt8](DockerEventCollector.location.utf8)
}

/// How far a source was read once a delivery is done.
package struct Checkpoint: Sendable {
    /// What acknowledging does to the remembered position.
    enum Change: Sendable, Hashable {
        case advance(Position)
        /// The source is gone and all of it was read.
        case forget
    }

    let ledger: PositionLedger
    let source: SourceKey
    let change: Change

    /// What the spool keeps of it; ``PositionLedger/restore(_:sequence:)`` reads it.
    package var encoded: [UInt8] { PositionFile.render(change, of: source) }

    func acknowledge(before end: UInt64) { ledger.acknowledge(change, of: source, before: end) }

    /// The delivery is on its way.
    func take() { ledger.take(change, of: source) }
}
