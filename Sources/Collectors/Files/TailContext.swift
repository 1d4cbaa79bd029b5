// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What all tails of a watcher share.
///
/// Not `Sendable`: it belongs to the thread that reads.
final class TailContext {
    var clock = LocalClock()
    let ledger: PositionLedger
    /// Hands events over; false when no more are taken.
    private let take: (Delivery) -> Bool
    private let isOpen: (FileIdentity, FileTargetID) -> Bool

    init(
        ledger: PositionLedger,
        take: @escaping (Delivery) -> Bool,
        isOpen: @escaping (FileIdentity, FileTargetID) -> Bool
    ) {
        self.ledger = ledger
        self.take = take
        self.isOpen = isOpen
    }

    func deliver(_ delivery: Delivery) -> Bool { take(delivery) }

    /// Whether another target than `id` reads the file.
    func isOpen(_ identity: FileIdentity, besides id: FileTargetID) -> Bool {
        isOpen(identity, id)
    }
}
