// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc

/// The time of day, from the system or from a test.
package struct WallClock: Sendable {
    private let read: @Sendable () -> Timestamp

    package init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
    }

    package var timestamp: Timestamp { read() }

    /// Milliseconds since the epoch.
    package var now: Int64 { read().nanoseconds / 1_000_000 }

    /// The system's clock, in the system's zone.
    package static let system = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var seconds = time.tv_sec
        var local = tm()
        localtime_r(&seconds, &local)
        return Timestamp(
            nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec),
            utcOffsetSeconds: Int32(clamping: local.tm_gmtoff)
        )
    }
}
