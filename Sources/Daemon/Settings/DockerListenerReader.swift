// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML

/// Reads `<wodle name="docker-listener">`.
///
/// Source: around-the-engine.md §1.1; a bad value disables this block alone,
/// where Wazuh's whole module daemon refuses to start.
struct DockerListenerReader {
    private static let known = [
        "disabled", "run_on_start", "interval", "attempts", "day", "wday", "time",
    ]
    private static let day: Int64 = 86_400
    private static let week: Int64 = 7 * day

    private var reader: BlockReader
    private var block = DockerListenerBlock()
    private var isDisabled = false

    private init(file: String) {
        reader = BlockReader(file: file)
    }

    /// What the block says, and what is wrong with it.
    static func read(
        _ element: XMLElement,
        file: String
    ) -> (listener: Settings.DockerListener, diagnostics: [Diagnostic]) {
        var me = DockerListenerReader(file: file)
        for child in element.children { me.read(child) }
        me.settleSchedule(element)
        if me.reader.hasErrors {
            me.reader.note(
                element,
                code: "block-disabled",
                "the Docker listener stays off because of the errors in this block",
                hint: "mend them, or remove the block: without one the listener is on"
            )
            return (.off, me.reader.diagnostics)
        }
        if me.isDisabled { return (.off, me.reader.diagnostics) }
        if !me.block.runsOnStart {
            me.reader.note(
                element,
                code: "delayed-start",
                "the Docker listener first starts after its interval, as in Wazuh",
                hint: "<run_on_start>yes</run_on_start> starts it at once"
            )
        }
        return (.block(me.block), me.reader.diagnostics)
    }

    private mutating func read(_ child: XMLElement) {
        switch child.name {
        case "disabled": isDisabled = reader.yesNo(child) ?? isDisabled
        case "run_on_start": block.runsOnStart = reader.yesNo(child) ?? block.runsOnStart
        case "attempts": readAttempts(child)
        case "interval": readInterval(child)
        case "day": block.day = reader.number(child, in: 1...31)
        case "wday": readWeekday(child)
        case "time": readTime(child)
        default: reader.unknown(child, in: "<wodle name=\"docker-listener\">", known: Self.known)
        }
    }

    /// The leading digits count, as C's `atol` reads them.
    private mutating func readAttempts(_ child: XMLElement) {
        let digits = reader.text(child).prefix { $0.isASCII && $0.isNumber }
        guard let value = Int(digits), (1...2_147_483_646).contains(value) else {
            reader.error(
                child,
                code: "bad-value",
                "<attempts> is \"\(reader.text(child))\"",
                hint: "write a whole number from 1 to 2147483646"
            )
            return
        }
        block.attempts = value
    }

    private mutating func readInterval(_ child: XMLElement) {
        guard let interval = ListenerInterval(reader.text(child)) else {
            reader.error(
                child,
                code: "bad-value",
                "<interval> is \"\(reader.text(child))\"",
                hint: "write a number with s, m, h, d, w or M behind it, such as 10m"
            )
            return
        }
        block.intervalSeconds = interval.seconds
        block.intervalMonths = interval.months
    }

    private mutating func readWeekday(_ child: XMLElement) {
        let names = [
            "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        ]
        let given = reader.text(child).lowercased()
        block.weekday = names.firstIndex { $0 == given || $0.prefix(3) == given }
        if block.weekday == nil {
            reader.error(
                child,
                code: "bad-value",
                "<wday> is \"\(given)\"",
                hint: "write a day's name, such as monday or mon"
            )
        }
    }

    private mutating func readTime(_ child: XMLElement) {
        let parts = reader.text(child).split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]),
            (0...23).contains(hour), (0...59).contains(minute)
        {
            block.minuteOfDay = hour * 60 + minute
            return
        }
        reader.error(
            child,
            code: "bad-value",
            "<time> is \"\(reader.text(child))\"",
            hint: "write hours and minutes, such as 04:30"
        )
    }

    /// The interval that `day`, `wday` and `time` ask for, forced as Wazuh
    /// does, with a warning.
    private mutating func settleSchedule(_ element: XMLElement) {
        if block.day != nil, block.weekday != nil {
            reader.error(
                element,
                code: "conflicting-schedule",
                "<day> and <wday> exclude each other",
                hint: "keep one of them"
            )
        } else if block.day != nil {
            if block.intervalMonths == nil { force(element, "1 month", seconds: 0, months: 1) }
        } else if block.weekday != nil {
            if block.intervalMonths != nil || block.intervalSeconds % Self.week != 0 {
                force(element, "1 week", seconds: Self.week, months: nil)
            }
        } else if block.minuteOfDay != nil {
            if block.intervalMonths != nil || block.intervalSeconds % Self.day != 0 {
                force(element, "1 day", seconds: Self.day, months: nil)
            }
        }
        if block.day != nil || block.weekday != nil { block.minuteOfDay = block.minuteOfDay ?? 0 }
    }

    private mutating func force(
        _ element: XMLElement,
        _ words: String,
        seconds: Int64,
        months: Int?
    ) {
        block.intervalSeconds = seconds
        block.intervalMonths = months
        reader.warning(
            element,
            code: "forced-interval",
            "the interval is set to \(words)",
            hint: "<day>, <wday> and <time> need an interval of that kind"
        )
    }
}

/// The text of `<interval>`: a number as C's `strtoul` reads it with any base,
/// and one letter.
struct ListenerInterval: Equatable {
    var seconds: Int64
    /// Set for the letter `M`, whose unit has no fixed number of seconds.
    var months: Int?

    /// Nil for 0, for 2³²−1 and above, and for an unknown unit.
    ///
    /// What follows the first letter is not looked at (`10minutes` is ten
    /// minutes).
    init?(_ text: String) {
        var digits = Substring(text)
        var radix = 10
        if text.hasPrefix("0x") || text.hasPrefix("0X") {
            digits = text.dropFirst(2)
            radix = 16
        } else if text.hasPrefix("0"), text.count > 1 {
            digits = text.dropFirst()
            radix = 8
        }
        let number = digits.prefix { $0.isASCII && $0.hexDigitValue.map { $0 < radix } == true }
        guard let value = Int64(number, radix: radix), value > 0, value < 4_294_967_295 else {
            return nil
        }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let letter = digits.dropFirst(number.count).first else {
            self.seconds = value
            return
        }
        if letter == "M" {
            seconds = 0
            months = Int(value)
            return
        }
        guard let unit = units[letter] else { return nil }
        let (seconds, overflow) = value.multipliedReportingOverflow(by: unit)
        guard !overflow, seconds < 4_294_967_295 else { return nil }
        self.seconds = seconds
    }
}
