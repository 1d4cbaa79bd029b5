// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The part of each day in which only what is urgent is told at once.
package struct QuietHours: Sendable, Hashable {
    /// Minutes of the local day, from 0 to 1439; an end before the start is of the next day.
    package let start: Int
    package let end: Int
    /// Alerts from this level on are told all the same.
    package let exceptLevel: Int

    package init(start: Int, end: Int, exceptLevel: Int) {
        self.start = start
        self.end = end
        self.exceptLevel = exceptLevel
    }

    /// Reads `22:00-07:00`; nil when it is none, or no time at all.
    package init?(_ text: String, exceptLevel: Int) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
            .map { Self.minute($0) }
        guard ends.count == 2, let start = ends[0], let end = ends[1], start != end else {
            return nil
        }
        self.init(start: start, end: end, exceptLevel: exceptLevel)
    }

    /// When the quiet ends, in nanoseconds since the epoch; nil when it is not quiet.
    func end(at now: Timestamp) -> Int64? {
        let time = now.local
        let minute = time.hour * 60 + time.minute
        let isQuiet = start < end ? (start..<end).contains(minute) : minute >= start || minute < end
        guard isQuiet else { return nil }
        let minutes = (end - minute + 1440) % 1440
        let seconds = now.seconds + Int64(minutes * 60 - time.second)
        return seconds * 1_000_000_000
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.trimmedBlanks.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour),
            (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}

extension StringProtocol {
    /// Without blanks at both ends.
    var trimmedBlanks: String {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest = rest.dropFirst() }
        while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
        return String(rest)
    }
}
