// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Days and moments as text, in UTC.
package enum CalendarDay {
    /// `2026-11-27`, of seconds since the epoch.
    package static func text(_ seconds: Int64) -> String {
        String(moment(seconds).prefix(10))
    }

    /// `2026-11-27T09:00:00Z`, of seconds since the epoch.
    package static func moment(_ seconds: Int64) -> String {
        let bound = max(0, min(seconds, 253_402_300_799))
        var bytes: [UInt8] = []
        Timestamp(nanoseconds: min(bound, 9_000_000_000) * 1_000_000_000).appendSecond(to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + "Z"
    }
}
