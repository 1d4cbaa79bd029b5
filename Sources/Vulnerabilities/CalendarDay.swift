// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Days and moments as text, in UTC.
package enum CalendarDay {
    /// `2026-11-27`, of seconds since the epoch.
    package static func text(_ seconds: Int64) -> String {
        String(moment(seconds).prefix(10))
    }

    /// The first second of the day that a text begins with, since the epoch; nil for
    /// what is no day after 1970.
    ///
    /// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    package static func seconds(_ text: String) -> Int64? {
        let parts = text.prefix(10).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]),
            (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return (era * 146_097 + dayOfEra - 719_468) * 86_400
    }

    /// `2026-11-27T09:00:00Z`, of seconds since the epoch.
    package static func moment(_ seconds: Int64) -> String {
        let bound = max(0, min(seconds, 253_402_300_799))
        var bytes: [UInt8] = []
        Timestamp(nanoseconds: min(bound, 9_000_000_000) * 1_000_000_000).appendSecond(to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + "Z"
    }
}
