// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import OSXML
import Outputs

/// Reads what `<global>` says of mail, and `<mail>` of `<jaga>`; makes outputs of it.
///
/// Source: around-the-engine.md §7.2; encryption and signing in are Jaga's.
struct MailReader {
    /// The elements of `<global>` that are of mail.
    static let globals: Set<String> = [
        "email_notification", "smtp_server", "helo_server", "email_from", "email_reply_to",
        "email_to", "email_maxperhour", "email_log_source", "email_idsname",
    ]

    /// Reads one of ``globals``.
    static func global(
        _ child: XMLElement,
        _ reader: inout BlockReader,
        _ mail: inout MailSection
    ) {
        let text = reader.text(child)
        switch child.name {
        case "email_notification": mail.isEnabled = reader.yesNo(child) ?? false
        case "smtp_server": mail.server = text
        case "helo_server": mail.greeting = text
        case "email_from": mail.from = address(child, &reader) ?? mail.from
        case "email_reply_to": mail.replyTo = address(child, &reader) ?? mail.replyTo
        case "email_to":
            if let address = address(child, &reader) { mail.recipients.append(address) }
        case "email_maxperhour":
            mail.perHour = min(reader.number(child, in: 1...1_000_000) ?? 12, 10_000)
        default:
            reader.note(
                child,
                code: "no-effect",
                "<\(child.name)> has no effect: mail is written from alerts.json",
                hint: "take it out, or leave it for Wazuh"
            )
        }
    }

    /// Reads `<mail>`.
    static func section(
        _ section: XMLElement,
        file: String,
        into mail: inout MailSection
    ) -> [Diagnostic] {
        var me = OutputReader(section, file: file)
        for child in section.children {
            switch child.name {
            case "encryption":
                guard let kind = SMTPServer.Encryption(rawValue: me.reader.text(child)) else {
                    me.badValue(child, "write offered, required, tls or none")
                    continue
                }
                mail.encryption = kind
            case "user": mail.user = me.reader.text(child)
            case "password_file", "password_env": mail.password = me.secret("password")
            case "ca_file": mail.authorities = me.reader.text(child)
            case "full_subject": mail.hasFullSubject = me.reader.yesNo(child) ?? false
            default:
                let known = [
                    "encryption", "user", "password_file", "password_env", "ca_file",
                    "full_subject",
                ]
                me.reader.unknown(child, in: "<mail>", known: known)
            }
        }
        return me.reader.diagnostics
    }

    /// Adds a `<report>`: `<report period="daily" at="07:00"><email_to>…`.
    static func report(
        _ section: XMLElement,
        file: String,
        into settings: inout OutputSettings
    ) -> [Diagnostic] {
        var me = OutputReader(section, file: file)
        func attribute(_ name: String) -> String? {
            section.attributes.first { $0.name == name }?.string
        }
        let clock = (attribute("at") ?? "07:00").split(separator: ":").map { Int($0) ?? -1 }
        let recipients = me.all("email_to")
        guard let period = ReportSchedule.Period(rawValue: attribute("period") ?? "daily"),
            clock.count == 2, (0..<24).contains(clock[0]), (0..<60).contains(clock[1]),
            !recipients.isEmpty, recipients.allSatisfy({ MailSettings.isAddress($0) })
        else {
            me.reader.error(
                section,
                code: "bad-report",
                "<report> cannot be used",
                hint: "write <report period=\"daily\" at=\"07:00\"><email_to>ops@example.org"
            )
            return me.reader.diagnostics
        }
        let minute = clock[0] * 60 + clock[1]
        settings.reports.append(
            ReportSchedule(period: period, minute: minute, recipients: recipients)
        )
        return me.reader.diagnostics
    }

    /// Makes outputs of mail, once everything is read.
    static func finish(_ settings: inout OutputSettings, file: String) -> [Diagnostic] {
        let mail = settings.mail
        var diagnostics: [Diagnostic] = []
        if let first = settings.reports.first, mail.settings(to: first.recipients) == nil {
            diagnostics.append(incomplete(file, 0))
        }
        guard mail.isEnabled else { return diagnostics + disabled(settings, file) }
        func add(_ recipients: [String], _ block: MailBlock?) {
            guard var found = mail.settings(to: recipients) else {
                diagnostics.append(incomplete(file, block?.line ?? 0))
                return
            }
            found.isShort = block?.isShort ?? false
            var output = Output(name: "mail", kind: .mail(found))
            if let block {
                (output.filter, output.policy) = (block.filter, block.policy)
            } else {
                output.filter.isForMail = true
            }
            output.policy.rate = DeliveryPolicy.Rate(messages: mail.perHour, seconds: 3_600)
            settings.add(output)
        }
        if !mail.recipients.isEmpty || settings.mailBlocks.isEmpty { add(mail.recipients, nil) }
        for block in settings.mailBlocks { add(block.recipients, block) }
        return diagnostics
    }

    private static func disabled(_ settings: OutputSettings, _ file: String) -> [Diagnostic] {
        settings.mailBlocks.map { block in
            Diagnostic(
                .warning,
                code: "mail-off",
                file: file,
                line: block.line,
                column: 0,
                message: "<email_alerts> sends nothing: <email_notification> is not yes",
                hint: "write <email_notification>yes in <global>"
            )
        }
    }

    private static func incomplete(_ file: String, _ line: Int) -> Diagnostic {
        Diagnostic(
            .error,
            code: "mail-incomplete",
            file: file,
            line: line,
            column: 0,
            message: "mail is on, and cannot be sent",
            hint: "<global> needs <smtp_server>, <email_from> and an <email_to>"
        )
    }

    private static func address(_ child: XMLElement, _ reader: inout BlockReader) -> String? {
        let text = reader.text(child)
        if MailSettings.isAddress(text) { return text }
        reader.error(
            child,
            code: "bad-value",
            "<\(child.name)> \"\(text.prefix(60))\" is no address",
            hint: "write one such as ops@example.org"
        )
        return nil
    }
}
