// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A running Jaga with its dashboard, and a browser that looks at it.
final class Dashboard: Sendable {
    static let password = "a long enough password"

    let jaga: RunningJaga
    let browser: Browser
    /// `http://127.0.0.1:PORT`.
    let url: String
    /// The link of the first start.
    let setupLink: String

    /// Starts both; nobody is signed in yet.
    ///
    /// Without a Docker engine in `environment`, Jaga listens to none, has `settings`, and reads
    /// only `log`, if that is given.
    init(
        environment: [String: String]? = nil,
        log: String? = nil,
        settings: String = "",
        folder given: TemporaryFolder? = nil,
        ready: String? = nil,
        size: Browser.Size = .desktop,
        language: String = "en-US"
    ) async throws {
        let folder = try given ?? TemporaryFolder()
        var arguments = ["--listen", "127.0.0.1:0"]
        if environment == nil {
            let configuration = folder.path + "/ossec.conf"
            try Self.configuration(log: log, settings).write(
                toFile: configuration,
                atomically: false,
                encoding: .utf8
            )
            arguments += ["--config", configuration]
        }
        jaga = try RunningJaga(
            arguments,
            environment: environment ?? ["DOCKER_HOST": "unix://\(folder.path)/none.sock"],
            folder: folder,
            ready: ready ?? (environment == nil ? "" : "connected")
        )
        url = try Self.value(of: "web", in: jaga.process)
        setupLink = try Self.value(of: "sign in", in: jaga.process)
        browser = try await Browser(size: size, language: language)
    }

    private static func configuration(log: String?, _ settings: String) -> String {
        let file =
            log.map {
                "<localfile><log_format>syslog</log_format><location>\($0)</location></localfile>"
            } ?? ""
        return """
            <ossec_config>
            <wodle name="docker-listener"><disabled>yes</disabled></wodle>
            \(file)\(settings)
            </ossec_config>
            """
    }

    /// What stands behind a word at the start of a line of standard error.
    private static func value(of word: String, in process: RunningProcess) throws -> String {
        let prefix = "  " + word + " "
        let line = try process.errorLine { $0.hasPrefix(prefix) }
        return line.dropFirst(prefix.count).trimmingCharacters(in: .whitespaces)
    }

    /// Opens the one-time link, sets the password, and waits for the first page.
    func setUp(password: String = Dashboard.password) async throws {
        try await browser.open(setupLink)
        try await browser.part("setup-password").type(password)
        try await browser.part("setup-again").type(password)
        try await browser.part("setup-submit").click()
        _ = try await browser.part("kpi-total")
        // Before the link, the page asked whether it is signed in: a 401 is right.
        try await expectQuietConsole(except: "401")
    }

    func signIn(password: String = Dashboard.password) async throws {
        let field = try await browser.part("signin-password")
        try await field.clear()
        try await field.type(password)
        try await browser.part("signin-submit").click()
    }

    /// Goes to a page without loading the document anew: `hunt`, `docker`.
    func go(to address: String) async throws {
        let target = try Browser.quoted("#/" + address)
        let _: Bool = try await browser.evaluate("location.hash = \(target); return true")
    }

    /// The console says nothing that is wrong; a request that was refused on
    /// purpose (`except` is in its line) aside.
    func expectQuietConsole(
        except: String = "\u{0}",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let wrong = try await browser.console().filter { entry in
            ["SEVERE", "WARNING"].contains(entry.level) && !entry.message.contains(except)
        }
        #expect(wrong.map(\.message) == [], sourceLocation: sourceLocation)
    }

    func end(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await browser.close()
        #expect(try jaga.process.stop() == 0, sourceLocation: sourceLocation)
    }
}
