// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// The name of a file of a record below the record's folder:
/// `2026/Nov/ossec-alerts-23-001.json.gz`.
///
/// Ordered by age: day, then part.
package struct DatedFile: Sendable, Hashable, Comparable {
    package let kind: RecordKind
    /// From 1 to 9999.
    package let year: Int
    /// From 1 to 12.
    package let month: Int
    /// From 1 to 31.
    package let day: Int
    /// 0 for a day's first file, whose name has no part.
    package let part: Int
    /// Whether the name ends in `.gz`.
    package let isCompressed: Bool

    /// The plain file of a day.
    package init(day time: CalendarTime, part: Int, kind: RecordKind) {
        self.kind = kind
        year = min(max(time.year, 1), 9999)
        month = time.month
        day = time.day
        self.part = part
        isCompressed = false
    }

    /// Reads the three parts of a path; nil when it is not such a name.
    init?(year: String, month: String, name: String, kind: RecordKind) {
        guard let month = Self.months.firstIndex(of: month),
            let year = Self.number(year, digits: 4...4), year > 0,
            name.hasPrefix(kind.datedPrefix)
        else { return nil }
        var rest = name.dropFirst(kind.datedPrefix.count)
        isCompressed = rest.hasSuffix(".gz")
        if isCompressed { rest = rest.dropLast(3) }
        guard rest.hasSuffix(".json") else { return nil }
        let numbers = rest.dropLast(5).split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count <= 2, let day = Self.number(numbers[0], digits: 2...2),
            (1...31).contains(day)
        else { return nil }
        self.kind = kind
        self.year = year
        self.month = month + 1
        self.day = day
        if numbers.count == 2 {
            guard let part = Self.number(numbers[1], digits: 3...9) else { return nil }
            self.part = part
        } else {
            part = 0
        }
    }

    /// Reads ``relativePath``; nil when it is none.
    init?(path: String, kind: RecordKind) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        self.init(year: parts[0], month: parts[1], name: parts[2], kind: kind)
    }

    private init(_ other: DatedFile, isCompressed: Bool) {
        kind = other.kind
        year = other.year
        month = other.month
        day = other.day
        part = other.part
        self.isCompressed = isCompressed
    }

    /// `2026/Nov`, below the folder of alerts.
    package var relativeFolder: String {
        var text: [UInt8] = []
        text.appendPadded(year, width: 4)
        return String(decoding: text, as: UTF8.self) + "/" + Self.months[month - 1]
    }

    /// The whole name, below the folder of alerts.
    package var relativePath: String {
        var text = [UInt8]((relativeFolder + "/" + kind.datedPrefix).utf8)
        text.appendPadded(day, width: 2)
        if part > 0 {
            text.append(literal: "-")
            text.appendPadded(part, width: 3)
        }
        text.append(literal: ".json")
        if isCompressed { text.append(literal: ".gz") }
        return String(decoding: text, as: UTF8.self)
    }

    /// The same file's name once it is compressed.
    package var compressed: DatedFile { DatedFile(self, isCompressed: true) }

    /// The same file's name before it is compressed.
    var plain: DatedFile { DatedFile(self, isCompressed: false) }

    /// Days since 1970-01-01 of the day in the name.
    package var dayNumber: Int64 {
        let seconds = CalendarTime.secondsSinceEpoch(
            year: year,
            month: month,
            day: day,
            hour: 0,
            minute: 0,
            second: 0
        )
        return (seconds ?? 0) / 86_400
    }

    package static func < (left: DatedFile, right: DatedFile) -> Bool {
        (left.year, left.month, left.day, left.part)
            < (right.year, right.month, right.day, right.part)
    }

    /// Whether the file is of the day of `time`.
    func isOf(_ time: CalendarTime) -> Bool {
        (year, month, day) == (time.year, time.month, time.day)
    }

    /// Whether a folder's name can be a year.
    static func isYear(_ name: String) -> Bool { number(name, digits: 4...4) != nil }

    /// Whether a folder's name is a month.
    static func isMonth(_ name: String) -> Bool { months.contains(name) }

    private static func number(_ text: some StringProtocol, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
