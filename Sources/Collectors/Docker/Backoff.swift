// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The waits between tries: each about twice the one before, up to a limit.
package struct Backoff: Sendable, Equatable {
    package let first: Duration
    package let limit: Duration
    private var failures = 0

    /// `first` and `limit` are above zero.
    package init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
    }

    /// Half a second to half a minute.
    package static let standard = Backoff(first: .milliseconds(500), limit: .seconds(30))

    /// The wait after a further failure.
    ///
    /// `random` from 0 to 1 spreads it by a fifth down, so that not all who
    /// lost the same engine come back at the same moment.
    package mutating func next(random: Double) -> Duration {
        let factor = 1 << min(failures, 20)
        failures += 1
        let whole = min(limit, first * factor)
        return whole * (1 - 0.2 * min(max(random, 0), 1))
    }

    /// It worked: the next failure is the first again.
    package mutating func reset() {
        failures = 0
    }
}
