// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc

/// The wall clock with the local offset, for stamping events.
///
/// The offset is asked for once a minute of the clock, since `localtime_r`
/// takes a lock and reads the zone's table.
package struct LocalClock: Sendable {
    private var minute: Int64 = .min
    private var offset: Int32 = 0

    package init() {}

    /// Nanoseconds since the epoch.
    package static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    /// Now, as events bear it.
    package mutating func now() -> Timestamp {
        let nanoseconds = Self.nanoseconds()
        let minute = nanoseconds / 60_000_000_000
        if minute != self.minute {
            self.minute = minute
            offset = Self.utcOffset(atSeconds: nanoseconds / 1_000_000_000)
        }
        return Timestamp(nanoseconds: nanoseconds, utcOffsetSeconds: offset)
    }

    private static func utcOffset(atSeconds seconds: Int64) -> Int32 {
        var time = time_t(seconds)
        var parts = tm()
        guard localtime_r(&time, &parts) != nil else { return 0 }
        return Int32(clamping: parts.tm_gmtoff)
    }
}
