// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A part of a page.
struct PageElement: Sendable {
    let browser: Browser
    let id: String

    private var path: String { "/session/\(browser.session)/element/\(id)" }

    func click() async throws {
        try await browser.driver.post(path + "/click", WebDriver.Nothing())
    }

    /// Types into it; see ``Key`` for keys that are no letters.
    func type(_ text: String) async throws {
        try await browser.driver.post(path + "/value", ["text": text])
    }

    func clear() async throws {
        try await browser.driver.post(path + "/clear", WebDriver.Nothing())
    }

    /// As it is rendered.
    func text() async throws -> String {
        try await browser.driver.get(path + "/text")
    }
}

/// Keys that are no letters.
///
/// Source: W3C WebDriver, "keyboard actions", table of normalised keys.
enum Key {
    static let enter = "\u{E007}"
    static let escape = "\u{E00C}"
    static let tab = "\u{E004}"
}

extension Browser {
    private struct Found: Decodable {
        let id: String

        /// Source: W3C WebDriver, "web element identifier".
        enum CodingKeys: String, CodingKey {
            case id = "element-6066-11e4-a52e-4f735466cecf"
        }
    }

    private struct Query: Encodable {
        let using = "css selector"
        let value: String
    }

    /// The first visible element of a CSS selector, waited for.
    func element(
        _ selector: String,
        within seconds: Double = 10,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> PageElement {
        let quoted = try Self.quoted(selector)
        try await wait(
            until: """
                [...document.querySelectorAll(\(quoted))].some(e => e.getClientRects().length > 0)
                """,
            within: seconds,
            sourceLocation: sourceLocation
        )
        let found: [Found] = try await driver.post(
            "/session/\(session)/elements",
            Query(value: selector)
        )
        let visible: Int = try await evaluate(
            """
            return [...document.querySelectorAll(\(quoted))]
              .findIndex(e => e.getClientRects().length > 0)
            """
        )
        let index = try #require(found.indices.contains(visible) ? visible : nil)
        return PageElement(browser: self, id: found[index].id)
    }

    /// The element that tests know by this name (`data-test`).
    func part(
        _ name: String,
        within seconds: Double = 10,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> PageElement {
        try await element(
            "[data-test=\"\(name)\"]",
            within: seconds,
            sourceLocation: sourceLocation
        )
    }

    /// Texts of all elements of a selector, as far as they are rendered.
    func texts(_ selector: String) async throws -> [String] {
        try await evaluate(
            """
            return [...document.querySelectorAll(\(Self.quoted(selector)))].map(e => e.innerText)
            """
        )
    }

    /// Sends keys to whatever has the focus.
    func press(_ text: String) async throws {
        let actions = text.map { character in
            [
                KeyAction(type: "keyDown", value: String(character)),
                KeyAction(type: "keyUp", value: String(character)),
            ]
        }
        try await driver.post(
            "/session/\(session)/actions",
            Actions(actions: [Keyboard(actions: actions.flatMap { $0 })])
        )
    }

    /// A text as JavaScript writes it.
    static func quoted(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    private struct Actions: Encodable {
        let actions: [Keyboard]
    }

    private struct Keyboard: Encodable {
        let type = "key"
        let id = "keyboard"
        let actions: [KeyAction]
    }

    private struct KeyAction: Encodable {
        let type: String
        let value: String
    }
}
