// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Where mail goes, and through which server.
package struct MailSettings: Sendable, Hashable {
    package enum Server: Sendable, Hashable {
        case smtp(SMTPServer)
        /// A program of the host that takes a message on standard input: `sendmail -t`.
        case program(String)
    }

    package var server: Server
    package var from: String
    package var replyTo: String?
    /// At least one; each was checked by ``isAddress(_:)``.
    package var recipients: [String]
    /// `<email_alerts>` `<format>sms`: one line instead of the log.
    package var isShort = false
    /// Whether the subject tells the rule's description.
    package var hasFullSubject = false

    package init(server: Server, from: String, recipients: [String]) {
        self.server = server
        self.from = from
        self.recipients = recipients
    }

    /// Whether a text is an address that a header and an SMTP command can hold: one `@`,
    /// printable ASCII, no marks that mean something there.
    package static func isAddress(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (3...254).contains(bytes.count), bytes.count(where: { $0 == UInt8(ascii: "@") }) == 1,
            bytes.first != UInt8(ascii: "@"), bytes.last != UInt8(ascii: "@"),
            bytes.first != UInt8(ascii: "-")
        else { return false }
        let marks = Array(#"<>()[],;:\""#.utf8)
        return bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && !marks.contains($0) }
    }
}

/// A server that takes mail.
package struct SMTPServer: Sendable, Hashable {
    /// How the connection is encrypted.
    package enum Encryption: String, Sendable, Hashable, CaseIterable {
        /// When the server offers it, as servers of mail do among themselves.
        case offered
        /// By STARTTLS, with a certificate that is valid for the name, or not at all.
        case required
        /// From the first byte, usually on port 465; the certificate is checked.
        case tls
        /// Never.
        case none
    }

    package struct Credentials: Sendable, Hashable {
        package let user: String
        package let password: Secret

        package init(user: String, password: Secret) {
            self.user = user
            self.password = password
        }
    }

    package var host: String
    package var port: Int
    /// How this host calls itself in EHLO; nil for its name.
    package var greeting: String?
    package var encryption = Encryption.offered
    /// Said over an encrypted connection with a checked certificate only.
    package var credentials: Credentials?
    /// Certificates that are trusted besides the system's; a PEM file.
    package var authorities: String?
    /// For the whole conversation.
    package var timeoutSeconds = 60

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
