// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Times as people write them in parameters and queries.
package enum AlertTime {
    /// Milliseconds since the epoch of a written time.
    ///
    /// It is `now`, `now-15m`, `now-1d/d` (units `s m h d w M y`; `/d` rounds
    /// down), a date or a date and time of ISO 8601, or milliseconds since the
    /// epoch. Days begin, and times without a zone are, in the local time of
    /// `now`.
    ///
    /// - Throws: The column within the text.
    package static func parse(_ text: String, now: Timestamp) throws(QueryError) -> Int64 {
        let bytes = [UInt8](text.utf8)
        if text.hasPrefix("now") {
            var expression = RelativeTime(bytes, now: now)
            return try expression.evaluate()
        }
        if !bytes.isEmpty, bytes.count <= 15,
            bytes.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }), let value = Int64(text)
        {
            return value
        }
        if let time = ISOTime.milliseconds(bytes.span, offset: now.utcOffsetSeconds) { return time }
        throw QueryError(column: 1, message: "\"\(text.prefix(64))\" is no time", hint: hint)
    }

    static let hint =
        "write now-15m, now/d, 2026-11-23, 2026-11-23T12:46:15Z or milliseconds since 1970"
}

/// `now`, with steps and a rounding.
private struct RelativeTime {
    private let bytes: [UInt8]
    private var position = 3
    private let offset: Int64
    private var milliseconds: Int64

    init(_ bytes: [UInt8], now: Timestamp) {
        self.bytes = bytes
        offset = Int64(now.utcOffsetSeconds)
        milliseconds = now.nanoseconds / 1_000_000
    }

    mutating func evaluate() throws(QueryError) -> Int64 {
        while position < bytes.count {
            let mark = bytes[position]
            position += 1
            switch mark {
            case UInt8(ascii: "+"), UInt8(ascii: "-"):
                let count = try number()
                try step(mark == UInt8(ascii: "-") ? -count : count)
            case UInt8(ascii: "/"): try round()
            default: throw mistake(at: position, "expected +, - or / after now")
            }
        }
        return milliseconds
    }

    private mutating func number() throws(QueryError) -> Int64 {
        var value: Int64 = 0
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10,
            position - start < 7
        {
            value = value * 10 + Int64(bytes[position] - UInt8(ascii: "0"))
            position += 1
        }
        return start == position ? 1 : value
    }

    private mutating func step(_ count: Int64) throws(QueryError) {
        let unit = try unit()
        switch unit {
        case UInt8(ascii: "M"), UInt8(ascii: "y"):
            try stepMonths(unit == UInt8(ascii: "y") ? count * 12 : count)
        default: milliseconds += count * Self.length(of: unit)
        }
    }

    private mutating func stepMonths(_ count: Int64) throws(QueryError) {
        let (local, rest) = split()
        let months = Int64(local.year) * 12 + Int64(local.month - 1) + count
        let (year, month) = (Int(months / 12), Int(months % 12) + 1)
        var day = local.day
        while day > 28,
            Self.seconds(year, month, day).map({
                CalendarTime(secondsSinceEpoch: $0).month != month
            }) ?? false
        {
            day -= 1
        }
        guard months > 0, let start = Self.seconds(year, month, day) else {
            throw mistake(at: position, "the year is out of range")
        }
        milliseconds = (start - offset) * 1000 + rest
    }

    private mutating func round() throws(QueryError) {
        let unit = try unit()
        let (local, rest) = split()
        let start: Int64?
        switch unit {
        case UInt8(ascii: "y"): start = Self.seconds(local.year, 1, 1)
        case UInt8(ascii: "M"): start = Self.seconds(local.year, local.month, 1)
        case UInt8(ascii: "w"):
            // Weeks begin on Monday, as in ISO 8601.
            start = Self.seconds(local.year, local.month, local.day)
                .map { $0 - Int64((local.weekday + 6) % 7) * 86_400 }
        case UInt8(ascii: "d"): start = Self.seconds(local.year, local.month, local.day)
        default:
            let length = Self.length(of: unit)
            milliseconds -= (milliseconds + offset * 1000) % length
            return
        }
        guard let start else { throw mistake(at: position, "the year is out of range") }
        _ = rest
        milliseconds = (start - offset) * 1000
    }

    /// Local calendar time, and the milliseconds since its day began.
    private func split() -> (CalendarTime, Int64) {
        let local = milliseconds + offset * 1000
        let days = local >= 0 ? local / 86_400_000 : (local - 86_399_999) / 86_400_000
        return (CalendarTime(secondsSinceEpoch: days * 86_400), local - days * 86_400_000)
    }

    private mutating func unit() throws(QueryError) -> UInt8 {
        guard position < bytes.count, "smhdwMy".utf8.contains(bytes[position]) else {
            throw mistake(at: position + 1, "expected a unit of time: s, m, h, d, w, M or y")
        }
        position += 1
        return bytes[position - 1]
    }

    private func mistake(at column: Int, _ message: String) -> QueryError {
        QueryError(column: column, message: message, hint: AlertTime.hint)
    }

    private static func seconds(_ year: Int, _ month: Int, _ day: Int) -> Int64? {
        CalendarTime.secondsSinceEpoch(
            year: year,
            month: month,
            day: day,
            hour: 0,
            minute: 0,
            second: 0
        )
    }

    private static func length(of unit: UInt8) -> Int64 {
        switch unit {
        case UInt8(ascii: "s"): 1000
        case UInt8(ascii: "m"): 60_000
        case UInt8(ascii: "h"): 3_600_000
        case UInt8(ascii: "d"): 86_400_000
        default: 7 * 86_400_000
        }
    }
}
