// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Moments as Docker's records write them.
enum RFC3339 {
    /// Nanoseconds since the epoch of `2026-11-23T23:36:15.959496885Z`, with
    /// from 0 to any number of digits after the dot, or `+02:00` for `Z`.
    ///
    /// Nil for anything else and for years outside 1970–2261, which 64 bits do
    /// not hold.
    static func nanoseconds(_ text: Span<UInt8>) -> Int64? {
        guard text.count >= 20, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"),
            text[16] == UInt8(ascii: ":"),
            let year = number(text, 0..<4), (1970...2261).contains(year),
            let month = number(text, 5..<7), let day = number(text, 8..<10),
            let hour = number(text, 11..<13), let minute = number(text, 14..<16),
            let second = number(text, 17..<19),
            let seconds = CalendarTime.secondsSinceEpoch(
                year: year,
                month: month,
                day: day,
                hour: hour,
                minute: minute,
                second: second
            )
        else { return nil }
        var index = 19
        guard let fraction = fraction(text, &index), let offset = offset(text, &index),
            index == text.count
        else { return nil }
        return (seconds - Int64(offset)) * 1_000_000_000 + Int64(fraction)
    }

    private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        guard range.upperBound <= text.count else { return nil }
        var value = 0
        for index in range {
            guard let digit = digit(text[index]) else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Digits beyond the ninth are read and dropped.
    private static func fraction(_ text: Span<UInt8>, _ index: inout Int) -> Int? {
        guard text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var value = 0
        var count = 0
        while index < text.count, let digit = digit(text[index]) {
            if count < 9 { value = value * 10 + digit }
            count += 1
            index += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 9)..<9 { value *= 10 }
        return value
    }

    private static func offset(_ text: Span<UInt8>, _ index: inout Int) -> Int? {
        guard index < text.count else { return nil }
        let sign = text[index]
        if sign == UInt8(ascii: "Z") {
            index += 1
            return 0
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hours = number(text, index + 1..<index + 3), index + 3 < text.count,
            text[index + 3] == UInt8(ascii: ":"), let minutes = number(text, index + 4..<index + 6)
        else { return nil }
        index += 6
        let seconds = hours * 3600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    private static func digit(_ byte: UInt8) -> Int? {
        (0x30...0x39).contains(byte) ? Int(byte) - 0x30 : nil
    }
}
