// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// An alert as one line of syslog, as Wazuh's `csyslogd` writes it.
///
/// Source: around-the-engine.md §7.3. Line ends and control characters of a log are written
/// as escapes: one alert is one line, whatever it holds.
package struct SyslogMessage: Sendable, Hashable {
    package enum Format: String, Sendable, Hashable, CaseIterable {
        case `default`, cef, json, splunk
    }

    /// local0.warning.
    private static let priority = "<132>"
    private static let headerLimit = 2_048
    private static let limit = 61_440
    /// The version that consumers of CEF know.
    private static let version = "v4.14.7"
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    package let format: Format
    /// As messages call this host, short or whole.
    package let hostname: String

    package init(format: Format, hostname: String) {
        self.format = format
        self.hostname = hostname
    }

    /// The line, without an end.
    func line(_ alert: OutputAlert) -> [UInt8] {
        let text =
            switch format {
            case .default: head(alert) + "ossec: " + defaultText(alert)
            case .splunk: head(alert) + "ossec: " + splunk(alert)
            case .cef: Self.priority + date(alert) + " " + cef(alert)
            case .json: head(alert) + "ossec: "
            }
        var bytes = [UInt8](text.utf8)
        if format == .json { bytes += alert.line }
        return Self.cut(bytes, Self.limit)
    }

    private func head(_ alert: OutputAlert) -> String {
        "\(Self.priority)\(date(alert)) \(hostname) "
    }

    /// `Nov  3 12:46:15`, as the alert has it.
    private func date(_ alert: OutputAlert) -> String {
        let time = (alert.time ?? Timestamp(nanoseconds: 0)).local
        var text = [UInt8](Self.months[time.month - 1].utf8)
        text.append(literal: time.day < 10 ? "  " : " ")
        text.appendDecimal(time.day)
        text.append(literal: " ")
        time.appendClock(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// `(web) 10.0.0.5->/var/log/syslog`, as in `alerts.log`.
    static func location(_ alert: OutputAlert) -> String {
        let location = plain(alert.location)
        guard alert.agentID != "000", !alert.agentID.isEmpty else {
            let manager = plain(alert.text("manager.name"))
            return manager.isEmpty ? location : "\(manager)->\(location)"
        }
        let address = plain(alert.text("agent.ip"))
        return "(\(plain(alert.agentName))) \(address.isEmpty ? "any" : address)->\(location)"
    }

    private func groups(_ alert: OutputAlert) -> String {
        alert.groups.map { Self.plain($0) + "," }.joined()
    }

    private func defaultText(_ alert: OutputAlert) -> String {
        var parts = [
            "Alert Level: \(alert.level)",
            "Rule: \(alert.ruleID) - \(Self.plain(alert.description))",
            "Location: \(Self.location(alert))",
        ]
        if !alert.groups.isEmpty { parts.append("classification: \(groups(alert))") }
        for (name, path) in [
            ("srcip", "data.srcip"), ("dstip", "data.dstip"), ("user", "data.dstuser"),
        ] {
            let value = Self.plain(alert.text(path))
            if !value.isEmpty { parts.append("\(name): \(value)") }
        }
        let header = String(
            decoding: Self.cut([UInt8](parts.joined(separator: "; ").utf8), Self.headerLimit),
            as: UTF8.self
        )
        return header + "; " + Self.plain(alert.fullLog)
    }

    private func splunk(_ alert: OutputAlert) -> String {
        func quoted(_ text: String) -> String {
            "\"" + Self.escaped(Self.plain(text), "\"\\") + "\""
        }
        var text =
            "crit=\(alert.level) id=\(alert.ruleID) description=\(quoted(alert.description)) "
            + "component=\(quoted(Self.location(alert))),"
        if !alert.groups.isEmpty { text += " classification=\(quoted(groups(alert)))," }
        for (name, path) in [
            ("src_ip", "data.srcip"), ("dst_ip", "data.dstip"), ("user", "data.dstuser"),
        ] {
            let value = alert.text(path)
            // A value without quotes could end where it wants.
            if !value.isEmpty { text += " \(name)=\(Self.word(value))," }
        }
        return text + " message=\(quoted(alert.fullLog))"
    }

    private func cef(_ alert: OutputAlert) -> String {
        func head(_ text: String) -> String { Self.escaped(Self.plain(text), "\\|") }
        var text =
            "CEF:0|Wazuh Inc.|Wazuh|\(Self.version)|\(alert.ruleID)|\(head(alert.description))"
            + "|\(min(alert.level, 10))|dvc=\(hostname)"
        func add(_ key: String, _ value: String) {
            guard !value.isEmpty else { return }
            text += " \(key)=\(Self.escaped(Self.plain(value), "\\="))"
        }
        add("cs1", Self.location(alert))
        add("cs1Label", "Location")
        add("cat", groups(alert))
        for (key, path) in [
            ("src", "data.srcip"), ("dpt", "data.dstport"), ("spt", "data.srcport"),
            ("fname", "syscheck.path"), ("shost", "predecoder.hostname"),
            ("suser", "data.srcuser"), ("dst", "data.dstip"),
        ] {
            add(key, alert.text(path))
        }
        add("msg", alert.fullLog)
        return text
    }

    private static func plain(_ text: String) -> String { PlainText.line(text, limit: limit) }

    /// A value without blanks, commas and quotes.
    private static func word(_ text: String) -> String {
        String(plain(text).map { " ,\"=".contains($0) ? "_" : $0 })
    }

    private static func escaped(_ text: String, _ marks: String) -> String {
        var output = String.UnicodeScalarView()
        let marks = Set(marks.unicodeScalars)
        for scalar in text.unicodeScalars {
            if marks.contains(scalar) { output.append("\\") }
            output.append(scalar)
        }
        return String(output)
    }

    /// At most so many bytes, no character in halves.
    private static func cut(_ bytes: [UInt8], _ limit: Int) -> [UInt8] {
        guard bytes.count > limit else { return bytes }
        var end = limit
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(bytes[..<end])
    }
}
