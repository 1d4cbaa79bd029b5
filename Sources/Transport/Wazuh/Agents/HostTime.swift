// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// The clocks of the host, given so that tests can hold them.
package struct HostTime: Sendable {
    /// The time that events and files bear.
    package let now: @Sendable () -> Timestamp
    /// Nanoseconds on a clock that never goes back, for time-outs and states.
    package let uptime: @Sendable () -> Int64

    package init(
        now: @escaping @Sendable () -> Timestamp,
        uptime: @escaping @Sendable () -> Int64
    ) {
        self.now = now
        self.uptime = uptime
    }
}

extension Duration {
    /// Nanoseconds, saturating at the ends of Int64.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? .max : sum
    }
}
