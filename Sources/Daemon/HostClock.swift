// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
package import EventModel

/// The machine's clock, for those that make events outside of a collector.
package enum HostClock {
    /// Now, with the offset that local time has now.
    package static func now() -> Timestamp {
        var clock = LocalClock()
        return clock.now()
    }
}

extension Timestamp {
    /// Milliseconds since the epoch, rounded towards it.
    var milliseconds: Int64 { nanoseconds / 1_000_000 }
}
