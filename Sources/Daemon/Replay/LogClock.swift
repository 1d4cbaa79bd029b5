// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Glibc

/// Reads the time that a log line itself gives.
///
/// Forms, in the order in which they are tried:
///
/// ```
/// 2026-11-23T12:46:15.123Z …        ISO 8601 at the start, also with a blank for T
/// Nov 23 12:46:15 …                 RFC 3164, without a year
/// … [23/Nov/2026:12:46:15 +0000] …  access logs, in the first 512 bytes
/// {…"timeNano":1795428000000000000  Docker events
/// {…"time":"2026-11-23T12:46:15Z"   Docker's json-file, and "timestamp"
/// ```
package struct LogClock: Sendable {
    /// The latest moment that a line without a year is taken for.
    private let reference: CalendarTime

    /// `now` in nanoseconds since the epoch decides the year of RFC 3164
    /// times: the latest one that does not lie more than a day ahead.
    package init(now: Int64) {
        reference = CalendarTime(secondsSinceEpoch: now / 1_000_000_000 + 86_400)
    }

    /// Nanoseconds since the epoch; nil when the line gives no time.
    package func nanoseconds(in line: Span<UInt8>) -> Int64? {
        if let time = Self.iso8601(line, at: 0) { return time }
        if let time = rfc3164(line) { return time }
        if let time = accessLog(line) { return time }
        guard line.count > 0, line[0] == UInt8(ascii: "{") else { return nil }
        return json(line)
    }

    /// An ISO 8601 time at an offset.
    ///
    /// Such as `2026-11-23T12:46:15.123456789+01:00`. Without a zone it is read
    /// as UTC; at most nine digits of the fraction count.
    package static func iso8601(_ line: Span<UInt8>, at start: Int) -> Int64? {
        guard let year = number(line, start, 4), byte(line, start + 4) == UInt8(ascii: "-"),
            let month = number(line, start + 5, 2), byte(line, start + 7) == UInt8(ascii: "-"),
            let day = number(line, start + 8, 2),
            byte(line, start + 10) == UInt8(ascii: "T")
                || byte(line, start + 10) == UInt8(ascii: " "),
            let clock = clock(line, at: start + 11)
        else { return nil }
        var index = start + 19
        var fraction: Int64 = 0
        if byte(line, index) == UInt8(ascii: ".") || byte(line, index) == UInt8(ascii: ",") {
            index += 1
            var scale: Int64 = 100_000_000
            while let digit = number(line, index, 1) {
                fraction += Int64(digit) * scale
                scale /= 10
                index += 1
            }
        }
        return assemble(
            year: year,
            month: month,
            day: day,
            clock: clock,
            offset: zone(line, at: index) ?? 0,
            fraction: fraction
        )
    }

    private func rfc3164(_ line: Span<UInt8>) -> Int64? {
        guard let month = Self.month(line, at: 0), Self.byte(line, 3) == UInt8(ascii: " "),
            Self.byte(line, 6) == UInt8(ascii: " "), let clock = Self.clock(line, at: 7),
            let day = Self.number(line, 4, 2)
                ?? (Self.byte(line, 4) == UInt8(ascii: " ") ? Self.number(line, 5, 1) : nil)
        else { return nil }
        let isLater =
            (month, day, clock.hour) > (reference.month, reference.day, reference.hour)
        return Self.assemble(
            year: reference.year - (isLater ? 1 : 0),
            month: month,
            day: day,
            clock: clock,
            offset: 0,
            fraction: 0
        )
    }

    private func accessLog(_ line: Span<UInt8>) -> Int64? {
        let front = line.extracting(first: 512)
        var next = 0
        while let index = Self.find(UInt8(ascii: "["), in: front, from: next) {
            next = index + 1
            guard let day = Self.number(line, index + 1, 2),
                Self.byte(line, index + 3) == UInt8(ascii: "/"),
                let month = Self.month(line, at: index + 4),
                Self.byte(line, index + 7) == UInt8(ascii: "/"),
                let year = Self.number(line, index + 8, 4),
                let clock = Self.clock(line, at: index + 13)
            else { continue }
            return Self.assemble(
                year: year,
                month: month,
                day: day,
                clock: clock,
                offset: Self.zone(line, at: index + 22) ?? 0,
                fraction: 0
            )
        }
        return nil
    }

    private func json(_ line: Span<UInt8>) -> Int64? {
        if let start = Self.value(of: "\"timeNano\":", rare: 5, in: line) {
            var value: Int64 = 0
            var index = start
            while let digit = Self.number(line, index, 1) {
                let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
                guard !overflow else { return nil }
                value = scaled &+ Int64(digit)
                index += 1
            }
            return index > start && value > 0 ? value : nil
        }
        for key: StaticString in ["\"time\":", "\"timestamp\":"] {
            if let start = Self.value(of: key, rare: 3, in: line),
                let time = Self.iso8601(line, at: start + 1)
            {
                return time
            }
        }
        return nil
    }
}

/// Pieces of times.
extension LogClock {
    private struct Clock {
        let hour: Int
        let minute: Int
        let second: Int
    }

    private static func assemble(
        year: Int,
        month: Int,
        day: Int,
        clock: Clock,
        offset: Int,
        fraction: Int64
    ) -> Int64? {
        guard
            let seconds = CalendarTime.secondsSinceEpoch(
                year: year,
                month: month,
                day: day,
                hour: clock.hour,
                minute: clock.minute,
                second: clock.second
            )
        else { return nil }
        let (nanoseconds, overflow) = (seconds - Int64(offset)).multipliedReportingOverflow(
            by: 1_000_000_000
        )
        return overflow ? nil : nanoseconds &+ fraction
    }

    /// `12:46:15`.
    private static func clock(_ line: Span<UInt8>, at start: Int) -> Clock? {
        guard let hour = number(line, start, 2), byte(line, start + 2) == UInt8(ascii: ":"),
            let minute = number(line, start + 3, 2), byte(line, start + 5) == UInt8(ascii: ":"),
            let second = number(line, start + 6, 2)
        else { return nil }
        return Clock(hour: hour, minute: minute, second: second)
    }

    /// `Z`, `+0100`, `+01:00`, with one blank before it or none, as seconds
    /// ahead of UTC.
    private static func zone(_ line: Span<UInt8>, at start: Int) -> Int? {
        var index = start
        if byte(line, index) == UInt8(ascii: " ") { index += 1 }
        let sign: Int
        switch byte(line, index) {
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: return nil
        }
        let minutesStart = byte(line, index + 3) == UInt8(ascii: ":") ? index + 4 : index + 3
        guard let hours = number(line, index + 1, 2), let minutes = number(line, minutesStart, 2)
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// The number, from 1, of an English month's three letters.
    private static func month(_ line: Span<UInt8>, at start: Int) -> Int? {
        guard start + 3 <= line.count else { return nil }
        let letters =
            UInt32(line[start]) << 16 | UInt32(line[start + 1]) << 8
            | UInt32(line[start + 2])
        switch letters {
        case 0x4A616E: return 1
        case 0x466562: return 2
        case 0x4D6172: return 3
        case 0x417072: return 4
        case 0x4D6179: return 5
        case 0x4A756E: return 6
        case 0x4A756C: return 7
        case 0x417567: return 8
        case 0x536570: return 9
        case 0x4F6374: return 10
        case 0x4E6F76: return 11
        case 0x446563: return 12
        default: return nil
        }
    }

    private static func number(_ line: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
        guard start >= 0, start + count <= line.count else { return nil }
        var value = 0
        for index in start..<start + count {
            let digit = line[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    private static func byte(_ line: Span<UInt8>, _ index: Int) -> UInt8? {
        index < line.count ? line[index] : nil
    }

    /// Where the value of a key begins, blanks after the colon passed over.
    ///
    /// `rare` is the offset of the key's rarest byte, which is looked for.
    private static func value(of key: StaticString, rare: Int, in line: Span<UInt8>) -> Int? {
        key.withUTF8Buffer { key -> Int? in
            var next = rare
            while let found = find(key[rare], in: line, from: next) {
                next = found + 1
                let start = found - rare
                guard start + key.count <= line.count,
                    key.indices.allSatisfy({ line[start + $0] == key[$0] })
                else { continue }
                let value = start + key.count
                return byte(line, value) == UInt8(ascii: " ") ? value + 1 : value
            }
            return nil
        }
    }

    /// Where a byte next stands, from an offset on.
    private static func find(_ byte: UInt8, in line: Span<UInt8>, from start: Int) -> Int? {
        line.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(byte), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}
