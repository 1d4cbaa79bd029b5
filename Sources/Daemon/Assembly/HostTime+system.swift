// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Synchronization
import Transport

extension HostTime {
    /// The machine's own clocks.
    static func system() -> HostTime {
        let clock = Mutex(LocalClock())
        return HostTime(
            now: { clock.withLock { $0.now() } },
            uptime: {
                var time = timespec()
                clock_gettime(CLOCK_MONOTONIC, &time)
                return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
            }
        )
    }
}
