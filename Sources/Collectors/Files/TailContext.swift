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
    /// Whether a file is read under another path.
    private let isOpen: (FileIdentity) -> Bool

    init(
        ledger: PositionLedger,
        take: @escaping (Delivery) -> Bool,
        isOpen: @escaping (FileIdentity) -> Bool
    ) {
        self.ledger = ledger
        self.take = take
        self.isOpen = isOpen
    }

    func deliver(_ delivery: Delivery) -> Bool { take(delivery) }

    func isOpenElsewhere(_ identity: FileIdentity) -> Bool { isOpen(identity) }
}
