// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Outputs
import Testing

@Suite("Mail", .timeLimit(.minutes(1)))
struct MailOutputTests {
    private static func server(
        offers: String = "250 8BITMIME\r\n",
        _ exceptions: [String: String] = [:]
    ) async throws -> LineServer {
        try await LineServer(greeting: "220 mx.example.org ESMTP\r\n") { line in
            if let answer = exceptions.first(where: { line.hasPrefix($0.key) }) {
                return answer.value
            }
            switch line.prefix(4) {
            case "EHLO": return "250-mx.example.org\r\n" + offers
            case "DATA": return "354 go on\r\n"
            default: return "250 ok\r\n"
            }
        }
    }

    private static func settings(_ server: LineServer) -> MailSettings {
        MailSettings(
            server: .smtp(SMTPServer(host: "127.0.0.1", port: server.port)),
            from: "jaga@example.org",
            recipients: ["ops@example.org", "sec@example.org"]
        )
    }

    @discardableResult
    private static func send(
        _ settings: MailSettings,
        _ alerts: [OutputAlert]
    ) async throws -> DeliveryReceipt {
        let transport = Output(name: "mail", kind: .mail(settings))
            .transport(Samples.surroundings(environment: ["PASSWORD": "s3cret"]))
        return try await transport.deliver(OutgoingMessage(.alerts(alerts), key: "mail-1-1"))
    }

    private static func error(_ settings: MailSettings) async -> OutputError? {
        do {
            try await send(settings, [try Samples.alert(1)])
            return nil
        } catch { return error as? OutputError }
    }

    @Test("a mail is what Wazuh's is, its lines as RFC 5321 wants them")
    func whole() async throws {
        let server = try await Self.server()
        try await Self.send(Self.settings(server), [try Samples.alert(1)])

        #expect(
            server.text.hasPrefix(
                "EHLO watch.example.org\r\nMAIL FROM:<jaga@example.org>\r\n"
                    + "RCPT TO:<ops@example.org>\r\nRCPT TO:<sec@example.org>\r\nDATA\r\n"
            )
        )
        for part in [
            "Subject: Wazuh notification - watch->docker:shop - Alert level 6\r\n",
            "To: <ops@example.org>,\r\n <sec@example.org>\r\n",
            "Date: Mon, 23 Nov 2026 12:46:15 +0000\r\n",
            "Message-ID: <mail-1-1@watch.example.org>\r\n",
            "\r\n\r\nWazuh Notification.\r\n2026-11-23T12:46:15.123+0000\r\n\r\n"
                + "Received From: watch->docker:shop\r\n"
                + "Rule: 31103 fired (level 6) -> \"SQL injection attempt.\"\r\n"
                + "Src IP: 203.0.113.9\r\nContainer: shop\r\nPortion of the log(s):\r\n\r\n"
                + "GET /?id=3D1\r\n",
            " --END OF NOTIFICATION\r\n", "\r\n.\r\nQUIT\r\n",
        ] {
            #expect(server.text.contains(part), "\(part)")
        }
    }

    private static let hostile = [
        "x\r\nBcc: <evil@example.com>", "x\r\n.\r\nMAIL FROM:<evil@example.com>\r\n",
        "é\u{85}\u{2028}y",
        "=?utf-8?Q?=0D=0ABcc:x?=", ".\r\n..\r\n.", String(repeating: "ä", count: 5_000),
        "\u{0}\u{1B}[2J", String(repeating: "a\u{301}\u{302}\u{303}", count: 400),
    ]

    @Test("nothing of a log becomes a header, a command or the end", arguments: hostile)
    func injection(text: String) async throws {
        let server = try await Self.server()
        var settings = Self.settings(server)
        settings.hasFullSubject = true
        try await Self.send(settings, [try Samples.hostile(text)])
        // It is said when the mail is taken already.
        #expect(await eventually { server.text.hasSuffix("QUIT\r\n") })
        let lines = server.text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let data = try #require(lines.firstIndex(of: "DATA"))
        let end = try #require(lines[data...].firstIndex(of: "."))
        let header = lines[(data + 1)...].prefix { !$0.isEmpty }

        #expect(lines[(end + 1)...].first == "QUIT")
        #expect(lines[..<data].count { $0.hasPrefix("MAIL FROM") } == 1)
        #expect(header.allSatisfy { $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
        #expect(lines.allSatisfy { $0.utf8.count <= 998 })
        let names = header.filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
                "Content-Type", "Content-Transfer-Encoding",
            ]
        )
    }

    @Test(
        "what a server says decides on trying again",
        arguments: [
            ("EHLO", "550 no\r\n", OutputError.Code.denied), ("MAIL", "530 sign in\r\n", .denied),
            ("RCPT", "450 later\r\n", .busy), ("RCPT", "550 nobody\r\n", .denied),
            ("DATA", "451 later\r\n", .busy), (".", "554 spam\r\n", .refused),
            (".", "452 full\r\n", .busy), ("MAIL", "what?\r\n", .connection),
            ("MAIL", "250-a\r\n550 b\r\n", .connection),
        ]
    )
    func answers(command: String, answer: String, code: OutputError.Code) async throws {
        let server = try await Self.server([command: answer])
        #expect(await Self.error(Self.settings(server))?.code == code)
    }

    @Test("one recipient that is refused does not keep the others from their mail")
    func someRefused() async throws {
        let server = try await Self.server(["RCPT TO:<ops": "550 nobody\r\n"])
        let receipt = try await Self.send(Self.settings(server), [try Samples.alert(1)])
        #expect(receipt.detail.contains("ops@example.org: 550 nobody"))
        #expect(server.text.contains("\r\n.\r\n"))
    }

    @Test("a password is never said without encryption, and encryption that is required is")
    func encryption() async throws {
        let server = try await Self.server(offers: "250 AUTH PLAIN LOGIN\r\n")
        var settings = Self.settings(server)
        var smtp = SMTPServer(host: "127.0.0.1", port: server.port)
        smtp.credentials = .init(user: "jaga", password: Secret(.variable("PASSWORD")))
        settings.server = .smtp(smtp)
        #expect(await Self.error(settings)?.code == .denied)
        smtp.credentials = nil
        smtp.encryption = .required
        settings.server = .smtp(smtp)
        #expect(await Self.error(settings)?.code == .denied)

        #expect(!server.text.contains("AUTH"))
        #expect(!server.text.contains("MAIL FROM"))
    }

    @Test("words that a server says before encryption begins break it off")
    func injectedReply() async throws {
        let server = try await Self.server(
            offers: "250 STARTTLS\r\n",
            ["STARTTLS": "220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"]
        )
        let error = await Self.error(Self.settings(server))
        #expect(error?.code == .connection)
        #expect(error?.message.contains("before encryption") == true)
    }

    @Test(
        "what could be a header or a command is no address",
        arguments: [
            "", "ops", "@x", "x@", "a@b@c", "a b@c", "a@b\r\nBcc: x", "<a@b>", "a,b@c", "-oQ@x",
            "é@x",
        ]
    )
    func addresses(text: String) {
        #expect(!MailSettings.isAddress(text))
    }
}

extension MailOutputTests {
    private static func server(_ exceptions: [String: String]) async throws -> LineServer {
        try await server(offers: "250 8BITMIME\r\n", exceptions)
    }
}
