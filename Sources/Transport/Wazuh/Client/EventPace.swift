// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How fast events may go to a manager: evenly, with a tenth of a second's worth at once.
///
/// Source: around-the-engine.md §3.2, `client_buffer`.
package struct EventPace: Sendable {
    private static let burst: UInt64 = 100_000_000

    /// Nanoseconds between two events; 0 for no limit.
    private let interval: UInt64
    private var next: UInt64 = 0

    /// So many events a second; 0 for as many as there are.
    package init(perSecond: Int) {
        interval = perSecond > 0 ? 1_000_000_000 / UInt64(perSecond) : 0
    }

    /// Takes the right to send one event now, in nanoseconds of any clock; else gives how
    /// long to wait.
    package mutating func wait(at now: UInt64) -> UInt64 {
        guard interval > 0 else { return 0 }
        let due = max(next, now > Self.burst ? now - Self.burst : 0)
        guard due <= now else { return due - now }
        next = due + interval
        return 0
    }
}
