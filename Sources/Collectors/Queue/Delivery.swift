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

    package init(batch: EventBatch, checkpoint: Checkpoint?) {
        self.batch = batch
        self.checkpoint = checkpoint
    }

    /// Says that all alerts of the batch are committed.
    ///
    /// Only now may the position be remembered: what was not acknowledged is
    /// read again after a restart. Deliveries must be acknowledged in the
    /// order in which the queue gave them.
    package func acknowledge() {
        checkpoint?.acknowledge()
    }
}

/// How far a source was read once a delivery is done.
package struct Checkpoint: Sendable {
    /// What acknowledging does to the remembered position.
    enum Change: Sendable {
        case advance(Position)
        /// The source is gone and all of it was read.
        case forget
    }

    let ledger: PositionLedger
    let source: SourceKey
    let change: Change

    func acknowledge() {
        switch change {
        case .advance(let position): ledger.record(position, for: source)
        case .forget: ledger.forget(source)
        }
    }
}
