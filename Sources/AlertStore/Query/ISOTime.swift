// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Dates and times of ISO 8601, as far as alerts and people write them.
enum ISOTime {
    /// Milliseconds since the epoch of a written time.
    ///
    /// `2026-11-23`, `2026-11-23T12:46`, `…:15`, `…:15.123`, each but the first
    /// with `Z`, `+0000` or `+00:00` or nothing; a space may stand for the `T`.
    ///
    /// - Parameters:
    ///   - text: All of it.
    ///   - offset: Seconds ahead of UTC of a time without a zone.
    /// - Returns: nil when the whole text is no such time.
    static func milliseconds(_ text: Span<UInt8>, offset: Int32) -> Int64? {
        var reader = Reader()
        guard let year = reader.number(text, digits: 4), reader.take("-", text),
            let month = reader.number(text, digits: 2), reader.take("-", text),
            let day = reader.number(text, digits: 2)
        else { return nil }
        var (hour, minute, second, milliseconds) = (0, 0, 0, 0)
        var zone = Int(offset)
        if reader.take("T", text) || reader.take(" ", text) {
            guard let hours = reader.number(text, digits: 2), reader.take(":", text),
                let minutes = reader.number(text, digits: 2)
            else { return nil }
            (hour, minute) = (hours, minutes)
            if reader.take(":", text) {
                guard let seconds = reader.number(text, digits: 2) else { return nil }
                second = seconds
                if reader.take(".", text) {
                    guard let part = reader.fraction(text) else { return nil }
                    milliseconds = part
                }
            }
            guard let read = reader.zone(text, local: zone) else { return nil }
            zone = read
        }
        guard reader.position == text.count,
            let seconds = CalendarTime.secondsSinceEpoch(
                year: year,
                month: month,
                day: day,
                hour: hour,
                minute: minute,
                second: second
            )
        else { return nil }
        return (seconds - Int64(zone)) * 1000 + Int64(milliseconds)
    }

    private struct Reader {
        var position = 0

        mutating func take(_ character: Unicode.Scalar, _ text: Span<UInt8>) -> Bool {
            guard position < text.count, text[position] == UInt8(ascii: character) else {
                return false
            }
            position += 1
            return true
        }

        mutating func number(_ text: Span<UInt8>, digits: Int) -> Int? {
            guard position + digits <= text.count else { return nil }
            var value = 0
            for index in position..<position + digits {
                let digit = text[index] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            position += digits
            return value
        }

        /// Milliseconds; further digits are passed over.
        mutating func fraction(_ text: Span<UInt8>) -> Int? {
            var (value, count) = (0, 0)
            while let digit = number(text, digits: 1) {
                if count < 3 { value = value * 10 + digit }
                count += 1
            }
            guard count > 0 else { return nil }
            for _ in count..<max(3, count) { value *= 10 }
            return value
        }

        /// Seconds ahead of UTC.
        mutating func zone(_ text: Span<UInt8>, local: Int) -> Int? {
            if position == text.count { return local }
            if take("Z", text) { return 0 }
            let isNegative = take("-", text)
            guard isNegative || take("+", text), let hours = number(text, digits: 2) else {
                return nil
            }
            _ = take(":", text)
            guard let minutes = number(text, digits: 2) else { return nil }
            let seconds = hours * 3600 + minutes * 60
            return isNegative ? -seconds : seconds
        }
    }
}
