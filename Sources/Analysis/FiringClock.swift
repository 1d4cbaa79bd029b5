// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// When rules fired: for the attribute `ignore` and the hourly counts.
///
/// Source: analysis-engine.md §5.9, §5.12, §9.2.
struct FiringClock: Sendable {
    /// Seconds since the epoch of the firing that started the silence of a rule.
    private(set) var stamps: [Int64?]
    /// Hours of local time since the epoch; nil before the first event.
    private(set) var hour: Int64?

    init(ruleCount: Int) {
        stamps = Array(repeating: nil, count: ruleCount)
    }

    /// Goes back to where an earlier clock was.
    mutating func restore(hour: Int64?, stamps restored: [(rule: Int, stamp: Int64)]) {
        self.hour = hour
        for (rule, stamp) in restored { stamps[rule] = stamp }
    }

    /// Whether local time has entered another hour; false for the first event.
    mutating func isNewHour(_ time: Timestamp) -> Bool {
        let now = (time.seconds + Int64(time.utcOffsetSeconds)) / 3600
        defer { hour = now }
        return hour.map { $0 != now } ?? false
    }

    /// Whether a firing falls into the silence after an earlier one; otherwise it
    /// begins a new silence.
    mutating func isSuppressed(_ rule: Int, _ seconds: Int64, _ now: Int64) -> Bool {
        guard seconds > 0 else { return false }
        if let stamp = stamps[rule], now - stamp < seconds { return true }
        stamps[rule] = now
        return false
    }

    /// As ``isSuppressed(_:_:_:)``, but a silence that has passed is not renewed
    /// by the firing that ends it.
    mutating func isSuppressedInSession(_ rule: Int, _ seconds: Int64, _ now: Int64) -> Bool {
        guard seconds > 0 else { return false }
        guard let stamp = stamps[rule] else {
            stamps[rule] = now
            return false
        }
        if now - stamp < seconds { return true }
        stamps[rule] = nil
        return false
    }
}
