// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOSSL
import Testing
import WebServer

@Suite("Files and encryption")
struct DashboardTests {
    /// A dashboard of a few files, and one outside of it.
    private static func run(
        _ body: @escaping @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "jaga-dash-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = FileManager.default
        try files.createDirectory(atPath: folder + "/web/js", withIntermediateDirectories: true)
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        try write("web/index.html", "<!doctype html>")
        try write("web/js/app.mjs", "export {}")
        try write("web/style.css", "a{}")
        try write("web/.hidden.js", "secret")
        try write("web/notes.md", "secret")
        try write("chart.js", "chart")
        try write("secret.js", "secret")
        try files.createSymbolicLink(
            atPath: folder + "/web/link.js",
            withDestinationPath: folder + "/secret.js"
        )
        try await ServerFixture.run(
            { setup in
                setup.configuration.dashboard = folder + "/web"
                setup.configuration.chart = folder + "/chart.js"
            },
            body
        )
    }

    @Test(
        "files are served with their types",
        arguments: [
            ("/", "text/html; charset=utf-8", "<!doctype html>"),
            ("/index.html", "text/html; charset=utf-8", "<!doctype html>"),
            ("/js/app.mjs", "text/javascript; charset=utf-8", "export {}"),
            ("/style.css", "text/css; charset=utf-8", "a{}"),
            ("/style.css?v=1", "text/css; charset=utf-8", "a{}"),
            ("/vendor/chart.js", "text/javascript; charset=utf-8", "chart"),
        ]
    )
    func served(path: String, type: String, text: String) async throws {
        try await Self.run { server in
            let answer = try await server.send("GET", path)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == type)
            #expect(answer.text == text)
            #expect(answer.header("cache-control") == "no-cache")
        }
    }

    @Test(
        "nothing else is, however it is asked for",
        arguments: [
            "/../secret.js", "/js/../../secret.js", "/%2e%2e/secret.js", "/..%2fsecret.js",
            "/js%2fapp.mjs", "/.hidden.js", "/notes.md", "/link.js", "//style.css", "/js/", "/js",
            "/index.html/", "/style.css%00.js", "/etc/passwd", "/users.json", "/.", "/\\style.css",
        ]
    )
    func notServed(path: String) async throws {
        try await Self.run { server in
            let answer = try await server.send("GET", path)
            #expect(answer.status == 404)
            #expect(!answer.text.contains("secret\n"))
        }
    }

    @Test("a file that the client has is not sent again")
    func unchanged() async throws {
        try await Self.run { server in
            let first = try await server.send("GET", "/style.css")
            let tag = try #require(first.header("etag"))
            let again = try await server.send("GET", "/style.css", ["If-None-Match": tag])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            let other = try await server.send("GET", "/style.css", ["If-None-Match": "\"x\""])
            #expect(other.status == 200)
            let post = try await server.send("POST", "/style.css", body: "{}")
            #expect(post.status == 405)
        }
    }

    @Test("a folder that is no dashboard is told")
    func noDashboard() async throws {
        await #expect(throws: WebServerError.self) {
            try await ServerFixture.run({ $0.configuration.dashboard = "/nonexistent" }) { _ in }
        }
    }

    private static func client() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return try NIOSSLContext(configuration: configuration)
    }

    @Test("with TLS the cookie is secure, plain HTTP is refused, and the certificate stays")
    func encrypted() async throws {
        let hash = try TestPassword.hash()
        try await ServerFixture.run({ setup in
            setup.configuration.encryption = .selfMade
            setup.accounts = { _ = $0.setPassword(hash, of: "admin") }
        }) { server in
            #expect(server.address.url.hasPrefix("https://127.0.0.1:"))
            let fingerprint = try #require(server.address.fingerprint)
            #expect(fingerprint.count == 95)

            let tls = try Self.client()
            let answer = try await server.send(
                "POST",
                "/api/v1/session",
                body: #"{"username":"admin","password":"correct horse"}"#,
                tls: tls
            )
            #expect(answer.status == 200)
            #expect(answer.header("set-cookie")?.contains("; Secure") == true)
            #expect(answer.header("strict-transport-security") == "max-age=31536000")

            let plain = try await RawConnection.open(port: server.port) { connection in
                try await connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return (try? await connection.readToEnd()) ?? []
            }
            #expect(!String(decoding: plain, as: UTF8.self).contains("HTTP/1.1 200"))

            let folder = server.folder + "/tls"
            let key = try FileManager.default.attributesOfItem(atPath: folder + "/key.pem")
            #expect(key[.posixPermissions] as? Int == 0o600)
            let certificate = try NIOSSLCertificate.fromPEMFile(folder + "/certificate.pem")
            #expect(certificate.count == 1)

            // Another server on the same folder shows the same certificate.
            try await ServerFixture.run({ setup in
                setup.configuration.encryption = .files(
                    certificate: folder + "/certificate.pem",
                    key: folder + "/key.pem"
                )
            }) { #expect($0.address.fingerprint == fingerprint) }
        }
    }

    @Test("on all addresses TLS is on, any host is answered and metrics need sign-in")
    func everywhere() async throws {
        try await ServerFixture.run({ $0.configuration.host = "0.0.0.0" }) { server in
            let tls = try Self.client()
            #expect(server.address.url == "https://box:\(server.port)")
            let health = try await server.send("GET", "/healthz", ["Host": "any.example"], tls: tls)
            #expect(health.status == 200)
            let without = try await server.send("GET", "/metrics", tls: tls)
            #expect(without.status == 401)
            let with = try await server.send("GET", "/metrics", server.bearer, tls: tls)
            #expect(with.status == 200)
        }
    }

    /// How a server with another configuration fails to begin.
    private static func failure(
        _ change: @escaping (inout WebConfiguration) -> Void
    ) async -> WebServerError? {
        await #expect(throws: WebServerError.self) {
            try await ServerFixture.run({ change(&$0.configuration) }) { _ in }
        }
    }

    @Test("plain HTTP away from loopback, a taken port and a foreign address are refused")
    func refusedAddresses() async throws {
        let plain = await Self.failure { configuration in
            configuration.host = "0.0.0.0"
            configuration.encryption = WebConfiguration.Encryption.none
        }
        #expect(plain?.code == .tls)
        let foreign = await Self.failure { $0.host = "192.0.2.1" }
        #expect(foreign?.code == .cannotListen)
        let noFile = await Self.failure {
            $0.encryption = .files(certificate: "/none", key: "/none")
        }
        #expect(noFile?.code == .tls)
        try await ServerFixture.run { server in
            let taken = await Self.failure { $0.port = server.port }
            #expect(taken?.code == .cannotListen)
            #expect(taken?.message.contains("is taken") == true)
        }
    }
}
