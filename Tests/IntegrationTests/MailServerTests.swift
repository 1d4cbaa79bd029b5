// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

/// Mail through a real server (aiosmtpd) with encryption and users, and through a program.
@Suite("mail over TLS, with a user, and by sendmail", .serialized, .timeLimit(.minutes(2)))
struct MailServerTests {
    private struct Server {
        let folder: TemporaryFolder
        let process: RunningProcess
        let port: String

        init(_ kind: String) throws {
            folder = try TemporaryFolder()
            let place = folder.path
            try Shell.expect(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
                    + ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
                    + ["-addext", "subjectAltName=DNS:localhost"]
                    + ["-keyout", place + "/key.pem", "-out", place + "/ca.pem"]
            )
            let script = TestData.checkout + "/Tests/IntegrationTests/Receivers/mailserver.py"
            process = try RunningProcess(
                ["/usr/bin/python3", script, kind, place + "/ca.pem", place + "/key.pem"]
                    + [place + "/mails"]
            )
            port = try process.line { Int($0) != nil }
        }

        /// User, recipients, subject of each mail.
        var mails: String {
            (try? String(contentsOfFile: folder.path + "/mails", encoding: .utf8)) ?? ""
        }

        /// Sends a test with what `<mail>` says.
        func test(_ mail: String, password: String = "right", host: String = "localhost") throws
            -> Shell.Result
        {
            let secret = folder.path + "/password"
            try password.write(toFile: secret, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600],
                ofItemAtPath: secret
            )
            let text = mail.replacingOccurrences(
                of: "@USER",
                with: "<user>jaga</user><password_file>\(secret)</password_file>"
            ).replacingOccurrences(of: "@CA", with: "<ca_file>\(folder.path)/ca.pem</ca_file>")
            return try MailServerTests.test(
                server: "\(host):\(port)",
                "<jaga><mail>\(text)</mail></jaga>",
                folder
            )
        }
    }

    private static func test(
        server: String,
        _ more: String,
        _ folder: TemporaryFolder
    ) throws -> Shell.Result {
        let file = folder.path + "/ossec.conf"
        try """
        <ossec_config><global><email_notification>yes</email_notification>
        <smtp_server>\(server)</smtp_server><email_from>jaga@example.org</email_from>
        <email_to>ops@example.org</email_to></global>\(more)</ossec_config>
        """.write(toFile: file, atomically: false, encoding: .utf8)
        return try Shell.run(
            [Binary.path, "notify", "test", "mail", "--config", file]
                + ["--data", folder.path + "/data"]
        )
    }

    private static let taken = "jaga\tops@example.org\tJaga - test message from "

    @Test(
        "the user signs in behind encryption, from the first byte or by STARTTLS",
        arguments: [
            ("tls", "tls"), ("login", "tls"), ("starttls", "required"), ("starttls", "offered"),
        ]
    )
    func encrypted(server kind: String, encryption: String) throws {
        let server = try Server(kind)
        let run = try server.test("<encryption>\(encryption)</encryption>@USER@CA")

        #expect(run.status == 0, "\(run.errors)")
        #expect(server.mails.hasPrefix(Self.taken), "\(server.mails)")
    }

    @Test(
        "a wrong password is said, not shown, and nothing is sent",
        arguments: ["tls", "login", "starttls"]
    )
    func wrongPassword(kind: String) throws {
        let server = try Server(kind)
        let encryption = kind == "starttls" ? "required" : "tls"
        let run = try server.test(
            "<encryption>\(encryption)</encryption>@USER@CA",
            password: "wr0ng-secret"
        )

        #expect(run.status == 1)
        #expect(run.errors.contains("535"), "\(run.errors)")
        #expect(!run.errors.contains("wr0ng-secret"))
        #expect(server.mails.isEmpty)
    }

    @Test(
        "a certificate that nobody vouches for, or of another name, gets no password",
        arguments: [("tls", "@USER", "localhost"), ("required", "@USER@CA", "127.0.0.1")]
    )
    func certificate(encryption: String, mail: String, host: String) throws {
        let server = try Server(encryption == "tls" ? "tls" : "starttls")
        let run = try server.test("<encryption>\(encryption)</encryption>\(mail)", host: host)

        #expect(run.status == 1)
        #expect(!run.errors.contains("right"))
        #expect(server.mails.isEmpty)
    }

    @Test("a server without encryption gets neither a password nor what must be encrypted")
    func plain() throws {
        let server = try Server("plain")

        #expect(try server.test("<encryption>required</encryption>").status == 1)
        #expect(try server.test("<encryption>offered</encryption>@USER").status == 1)
        #expect(server.mails.isEmpty)
        #expect(try server.test("<encryption>offered</encryption>").status == 0)
        #expect(server.mails.hasPrefix("-\tops@example.org\t"))
    }

    @Test("a program of the host gets the mail on its standard input, and its failure is told")
    func program() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/sendmail"
        try "#!/bin/sh\necho \"$@\" > '\(folder.path)/words'\ncat > '\(folder.path)/mail'\n".write(
            toFile: path,
            atomically: false,
            encoding: .utf8
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        let run = try Self.test(server: path, "", folder)
        let mail = try String(contentsOfFile: folder.path + "/mail", encoding: .utf8)

        #expect(run.status == 0, "\(run.errors)")
        #expect(try String(contentsOfFile: folder.path + "/words", encoding: .utf8) == "-t -i\n")
        #expect(mail.contains("To: <ops@example.org>"))
        #expect(mail.contains("Test message of Jaga"))

        let failing = try Self.test(server: "/bin/false", "", folder)
        #expect(failing.status == 1)
        #expect(failing.errors.contains("/bin/false ended with status 1"), "\(failing.errors)")
    }
}
