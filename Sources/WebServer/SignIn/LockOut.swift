// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Who failed to sign in too often, and how long they wait.
///
/// After five failures a key waits 30 seconds, after each further one twice as
/// long, up to 15 minutes; what is quiet for 15 minutes longer is forgotten.
/// Time is handed in.
struct LockOut: Sendable {
    /// What failures are counted for.
    enum Key: Sendable, Hashable {
        case user(String)
        case address(ClientAddress)
    }

    private struct Entry {
        var failures = 0
        /// Until when it is locked, and until when it is remembered.
        var lockedUntil: Int64 = 0
        var forgottenAt: Int64 = 0
    }

    static let freeFailures = 5
    static let longestWait: Int64 = 900_000
    private static let firstWait: Int64 = 30_000
    /// Keys that are remembered.
    private static let capacity = 10_000

    private var entries: [Key: Entry] = [:]
    /// How often a key was locked.
    private(set) var lockOuts = 0

    /// Milliseconds until one of the keys is free; nil when all are.
    func wait(_ keys: [Key], at now: Int64) -> Int64? {
        let waits = keys.compactMap { key -> Int64? in
            guard let entry = entries[key], entry.lockedUntil > now else { return nil }
            return entry.lockedUntil - now
        }
        return waits.max()
    }

    /// Counts a failure.
    mutating func fail(_ keys: [Key], at now: Int64) {
        for key in keys {
            if entries.count >= Self.capacity, entries[key] == nil { makeRoom(at: now) }
            var entry = entries[key] ?? Entry()
            if entry.forgottenAt <= now { entry = Entry() }
            entry.failures = min(entry.failures + 1, Self.freeFailures + 30)
            if entry.failures >= Self.freeFailures {
                let doublings = min(entry.failures - Self.freeFailures, 10)
                entry.lockedUntil = now + min(Self.firstWait << Int64(doublings), Self.longestWait)
                lockOuts += 1
            }
            entry.forgottenAt = max(entry.lockedUntil, now) + Self.longestWait
            entries[key] = entry
        }
    }

    /// Forgets the failures of keys that succeeded.
    mutating func succeed(_ keys: [Key]) {
        for key in keys { entries[key] = nil }
    }

    /// Drops what is to be forgotten, or else the one that is so next.
    private mutating func makeRoom(at now: Int64) {
        entries = entries.filter { $0.value.forgottenAt > now }
        guard entries.count >= Self.capacity,
            let oldest = entries.min(by: { $0.value.forgottenAt < $1.value.forgottenAt })
        else { return }
        entries[oldest.key] = nil
    }
}
