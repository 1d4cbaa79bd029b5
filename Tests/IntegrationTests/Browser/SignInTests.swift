// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite(
    "signing in, in a browser",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct SignInTests {
    @Test("the one-time link sets a password, once, and nobody gets in without")
    func link() async throws {
        let dashboard = try await Dashboard()
        let browser = dashboard.browser

        try await browser.open(dashboard.url)
        _ = try await browser.part("signin-password")
        try await dashboard.setUp()
        try await dashboard.expectQuietConsole(except: "401")

        // The same link again, by somebody who is not signed in.
        try await browser.part("account").click()
        try await browser.part("sign-out").click()
        _ = try await browser.part("signin-password")
        try await browser.open("about:blank")
        try await browser.open(dashboard.setupLink)
        try await browser.part("setup-password").type("another password")
        try await browser.part("setup-again").type("another password")
        try await browser.part("setup-submit").click()
        try await browser.wait(
            until: "document.querySelector('[data-test=setup-error]').innerText.length > 0"
        )

        try await browser.open("about:blank")
        try await browser.open(dashboard.url)
        try await dashboard.signIn()
        _ = try await browser.part("kpi-total")
        try await dashboard.end()
    }

    @Test("wrong passwords are refused, then locked out, the right one too")
    func lockOut() async throws {
        let dashboard = try await Dashboard()
        let browser = dashboard.browser
        try await dashboard.setUp()
        try await browser.part("account").click()
        try await browser.part("sign-out").click()

        for attempt in 1...6 {
            try await dashboard.signIn(password: "wrong \(attempt)")
            try await browser.wait(
                until: """
                    document.querySelector('[data-test=signin-error]').innerText.length > 0 \
                    && !document.querySelector('[data-test=signin-submit]').disabled
                    """
            )
        }
        try await dashboard.signIn()
        try await browser.wait(
            until: "!document.querySelector('[data-test=signin-submit]').disabled"
        )

        let error = try await browser.part("signin-error").text()
        #expect(error.contains("too many") || error.contains("Too many"), "\(error)")
        let isInside: Bool = try await browser.evaluate(
            "return document.querySelector('[data-test=kpi-total]') !== null"
        )
        #expect(!isInside)
        try await dashboard.end()
    }
}
