// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A moment on the engine's clock.
///
/// The API writes moments in three ways: `timeNano` of events as an integer,
/// RFC 3339 in inspections, and `SECONDS.NANOSECONDS` in the parameter `since`.
package struct EngineTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// A moment in whole seconds since the epoch, saturating.
    package init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// The value for `since=` and `until=`: seconds, a dot, nine digits.
    ///
    /// A moment before 1970 is written as 0. Source: Docker Engine API v1.41,
    /// `/events` and `/containers/{id}/logs`.
    package var parameter: String {
        let value = max(nanoseconds, 0)
        let fraction = String(value % 1_000_000_000)
        return "\(value / 1_000_000_000)."
            + String(repeating: "0", count: 9 - fraction.count) + fraction
    }

    package static func < (left: EngineTime, right: EngineTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// This moment and so many nanoseconds, saturating at the ends of Int64.
    package func advanced(by nanoseconds: Int64) -> EngineTime {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        guard overflow else { return EngineTime(nanoseconds: sum) }
        return EngineTime(nanoseconds: nanoseconds < 0 ? .min : .max)
    }

    /// Nanoseconds from `start` to this moment, saturating at the ends of Int64.
    package func nanoseconds(since start: EngineTime) -> Int64 {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(start.nanoseconds)
        guard overflow else { return difference }
        return nanoseconds < start.nanoseconds ? .min : .max
    }
}

extension EngineTime {
    /// Reads `2026-11-23T23:36:15.959496885Z` or with an offset `+02:00`.
    ///
    /// Nil for anything else, and for Go's zero time (year 1), with which the
    /// engine says "never".
    package init?(rfc3339 text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(digits: 4), reader.skip("-"),
            let month = reader.number(digits: 2), reader.skip("-"),
            let day = reader.number(digits: 2), reader.skip("T"),
            let hour = reader.number(digits: 2), reader.skip(":"),
            let minute = reader.number(digits: 2), reader.skip(":"),
            let second = reader.number(digits: 2),
            let seconds = CalendarTime.secondsSinceEpoch(
                year: year,
                month: month,
                day: day,
                hour: hour,
                minute: minute,
                second: second
            )
        else { return nil }
        let fraction = reader.skip(".") ? reader.fractionInNanoseconds() : 0
        guard let fraction, let offset = reader.zoneOffsetInSeconds(), reader.isAtEnd,
            (1970...2261).contains(year)
        else { return nil }
        let total = (seconds - Int64(offset)) * 1_000_000_000
        self.init(nanoseconds: total + Int64(fraction))
    }
}

/// Reads fixed groups of digits from the front of a text.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(digits: Int) -> Int? {
        var value = 0
        for _ in 0..<digits {
            guard let digit = nextDigit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// At least one digit; those beyond the ninth are read and dropped.
    mutating func fractionInNanoseconds() -> Int? {
        guard var value = nextDigit() else { return nil }
        var count = 1
        while let digit = nextDigit() {
            if count < 9 { value = value * 10 + digit }
            count += 1
        }
        for _ in min(count, 9)..<9 { value *= 10 }
        return value
    }

    mutating func zoneOffsetInSeconds() -> Int? {
        if skip("Z") { return 0 }
        let sign = skip("-") ? -1 : 1
        guard sign < 0 || skip("+"), let hours = number(digits: 2), skip(":"),
            let minutes = number(digits: 2)
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private mutating func nextDigit() -> Int? {
        guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
        rest.removeFirst()
        return Int(first) - 0x30
    }
}
