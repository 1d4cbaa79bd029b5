// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite(
    "an attack in an alert's detail, in a browser",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct AttackDetailTests {
    private static let target =
        "/item?name=lamp&id=1%2527%2520uNiOn/**/sElEcT%2520pass%2520from%2520users--"

    /// An alert of an attack that was encoded twice, with markup where a page could run it.
    private static var alert: String {
        """
        {"timestamp":"\(SeededAlerts.stamp(Date().addingTimeInterval(-60)))","rule":{"level":7,"description":"Web: SQL injection in the URL",\
        "id":"31103","firedtimes":1,"mail":false,"groups":["web","attack","sql_injection"]},\
        "agent":{"id":"000","name":"host"},"manager":{"name":"host"},"id":"1764230400.1",\
        "full_log":"203.0.113.9 - - [27/Nov/2026:08:00:00 +0000] \\"GET \(target) HTTP/1.1\\" 200 5 \
        \\"-\\" \\"<img src=x onerror=document.title='run'>\\"",\
        "decoder":{"name":"web-accesslog"},"data":{"protocol":"GET","srcip":"203.0.113.9","id":"200",\
        "url":"\(target)","attack":{"class":"sqli","score":"95","parameter":"id",\
        "evidence":"' uNiOn sElEcT","decoded":"1' uNiOn sElEcT pass from users--",\
        "why":"a quote ends the text, then a union of statements"}},"location":"web"}
        """
    }

    @Test("the detail shows class, evidence, parts and rounds, and marks the payload in the line")
    func detail() async throws {
        let folder = try TemporaryFolder()
        try SeededAlerts.write([Self.alert], to: folder.path + "/data")
        let dashboard = try await Dashboard(folder: folder)
        try await dashboard.setUp()
        let browser = dashboard.browser
        try await browser.wait(until: "document.querySelector('[data-test=alert-row]')")
        let _: Bool = try await browser.evaluate(
            "document.querySelector('[data-test=alert-row]').click(); return true"
        )

        try await browser.part("detail-table")
        let _: Bool = try await browser.evaluate(
            "document.getElementById('tab-why').click(); return true"
        )
        try await browser.wait(
            until: "document.querySelectorAll('[data-test=attack-round]').length > 1"
        )
        let why = try await browser.part("attack").text()
        #expect(why.contains("sqli"))
        #expect(why.contains("a quote ends the text"))
        #expect(why.contains("1' uNiOn/**/sElEcT pass from users--"))
        if let picture = ProcessInfo.processInfo.environment["JAGA_SCREENSHOTS"] {
            try await browser.screenshot(to: picture + "/attack.png")
        }

        let _: Bool = try await browser.evaluate(
            "document.getElementById('tab-line').click(); return true"
        )
        try await browser.wait(
            until: """
                [...document.querySelectorAll('[data-test=original-line] mark')] \
                .some(e => e.textContent.startsWith('1%2527%2520uNiOn'))
                """
        )
        let isWhole: Bool = try await browser.evaluate(
            """
            const line = document.querySelector('[data-test=original-line]');
            return line.textContent.startsWith('203.0.113.9 - -') && line.querySelector('img') === null
            """
        )
        #expect(isWhole)
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }
}
