// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A moment, with the offset that local time had there.
///
/// The core reads no clock and no time-zone file: whoever makes an event says
/// when it was and how local time is written at that moment.
package struct Timestamp: Sendable, Hashable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    package let nanoseconds: Int64
    /// Seconds that local time is ahead of UTC, from -86400 to 86400.
    package let utcOffsetSeconds: Int32

    package init(nanoseconds: Int64, utcOffsetSeconds: Int32 = 0) {
        self.nanoseconds = nanoseconds
        self.utcOffsetSeconds = utcOffsetSeconds
    }

    /// Whole seconds since the epoch, rounded down.
    package var seconds: Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Calendar fields of local time at this moment.
    package var local: CalendarTime {
        CalendarTime(secondsSinceEpoch: seconds + Int64(utcOffsetSeconds))
    }

    /// Appends `2026-02-01T10:00:00.123+0000`, as in Wazuh's `timestamp`.
    ///
    /// Source: Wazuh 4.14 `alerts.json`, analysis-engine.md §7.2.
    package func appendISO8601(to output: inout [UInt8]) {
        appendSecond(to: &output)
        appendFraction(to: &output)
    }

    /// Appends the front of an ISO 8601 time, which changes with the second only.
    package func appendSecond(to output: inout [UInt8]) {
        let time = local
        output.appendPadded(time.year, width: 4)
        output.append(UInt8(ascii: "-"))
        output.appendPadded(time.month, width: 2)
        output.append(UInt8(ascii: "-"))
        output.appendPadded(time.day, width: 2)
        output.append(UInt8(ascii: "T"))
        time.appendClock(to: &output)
    }

    /// Appends what follows ``appendSecond(to:)``: `.123+0000`.
    package func appendFraction(to output: inout [UInt8]) {
        let remainder = nanoseconds % 1_000_000_000
        let milliseconds = (remainder < 0 ? remainder + 1_000_000_000 : remainder) / 1_000_000
        output.append(UInt8(ascii: "."))
        output.appendPadded(Int(milliseconds), width: 3)
        let offset = Int(utcOffsetSeconds)
        output.append(UInt8(ascii: offset < 0 ? "-" : "+"))
        output.appendPadded(abs(offset) / 3600, width: 2)
        output.appendPadded(abs(offset) / 60 % 60, width: 2)
    }
}

/// A moment on the wall calendar, in whatever zone it was asked for.
package struct CalendarTime: Sendable, Equatable {
    package let year: Int
    /// From 1 to 12.
    package let month: Int
    /// From 1 to 31.
    package let day: Int
    /// From 0 (Sunday) to 6.
    package let weekday: Int
    /// From 0 to 23.
    package let hour: Int
    /// From 0 to 59.
    package let minute: Int
    /// From 0 to 59.
    package let second: Int

    /// The proleptic Gregorian date by the days-from-civil inverse.
    ///
    /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    package init(secondsSinceEpoch: Int64) {
        let days = Self.floorDivide(secondsSinceEpoch, 86_400)
        let ofDay = Int(secondsSinceEpoch - days * 86_400)
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1)
        month = Int(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
        weekday = Int(Self.floorModulo(days + 4, 7))
        hour = ofDay / 3600
        minute = ofDay / 60 % 60
        second = ofDay % 60
    }

    /// Seconds since the epoch of a date and clock read as UTC; nil when a
    /// field is out of its range.
    package static func secondsSinceEpoch(
        year: Int,
        month: Int,
        day: Int,
        hour: Int,
        minute: Int,
        second: Int
    ) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let monthIndex = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * monthIndex + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// Appends `10:00:00`.
    package func appendClock(to output: inout [UInt8]) {
        output.appendPadded(hour, width: 2)
        output.append(UInt8(ascii: ":"))
        output.appendPadded(minute, width: 2)
        output.append(UInt8(ascii: ":"))
        output.appendPadded(second, width: 2)
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        value - floorDivide(value, divisor) * divisor
    }
}
