// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Counts what began in the last minute.
struct RateWindow: Sendable {
    private static let length: Int64 = 60_000_000_000
    private var times: [Int64] = []

    /// Takes one more, or refuses it when `limit` began in the minute before.
    mutating func take(at now: Int64, limit: Int) -> Bool {
        times.removeAll { now &- $0 >= Self.length || $0 > now }
        guard times.count < limit else { return false }
        times.append(now)
        return true
    }
}

/// Stops a storm of acts, and says so once.
struct Breaker: Sendable {
    /// Nanoseconds since the epoch; nil while it is closed.
    private var openUntil: Int64?
    private(set) var suppressed = 0

    /// Whether nothing may begin.
    var isOpen: Bool { openUntil != nil }

    mutating func open(until time: Int64) {
        openUntil = time
        suppressed = 1
    }

    mutating func suppress() { suppressed += 1 }

    /// How many were suppressed, when it closes now; nil when it does not.
    mutating func close(at now: Int64) -> Int? {
        guard let end = openUntil, now >= end else { return nil }
        openUntil = nil
        return suppressed
    }
}
