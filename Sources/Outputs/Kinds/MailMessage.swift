// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// A mail about alerts, as Wazuh's `maild` writes it.
///
/// Source: around-the-engine.md §7.2; RFC 5322, RFC 2047. No byte of a log reaches a header
/// as it is: what is not printable ASCII is encoded, line ends are gone.
struct MailMessage: Sendable {
    private static let subjectLimit = 120
    private static let logLimit = 16_000
    private static let listed = 200

    let settings: MailSettings
    let hostname: String
    let now: Timestamp

    /// The whole message: header, blank line, body; lines end in CR LF.
    func bytes(_ message: OutgoingMessage) -> [UInt8] {
        let part = MailPart(type: "text/plain", text: body(message))
        return bytes(subject: subject(message), parts: [part], key: message.key)
    }

    /// As ``bytes(_:)``, with a subject and parts that say the same in several ways.
    func bytes(subject: String, parts: [MailPart], key: String) -> [UInt8] {
        var lines = [
            "From: <\(settings.from)>",
            "To: " + settings.recipients.map { "<\($0)>" }.joined(separator: ",\r\n "),
        ]
        if let reply = settings.replyTo { lines.append("Reply-To: <\(reply)>") }
        lines += [
            "Subject: " + MailEncoding.header(subject),
            "Date: " + date,
            "Message-ID: <\(key)@\(MailEncoding.name(hostname))>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
        ]
        if parts.count == 1 {
            lines += parts[0].lines
        } else {
            let mark = "=_jaga_\(key)"
            lines += ["Content-Type: multipart/alternative; boundary=\"\(mark)\"", ""]
            for part in parts { lines += ["--" + mark] + part.lines }
            lines += ["--\(mark)--"]
        }
        return [UInt8]((lines.joined(separator: "\r\n") + "\r\n").utf8)
    }

    func subject(_ message: OutgoingMessage) -> String {
        switch message.content {
        case .trial: "Jaga - test message from \(hostname)"
        case .repeats(let repeats):
            "Wazuh notification - \(repeats.agentName) - Alert level \(repeats.level)"
        case .alerts(let alerts):
            if let alert = alerts.max(by: { $0.level < $1.level }) {
                settings.hasFullSubject
                    ? "Wazuh alert - \(SyslogMessage.location(alert)) - Level \(alert.level)"
                        + " - \(alert.description)"
                    : "Wazuh notification - \(SyslogMessage.location(alert))"
                        + " - Alert level \(alert.level)"
            } else {
                "Wazuh notification"
            }
        }
    }

    func body(_ message: OutgoingMessage) -> String {
        if settings.isShort { return MessageText(message).title + "\n" }
        guard !message.alerts.isEmpty else {
            let text = MessageText(message)
            return ([text.title, ""] + text.lines).joined(separator: "\n") + "\n"
        }
        var texts = message.alerts.prefix(Self.listed).map { Self.text($0) }
        let more = message.alerts.count - Self.listed
        if more > 0 { texts.append("… and \(more) more alerts; see alerts.json\n") }
        return texts.joined(separator: "\n\n")
    }

    private static func text(_ alert: OutputAlert) -> String {
        var lines = [
            "Wazuh Notification.", PlainText.line(alert.timestamp, limit: 64), "",
            "Received From: \(SyslogMessage.location(alert))",
            "Rule: \(alert.ruleID) fired (level \(alert.level)) -> "
                + "\"\(PlainText.line(alert.description, limit: 1_000))\"",
        ]
        for (name, value) in [
            ("Src IP", alert.sourceAddress), ("Dst IP", alert.text("data.dstip")),
            ("User", alert.text("data.dstuser")), ("Container", alert.container),
        ] where !value.isEmpty {
            lines.append("\(name): \(PlainText.line(value, limit: 300))")
        }
        lines += [
            "Portion of the log(s):", "", PlainText.block(alert.fullLog, limit: logLimit), "",
            " --END OF NOTIFICATION",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// `Fri, 27 Nov 2026 09:30:00 +0000`.
    private var date: String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let time = now.local
        var text: [UInt8] = []
        text.append(text: "\(days[time.weekday]), \(time.day) \(months[time.month - 1]) ")
        text.append(text: "\(time.year) ")
        time.appendClock(to: &text)
        let offset = Int(now.utcOffsetSeconds)
        text.append(literal: offset < 0 ? " -" : " +")
        text.appendPadded(abs(offset) / 3600, width: 2)
        text.appendPadded(abs(offset) / 60 % 60, width: 2)
        return String(decoding: text, as: UTF8.self)
    }
}

/// One way in which a mail says what it says.
struct MailPart: Sendable {
    let type: String
    let text: String

    var lines: [String] {
        [
            "Content-Type: \(type); charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable", "",
        ] + MailEncoding.quotedPrintable(text)
    }
}
