// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import Glibc

/// Reads the machine's clock and its time zone: the one place where events
/// get their time.
package enum WallClock {
    /// Now, with the offset that local time has now.
    package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var seconds = time.tv_sec
        var local = tm()
        localtime_r(&seconds, &local)
        return Timestamp(
            nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec),
            utcOffsetSeconds: Int32(local.tm_gmtoff))
    }
}
