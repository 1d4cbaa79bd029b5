// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

@Suite(
    "outputs on the status page, in a browser",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct OutputPageTests {
    /// A receiver of syslog over TCP, and a chat that refuses connections.
    private final class Scene: Sendable {
        let dashboard: Dashboard
        let receiver: RunningProcess
        private let file: String

        init() async throws {
            let folder = try TemporaryFolder()
            file = folder.path + "/got"
            let script = TestData.checkout + "/Tests/IntegrationTests/Receivers/receiver.py"
            receiver = try RunningProcess(["/usr/bin/python3", script, "syslog", "1", file])
            let port = try receiver.line { Int($0) != nil }
            dashboard = try await Dashboard(
                settings: """
                    <syslog_output><server>127.0.0.1</server><port>\(port)</port>
                    <protocol>tcp</protocol></syslog_output>
                    <integration><name>slack</name>
                    <hook_url>https://127.0.0.1:1/services/SECRET</hook_url></integration>
                    """,
                folder: folder
            )
        }

        /// Whether something came.
        var hasCome: Bool { FileManager.default.fileExists(atPath: file) }

        func test(_ row: Int) async throws -> String {
            let browser = dashboard.browser
            let buttons = "document.querySelectorAll('[data-test=output-test]')"
            try await browser.wait(until: "\(buttons).length === 2")
            let _: Bool = try await browser.evaluate("\(buttons)[\(row)].click(); return true")
            let rows = "document.querySelectorAll('[data-test=output-row]')[\(row)]"
            try await browser.wait(
                until: "\(rows).querySelector('[data-test=output-result]')",
                within: 15
            )
            return try await browser.evaluate(
                "return \(rows).querySelector('[data-test=output-result]').innerText"
            )
        }

        func picture(_ name: String) async throws {
            guard let place = ProcessInfo.processInfo.environment["JAGA_SCREENSHOTS"] else {
                return
            }
            try await dashboard.browser.screenshot(to: "\(place)/\(name).png")
        }
    }

    @Test("a test says that its message was taken, or why not, and shows no secret")
    func test() async throws {
        let scene = try await Scene()
        let browser = scene.dashboard.browser
        try await scene.dashboard.setUp()
        try await scene.dashboard.go(to: "status")

        #expect(try await scene.test(0) == "The test message was taken.")
        #expect(scene.hasCome)
        let refused = try await scene.test(1)
        #expect(refused.contains("cannot reach https://127.0.0.1:1"), "\(refused)")
        // The figures are drawn anew every few seconds; what was said stays.
        try await Task.sleep(for: .seconds(4))
        let page = try await browser.element("[data-test=outputs]").text()
        #expect(page.contains("The test message was taken."))
        #expect(page.contains("https://127.0.0.1:1"))
        let source: String = try await browser.evaluate("return document.documentElement.outerHTML")
        #expect(!source.contains("SECRET"))
        try await scene.picture("outputs-tested")
        try await scene.dashboard.expectQuietConsole(except: "/outputs/slack/test")
        try await scene.dashboard.end()
    }

    @Test("who is no administrator sees how outputs stand, and is offered no test")
    func forbidden() async throws {
        let scene = try await Scene()
        let browser = scene.dashboard.browser
        let link = try Shell.expect(
            [Binary.path, "user", "add", "rita", "--role", "responder"]
                + ["--url", scene.dashboard.url, "--data", scene.dashboard.jaga.data]
        )
        try await browser.open(link.trimmingCharacters(in: .whitespacesAndNewlines))
        try await browser.part("setup-password").type(Dashboard.password)
        try await browser.part("setup-again").type(Dashboard.password)
        try await browser.part("setup-submit").click()
        _ = try await browser.part("kpi-total")
        try await scene.dashboard.go(to: "status")
        try await browser.wait(
            until: "document.querySelectorAll('[data-test=output-row]').length === 2"
        )
        #expect(try await browser.texts("[data-test=output-test]").isEmpty)
        let status: Int = try await browser.evaluate(
            """
            return fetch('api/v1/session').then(a => a.json()).then(s => fetch(
              'api/v1/outputs/syslog/test',
              {method: 'POST', headers: {'X-Jaga-CSRF': s.csrf}},
            )).then(a => a.status)
            """
        )
        #expect(status == 403)
        #expect(!scene.hasCome)
        try await scene.dashboard.end()
    }

    @Test("no name of a page is cut in the row of a phone", arguments: ["en-US", "id-ID"])
    func names(language: String) async throws {
        let dashboard = try await Dashboard(size: .phone, language: language)
        let browser = dashboard.browser
        try await dashboard.setUp()
        for width in [390, 360] {
            try await browser.resize(to: Browser.Size(width: width, height: 780))
            let cut: [String] = try await browser.evaluate(
                """
                return [...document.querySelectorAll('.nav:not(.side-list) .short')]
                  .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.innerText)
                """
            )
            #expect(cut == [], "\(width)")
        }
        let count: Int = try await browser.evaluate(
            "return document.querySelectorAll('.nav:not(.side-list) .short').length"
        )
        #expect(count == 9)
        if let place = ProcessInfo.processInfo.environment["JAGA_SCREENSHOTS"] {
            try await browser.screenshot(to: "\(place)/nav-\(language).png")
        }
        try await dashboard.end()
    }
}
