// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// When a report is mailed, and to whom.
package struct ReportSchedule: Sendable, Hashable {
    package enum Period: String, Sendable, Hashable, Codable {
        case daily, weekly

        /// How much a report covers, in seconds.
        var seconds: Int64 { self == .daily ? 86_400 : 7 * 86_400 }
    }

    package let period: Period
    /// Minute of the local day, from 0 to 1439; weekly ones are of Mondays.
    package let minute: Int
    package let recipients: [String]

    package init(period: Period, minute: Int, recipients: [String]) {
        self.period = period
        self.minute = minute
        self.recipients = recipients
    }

    /// The last moment at which a report was due, in seconds since the epoch.
    package func lastDue(at now: Timestamp) -> Int64 {
        let local = now.local
        let ofDay = Int64(local.hour * 3600 + local.minute * 60 + local.second)
        var due = now.seconds - ofDay + Int64(minute * 60)
        if period == .weekly {
            // Days since Monday; 0 is Sunday in a calendar.
            due -= Int64((local.weekday + 6) % 7) * 86_400
        }
        return due > now.seconds ? due - period.seconds : due
    }
}
