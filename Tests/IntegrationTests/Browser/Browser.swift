// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A real browser without a window: Debian's Chromium, one for each test.
///
/// Nothing sleeps for a guess: what a test waits for is asked for again until it
/// is there or a limit has passed.
final class Browser: Sendable {
    /// A line of the browser's console.
    struct LogEntry: Decodable, Sendable {
        let level: String
        let message: String
    }

    struct Size: Sendable {
        let width: Int
        let height: Int

        static let desktop = Size(width: 1440, height: 900)
        static let phone = Size(width: 390, height: 844)
    }

    /// Whether the programs are there; `scripts/setup --test` installs them.
    static let isInstalled = ["/usr/bin/chromedriver", "/usr/bin/chromium"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    static let absence: Comment = "no chromedriver: run scripts/setup --test, which installs it"

    private let process: RunningProcess
    let driver: WebDriver
    let session: String

    init(size: Size = .desktop, language: String = "en-US") async throws {
        process = try RunningProcess(["chromedriver", "--port=0", "--log-level=SEVERE"])
        // "ChromeDriver was started successfully on port 41283."
        let line = try process.line { $0.contains("on port") && $0.contains("successfully") }
        let port = line.split(whereSeparator: { !$0.isNumber }).last ?? ""
        driver = WebDriver(base: "http://127.0.0.1:\(port)")
        let made: Session = try await driver.post(
            "/session",
            Capabilities(size: size, language: language)
        )
        session = made.sessionId
        // A page of thousands of rows takes its time on a busy machine.
        try await driver.post("/session/\(session)/timeouts", ["script": 120_000])
        try await resize(to: size)
    }

    deinit {
        process.terminate()
    }

    /// Ends the browser; without it, the driver's end ends it too.
    func close() async throws {
        try await driver.delete("/session/\(session)")
    }

    func open(_ url: String) async throws {
        try await driver.post("/session/\(session)/url", ["url": url])
    }

    /// Where it is now, with what stands after `#`.
    func address() async throws -> String {
        try await driver.get("/session/\(session)/url")
    }

    func reload() async throws {
        try await driver.post("/session/\(session)/refresh", WebDriver.Nothing())
    }

    /// Evaluates JavaScript that `return`s a value.
    func evaluate<Value: Decodable>(_ script: String) async throws -> Value {
        try await driver.post(
            "/session/\(session)/execute/sync",
            Script(script: script, args: [])
        )
    }

    /// Evaluates until the value is true.
    func wait(
        until script: String,
        within seconds: Double = 10,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(seconds)
        while clock.now < deadline {
            // A page that is being replaced has no value; it is asked again.
            if let done: Bool = try? await evaluate("return Boolean(\(script))"), done { return }
            try await clock.sleep(for: .milliseconds(20))
        }
        let seen: String = try await evaluate("return document.body.innerText.slice(0, 3000)")
        let log = try await console().map(\.message).joined(separator: "\n")
        Issue.record(
            "not seen in \(seconds) s: \(script)\nthe page:\n\(seen)\nconsole:\n\(log)",
            sourceLocation: sourceLocation
        )
        throw WebDriver.Failure(error: "timeout", message: script)
    }

    /// A PNG of what is in view.
    func screenshot(to path: String) async throws {
        let text: String = try await driver.get("/session/\(session)/screenshot")
        let bytes = try #require(Data(base64Encoded: text))
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    /// The console's lines since the last call.
    func console() async throws -> [LogEntry] {
        try await driver.post("/session/\(session)/se/log", ["type": "browser"])
    }

    /// Whether a dialog is open (`alert`, `confirm`, `prompt`).
    func hasDialog() async throws -> Bool {
        do {
            let _: String = try await driver.get("/session/\(session)/alert/text")
            return true
        } catch let failure as WebDriver.Failure where failure.error == "no such alert" {
            return false
        }
    }

    /// Gives the page this much room, whatever a window's least size is.
    ///
    /// Source: Chrome DevTools Protocol, `Emulation.setDeviceMetricsOverride`.
    func resize(to size: Size) async throws {
        try await driver.post(
            "/session/\(session)/goog/cdp/execute",
            Command(
                cmd: "Emulation.setDeviceMetricsOverride",
                params: Command.Metrics(
                    width: size.width,
                    height: size.height,
                    deviceScaleFactor: 1,
                    mobile: size.width < 600
                )
            )
        )
    }

    private struct Command: Encodable {
        let cmd: String
        let params: Metrics

        struct Metrics: Encodable {
            let width: Int
            let height: Int
            let deviceScaleFactor: Int
            let mobile: Bool
        }
    }

    private struct Session: Decodable {
        let sessionId: String
    }

    private struct Script: Encodable {
        let script: String
        let args: [String]
    }
}

/// What the browser is started with.
private struct Capabilities: Encodable {
    let capabilities: Wrapper

    init(size: Browser.Size, language: String) {
        // No sandbox: tests run as root. No shared memory: containers have little.
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--hide-scrollbars", "--force-color-profile=srgb", "--no-first-run",
            "--window-size=\(size.width),\(size.height)", "--lang=\(language)",
        ]
        let preferences = ["intl.accept_languages": language]
        capabilities = Wrapper(
            alwaysMatch: Match(
                acceptInsecureCerts: true,
                unhandledPromptBehavior: "ignore",
                options: Options(
                    args: arguments,
                    binary: "/usr/bin/chromium",
                    prefs: preferences
                ),
                logging: ["browser": "ALL"]
            )
        )
    }

    struct Wrapper: Encodable {
        let alwaysMatch: Match
    }

    struct Match: Encodable {
        let acceptInsecureCerts: Bool
        let unhandledPromptBehavior: String
        let options: Options
        let logging: [String: String]

        enum CodingKeys: String, CodingKey {
            case acceptInsecureCerts, unhandledPromptBehavior
            case options = "goog:chromeOptions"
            case logging = "goog:loggingPrefs"
        }
    }

    struct Options: Encodable {
        let args: [String]
        let binary: String
        let prefs: [String: String]
    }
}
