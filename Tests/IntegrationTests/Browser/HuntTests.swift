// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite(
    "hunting through alerts, in a browser",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct HuntTests {
    /// A dashboard over 400 alerts of the last day, signed in.
    private static func opened(count: Int = 400) async throws -> Dashboard {
        let folder = try TemporaryFolder()
        let alerts = SeededAlerts.day(count: count, seed: 7, end: Date())
        try SeededAlerts.write(alerts, to: folder.path + "/data")
        let dashboard = try await Dashboard(folder: folder)
        try await dashboard.setUp()
        try await dashboard.browser.wait(until: "\(total) === \(count)")
        return dashboard
    }

    private static let total = """
        Number((document.querySelector('[data-test=kpi-total]')?.innerText ?? '').replace(/\\D/g, ''))
        """

    private static func rows(_ claim: String) -> String {
        """
        [...document.querySelectorAll('[data-test=alert-row]')].length > 0 \
        && [...document.querySelectorAll('[data-test=alert-row]')].every(e => \(claim))
        """
    }

    @Test("a query narrows table and figures, and a mistake in it is shown at its place")
    func query() async throws {
        let dashboard = try await Self.opened()
        let browser = dashboard.browser

        let query = try await browser.part("query")
        try await query.type("rule.groups: sql_injection" + Key.enter)
        try await browser.wait(until: Self.rows("e.innerText.includes('SQL injection')"))
        try await browser.wait(until: "\(Self.total) > 0 && \(Self.total) < 400")

        try await query.clear()
        try await query.type("rule.level >= and" + Key.enter)
        let error = try await browser.part("query-error").text()
        #expect(!error.isEmpty)

        try await query.clear()
        try await query.type("rule.level >= 16" + Key.enter)
        _ = try await browser.part("empty")
        try await dashboard.expectQuietConsole(except: "400")
        try await dashboard.end()
    }

    @Test("plus on a value adds a filter chip, and the address holds it for whoever gets the link")
    func filterAndLink() async throws {
        let dashboard = try await Self.opened()
        let browser = dashboard.browser

        let _: Bool = try await browser.evaluate(
            """
            [...document.querySelectorAll('[data-test=alert-row]')]
              .find(e => e.innerText.includes('authentication failed')).click();
            return true
            """
        )
        _ = try await browser.part("detail-table")
        let _: Bool = try await browser.evaluate(
            """
            [...document.querySelectorAll('[data-test=detail-plus]')]
              .find(e => e.getAttribute('aria-label').includes('rule.id')
                || e.closest('div,dd,tr')?.innerText.includes('5760')).click();
            return true
            """
        )
        _ = try await browser.part("chip")
        try await browser.wait(until: Self.rows("e.innerText.includes('authentication failed')"))
        let link = try await browser.address()
        #expect(link.contains("filters="))

        try await browser.open("about:blank")
        try await browser.open(link)
        _ = try await browser.part("chip")
        try await browser.wait(until: Self.rows("e.innerText.includes('authentication failed')"))
        try await browser.part("chip-remove").click()
        try await browser.wait(until: "\(Self.total) === 400")
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }

    @Test("the keyboard searches, moves, opens, closes and helps")
    func keyboard() async throws {
        let dashboard = try await Self.opened()
        let browser = dashboard.browser

        try await browser.press("j")
        try await browser.press("j")
        try await browser.press("\u{E007}")
        _ = try await browser.part("detail")
        try await browser.press(Key.escape)
        try await browser.wait(
            until: "document.querySelector('[data-test=detail]').hidden !== false"
        )
        try await browser.press("?")
        _ = try await browser.part("help-overlay")
        try await browser.press(Key.escape)
        try await browser.press("/")
        try await browser.wait(until: "document.activeElement.id === 'query'")
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }

    @Test("alerts come in live, without a reload")
    func live() async throws {
        let folder = try TemporaryFolder()
        let log = folder.path + "/auth.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let dashboard = try await Dashboard(log: log, folder: folder)
        let browser = dashboard.browser
        try await dashboard.setUp()
        _ = try await browser.part("empty")

        let file = try #require(FileHandle(forWritingAtPath: log))
        try file.write(
            contentsOf: Data(
                "Nov 27 08:00:00 shop sshd[7]: Failed password for root from 192.0.2.9 port 4 ssh2\n"
                    .utf8
            )
        )

        try await browser.wait(
            until: Self.rows("e.innerText.includes('192.0.2.9')"),
            within: 1
        )
        try await browser.wait(until: "\(Self.total) === 1", within: 5)
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }

    @Test("what is seen can be taken along: an export has all alerts of the query")
    func export() async throws {
        let dashboard = try await Self.opened()

        let lines: Int = try await dashboard.browser.evaluate(
            """
            const answer = await fetch('api/v1/alerts/export?format=ndjson&q=rule.level%20%3E%3D%203');
            return (await answer.text()).trim().split('\\n').map(JSON.parse).length
            """
        )
        let cells: String = try await dashboard.browser.evaluate(
            """
            const answer = await fetch('api/v1/alerts/export?format=csv&columns=rule.id,rule.level');
            return (await answer.text()).slice(0, 19)
            """
        )

        #expect(lines == 400)
        #expect(cells.hasPrefix("rule.id,rule.level\r"))
        try await dashboard.browser.part("export").click()
        _ = try await dashboard.browser.part("export-csv")
        try await dashboard.end()
    }

    @Test("a phone, Bahasa Indonesia: nothing sticks out, and the language is the browser's")
    func phone() async throws {
        let folder = try TemporaryFolder()
        let alerts = SeededAlerts.day(count: 50, seed: 7, end: Date())
        try SeededAlerts.write(alerts, to: folder.path + "/data")
        let dashboard = try await Dashboard(folder: folder, size: .phone, language: "id-ID")
        let browser = dashboard.browser
        try await browser.resize(to: .phone)
        try await dashboard.setUp()

        for page in ["hunt", "docker", "rules", "logtest", "status", "account"] {
            try await dashboard.go(to: page)
            try await browser.wait(until: "document.title.length > 0")
            let overflow: Int = try await browser.evaluate(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            #expect(overflow <= 0, "\(page) is \(overflow) px too wide")
        }
        let language: String = try await browser.evaluate("return document.documentElement.lang")
        #expect(language == "id")
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }
}
