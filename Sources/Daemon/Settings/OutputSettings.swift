// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Outputs

/// What is said of outputs: `<integration>`, `<syslog_output>`, mail, and `<outputs>`.
package struct OutputSettings: Sendable {
    /// In the order of the file; names are unique.
    package var outputs: [Output] = []
    /// Reports that are mailed.
    package var reports: [ReportSchedule] = []
    /// Of `<global>` and `<mail>`.
    var mail = MailSection()
    /// `<email_alerts>`, until it is known which server sends mail.
    var mailBlocks: [MailBlock] = []

    package init() {}

    /// Adds an output under its name, or that with a number when it is taken.
    mutating func add(_ output: Output) {
        var name = output.name
        var number = 2
        while outputs.contains(where: { $0.name == name }) {
            name = "\(output.name)-\(number)"
            number += 1
        }
        var named = Output(name: name, kind: output.kind)
        (named.filter, named.policy, named.limits) = (output.filter, output.policy, output.limits)
        outputs.append(named)
    }
}

/// What `<global>` says of mail, and what `<mail>` of `<jaga>` adds.
struct MailSection: Sendable {
    var isEnabled = false
    var server: String?
    var from: String?
    var replyTo: String?
    var recipients: [String] = []
    var greeting: String?
    var perHour = 12
    var encryption = SMTPServer.Encryption.offered
    var user: String?
    var password: Secret?
    var authorities: String?
    var hasFullSubject = false

    /// The settings that all mail has in common; nil when something is missing.
    func settings(to recipients: [String]) -> MailSettings? {
        guard let server = server.flatMap({ Self.server($0) }), let from, !recipients.isEmpty
        else { return nil }
        var settings = MailSettings(server: place(server), from: from, recipients: recipients)
        settings.replyTo = replyTo
        settings.hasFullSubject = hasFullSubject
        return settings
    }

    private func place(_ server: MailSettings.Server) -> MailSettings.Server {
        guard case .smtp(var smtp) = server else { return server }
        smtp.greeting = greeting
        smtp.encryption = encryption
        smtp.authorities = authorities
        if let user, let password {
            smtp.credentials = SMTPServer.Credentials(user: user, password: password)
        }
        return .smtp(smtp)
    }

    /// Reads `mail.example.org`, `mail.example.org:587`, `[::1]:25` or `/usr/sbin/sendmail`.
    private static func server(_ text: String) -> MailSettings.Server? {
        if text.hasPrefix("/") { return .program(text) }
        guard let place = HostAndPort(text, port: 25) else { return nil }
        return .smtp(SMTPServer(host: place.host, port: place.port))
    }
}

/// A host with a port, as settings write them.
struct HostAndPort: Sendable, Hashable {
    let host: String
    let port: Int

    init?(_ text: String, port usual: Int) {
        var (name, rest) = (text[...], Substring())
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            name = text[text.index(after: text.startIndex)..<close]
            rest = text[text.index(after: close)...]
        } else if let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon {
            (name, rest) = (text[..<colon], text[colon...])
        }
        guard !name.isEmpty, name.utf8.count <= 253,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        else { return nil }
        host = String(name)
        guard !rest.isEmpty else {
            port = usual
            return
        }
        guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()),
            (1...65_535).contains(number)
        else { return nil }
        port = number
    }
}

/// An `<email_alerts>`, whose server `<global>` names.
struct MailBlock: Sendable {
    var recipients: [String] = []
    var filter = OutputFilter()
    var policy = DeliveryPolicy()
    var isShort = false
    var file: String
    var line: Int
}
