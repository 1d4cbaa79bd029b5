// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The date of a header: `Fri, 27 Nov 2026 00:25:01 GMT`.
///
/// Source: RFC 9110 §5.6.7.
enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(seconds: Int64) -> String {
        let time = CalendarTime(secondsSinceEpoch: seconds)
        var text: [UInt8] = []
        text.append(text: days[time.weekday] + ", ")
        text.appendPadded(time.day, width: 2)
        text.append(text: " " + months[time.month - 1] + " ")
        text.appendPadded(time.year, width: 4)
        text.append(UInt8(ascii: " "))
        time.appendClock(to: &text)
        text.append(literal: " GMT")
        return String(decoding: text, as: UTF8.self)
    }
}
