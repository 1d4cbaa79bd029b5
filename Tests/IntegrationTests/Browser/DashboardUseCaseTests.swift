// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The tutorial's two use cases, seen on the page.
@Suite(
    "the tutorial on the dashboard",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence),
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct DashboardUseCaseTests {
    /// From the act's end to its row on the page.
    private static let promise = 1.0

    @Test("an act on a container is on the page within a second")
    func actOnContainer() async throws {
        let engine = try #require(TestEngine.current)
        engine.remove("test-container")
        defer { engine.remove("test-container") }
        let dashboard = try await Dashboard(
            environment: ["DOCKER_HOST": engine.host]
        )
        let browser = dashboard.browser
        try await dashboard.setUp()

        try engine.docker("run", "-d", "--name", "test-container", "httpd")
        try await expectRow("Docker: container test-container started", in: browser)
        try engine.docker("pause", "test-container")
        try await expectRow("test-container paused", in: browser)

        try await dashboard.go(to: "docker")
        try await browser.wait(
            until: "document.querySelector('[data-test=container-row][data-name=test-container]')"
        )
        try engine.docker("unpause", "test-container")
        try await browser.wait(
            until: """
                [...document.querySelectorAll('[data-test=docker-event-row]')] \
                .some(e => e.innerText.includes('unpause'))
                """,
            within: 5
        )
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }

    @Test("the SQL injection through nginx is on the page within a second, with its fields")
    func injection() async throws {
        let engine = try #require(TestEngine.current)
        engine.remove("test-container")
        defer { engine.remove("test-container") }
        let dashboard = try await Dashboard(
            environment: ["DOCKER_HOST": engine.host]
        )
        let browser = dashboard.browser
        try await dashboard.setUp()
        try engine.docker("run", "--name", "test-container", "-p", "80:80", "-d", "nginx")
        try await expectRow("container test-container started", in: browser, within: 10)

        try engine.curl("/users/?id=SELECT+*+FROM+users", port: 80)
        try await expectRow("SQL injection", in: browser)

        let _: Bool = try await browser.evaluate(
            """
            [...document.querySelectorAll('[data-test=alert-row]')]
              .find(e => e.innerText.includes('SQL injection')).click();
            return true
            """
        )
        let detail = try await browser.part("detail")
        try await browser.wait(
            until: """
                document.querySelector('[data-test=detail]').innerText.includes('\(TestEngine.client)')
                """
        )
        let text = try await detail.text()
        for expected in [
            "/users/?id=SELECT+*+FROM+users", TestEngine.client, "31103", "test-container",
        ] {
            #expect(text.contains(expected), "the detail shows \(expected):\n\(text)")
        }
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }

    private func expectRow(
        _ words: String,
        in browser: Browser,
        within seconds: Double = promise,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let quoted = try Browser.quoted(words)
        try await browser.wait(
            until: """
                [...document.querySelectorAll('[data-test=alert-row]')] \
                .some(e => e.innerText.includes(\(quoted)))
                """,
            within: seconds,
            sourceLocation: sourceLocation
        )
    }
}
