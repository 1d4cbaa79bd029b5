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

    /// Made when a path is first rotated quickly; nil before, and when the system has
    /// nothing for it.
    private(set) var catcher: RotationCatcher?

    func deliver(_ delivery: Delivery) -> Bool { take(delivery) }

    /// Has the files of a path opened as they appear from now on.
    func beginCatching(_ path: FilePath) {
        catcher = catcher ?? RotationCatcher()
        catcher?.begin(path)
    }

    /// Whether another target than `id` reads the file.
    func isOpen(_ identity: FileIdentity, besides id: FileTargetID) -> Bool {
        isOpen(identity, id)
    }
}
