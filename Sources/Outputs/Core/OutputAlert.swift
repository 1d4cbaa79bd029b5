// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// An alert, as far as outputs look into it; the whole of it is ``tree``.
package struct OutputAlert: Sendable {
    /// The line of the record, without its end.
    package let line: [UInt8]
    package let tree: JSONTree
    package let ruleID: Int
    /// From 0 to 16.
    package let level: Int
    package let groups: [String]
    /// Whether the engine marked it for mail.
    package let isForMail: Bool

    /// Reads a line of the record; nil when it is no alert.
    package init?(line: [UInt8]) {
        guard let tree = JSONTreeReader.read(line), let rule = tree["rule"],
            let ruleID = rule["id"]?.text.flatMap({ Int($0) })
        else { return nil }
        self.line = line
        self.tree = tree
        self.ruleID = ruleID
        level = min(max(rule["level"]?.text.flatMap { Int($0) } ?? 0, 0), 16)
        groups = rule["groups"]?.texts ?? []
        isForMail = rule["mail"] == .bool(true)
    }

    /// `SECONDS.OFFSET`.
    package var id: String { text("id") }
    /// As written: `2026-11-23T12:46:15.123+0000`.
    package var timestamp: String { text("timestamp") }
    package var description: String { text("rule.description") }
    package var location: String { text("location") }
    package var agentID: String { text("agent.id") }
    package var agentName: String { text("agent.name") }
    package var fullLog: String { text("full_log") }
    package var sourceAddress: String { text("data.srcip") }

    /// The container's name: of a log's source, or that an engine's event is about.
    package var container: String {
        tree.at("data.container.name")?.text
            ?? tree.at("data.docker.Actor.Attributes.name")?.text ?? ""
    }

    package var image: String {
        tree.at("data.container.image")?.text
            ?? tree.at("data.docker.Actor.Attributes.image")?.text ?? ""
    }

    /// The text at a path; empty when there is none.
    package func text(_ path: String) -> String { tree.at(path)?.text ?? "" }

    /// The alert's own time; nil when it cannot be read.
    package var time: Timestamp? { Self.time(timestamp) }

    /// Reads `2026-11-23T12:46:15.123+0100`.
    static func time(_ text: String) -> Timestamp? {
        let bytes = [UInt8](text.utf8)
        guard bytes.count == 28 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            let digits = bytes[range]
            guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int(String(decoding: digits, as: UTF8.self))
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            let millisecond = number(20..<23), let offsetHour = number(24..<26),
            let offsetMinute = number(26..<28), offsetHour < 24,
            let local = CalendarTime.secondsSinceEpoch(
                year: year,
                month: month,
                day: day,
                hour: hour,
                minute: minute,
                second: second
            )
        else { return nil }
        let sign = bytes[23] == UInt8(ascii: "-") ? -1 : 1
        let offset = sign * (offsetHour * 3600 + offsetMinute * 60)
        // Years of four digits stay far from where seconds overflow; nanoseconds do not.
        let (nanoseconds, overflows) = (local - Int64(offset))
            .multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflows else { return nil }
        return Timestamp(
            nanoseconds: nanoseconds + Int64(millisecond) * 1_000_000,
            utcOffsetSeconds: Int32(offset)
        )
    }
}
