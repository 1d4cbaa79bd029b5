// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What is put into the spool as one record: events, and how far their source was
/// read with them.
package struct SpoolItem: Sendable {
    /// Empty when only the position moves.
    package let batch: EventBatch
    /// As the collectors write it, unread here; empty for none.
    package let checkpoint: [UInt8]

    package init(batch: EventBatch, checkpoint: [UInt8]) {
        self.batch = batch
        self.checkpoint = checkpoint
    }

    /// How many sequences it takes.
    var span: UInt64 { UInt64(max(1, batch.entries.count)) }
}

/// Where a record begins.
package struct SpoolPlace: Sendable, Hashable {
    let segment: SegmentName
    let offset: Int
}

/// What became of an item: its first event's sequence, and where its record is.
package struct SpooledItem: Sendable {
    package let sequence: UInt64
    package let place: SpoolPlace
    /// The first sequence after it.
    package let end: UInt64
}
