// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How long to wait until a message is tried again.
struct Backoff: Sendable, Hashable {
    private static let longestSeconds = 300.0
    /// What a receiver asks for is followed up to this.
    private static let longestAskedSeconds = 3600

    private(set) var failures = 0

    /// Counts a failure and says how many seconds to wait: 1, 2, 4, up to 300, a quarter more
    /// or less by `chance` (evenly from 0 to 1); at least what the receiver asked for.
    mutating func failed(retryAfterSeconds: Int?, chance: Double) -> Double {
        let base = min(Double(1 << min(failures, 20)), Self.longestSeconds)
        failures += 1
        let jittered = base * (0.75 + 0.5 * min(max(chance, 0), 1))
        let asked = min(max(retryAfterSeconds ?? 0, 0), Self.longestAskedSeconds)
        return max(jittered, Double(asked))
    }

    mutating func succeeded() { failures = 0 }
}
