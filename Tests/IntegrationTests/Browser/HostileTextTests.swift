// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

/// Everything an attacker can write, through every page.
@Suite(
    "hostile text on the dashboard",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct HostileTextTests {
    private static let seed: UInt64 = 20_261_127
    private static let count = 5_000

    @Test("5,000 hostile texts are text: no dialog, no node, no style, no console error")
    func everyPage() async throws {
        let texts = HostileText.all(count: Self.count, seed: Self.seed)
        #expect(texts.count == Self.count, "seed \(Self.seed)")
        let folder = try TemporaryFolder()
        try SeededAlerts.write(try Self.alerts(texts), to: folder.path + "/data")
        let engine = try Self.engine(texts, in: folder)
        defer { engine.stop() }
        let dashboard = try await Dashboard(
            environment: ["DOCKER_HOST": "unix://\(folder.path)/docker.sock"],
            folder: folder,
            ready: ""
        )
        let browser = dashboard.browser
        try await dashboard.setUp()

        try await dashboard.go(to: "hunt?from=&columns=\(Self.columns)")
        try await scrollThrough(browser)
        try await openDetails(browser)
        try await expectNothingHappened(browser, on: "hunt")
        for page in [
            "hunt?from=&q=" + Self.encoded("<script>alert(1)</script>"), "docker",
            "containers/" + Self.encoded(texts[0]), "rules?q=" + Self.encoded(texts[1]),
            "logtest", "status", "account", Self.encoded(texts[2]),
        ] {
            try await dashboard.go(to: page)
            try await browser.wait(until: "document.readyState === 'complete'")
            try await browser.wait(until: "document.querySelectorAll('.bone').length === 0")
            try await expectNothingHappened(browser, on: page)
        }
        try await dashboard.expectQuietConsole(except: "status of 4")
        try await dashboard.end()
    }

    private static let columns =
        "timestamp,rule.description,data.container.name,data.srcip,data.url,full_log,location"

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// An alert for each text, the text wherever an attacker can put one.
    private static func alerts(_ texts: [String]) throws -> [String] {
        struct Alert: Encodable {
            struct Rule: Encodable {
                let level: Int
                let description: String
                let id: String
                let groups: [String]
            }
            struct Named: Encodable {
                let name: String
            }
            struct Container: Encodable {
                let id: String
                let name: String
                let image: String
                let labels: [String: String]
            }
            struct Fields: Encodable {
                let srcip: String
                let url: String
                let container: Container
            }
            let timestamp: String
            let rule: Rule
            let agent: [String: String]
            let id: String
            let full_log: String
            let decoder: Named
            let data: Fields
            let location: String
        }
        let now = Int(Date().timeIntervalSince1970)
        return try texts.enumerated().map { index, text in
            let alert = Alert(
                timestamp: "2026-11-27T08:00:00.000+0000",
                rule: .init(
                    level: 3 + index % 13,
                    description: text,
                    id: "\(100_000 + index % 50)",
                    groups: ["web", text]
                ),
                agent: ["id": "000", "name": text],
                id: "\(now).\(index)",
                full_log: "GET /" + text,
                decoder: .init(name: text),
                data: .init(
                    srcip: text,
                    url: "/" + text,
                    container: .init(
                        id: String(repeating: "a", count: 64),
                        name: text,
                        image: text,
                        labels: [text.isEmpty ? "empty" : text: text]
                    )
                ),
                location: text
            )
            return String(decoding: try JSONEncoder().encode(alert), as: UTF8.self)
        }
    }

    /// An engine whose containers' names, images, states and labels are hostile.
    private static func engine(
        _ texts: [String],
        in folder: TemporaryFolder
    ) throws -> ScriptedDockerEngine {
        struct Container: Encodable {
            let Id: String
            let Names: [String]
            let Image: String
            let State: String
            let Status: String
            let Labels: [String: String]
        }
        let containers = texts.prefix(200).enumerated().map { index, text in
            Container(
                Id: String(repeating: "0", count: 60) + String(1_000 + index),
                Names: ["/" + text],
                Image: text,
                State: "running",
                Status: text,
                Labels: ["com.docker.compose.project": text, text + "x": text]
            )
        }
        let engine = try ScriptedDockerEngine(at: .unix(path: folder.path + "/docker.sock"))
        let list = String(decoding: try JSONEncoder().encode(containers), as: UTF8.self)
        engine.answer("/_ping", with: .json("OK"))
        engine.answer("/version", with: .json(#"{"Version":"<b>1</b>","ApiVersion":"1.41"}"#))
        engine.answer("/containers/json", with: .json(list))
        engine.answer("/images/json", with: .json("[]"))
        return engine
    }

    /// Shows every row once: the table keeps only those in sight in the document.
    private func scrollThrough(_ browser: Browser) async throws {
        try await browser.wait(until: "document.querySelector('[data-test=alert-row]')")
        let seen: Int = try await browser.evaluate(
            """
            const seen = new Set();
            const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
            let last = performance.now();
            while (performance.now() - last < 10000 && seen.size < \(Self.count)) {
              const before = seen.size;
              for (const row of document.querySelectorAll('[data-test=alert-row]')) {
                seen.add(row.dataset.id);
              }
              scrollBy(0, innerHeight * 0.8);
              await frame();
              if (seen.size > before) last = performance.now();
            }
            return seen.size
            """
        )
        #expect(seen == Self.count, "rows that came into sight")
    }

    /// Opens the alert with every kind of text in it, tab by tab.
    private func openDetails(_ browser: Browser) async throws {
        for index in [0, 3, 7] {
            let _: Bool = try await browser.evaluate(
                """
                const rows = document.querySelectorAll('[data-test=alert-row]');
                rows[Math.min(\(index), rows.length - 1)].click();
                return true
                """
            )
            _ = try await browser.part("detail-table")
            for tab in ["json", "line", "around", "why", "table"] {
                let _: Bool = try await browser.evaluate(
                    """
                    document.querySelector('[data-test=tab-\(tab)]')?.click();
                    return true
                    """
                )
                try await browser.wait(
                    until: "document.querySelectorAll('[data-test=detail] .bone').length === 0"
                )
            }
            try await expectNothingHappened(browser, on: "an alert's detail")
        }
    }

    private func expectNothingHappened(
        _ browser: Browser,
        on page: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(try await !browser.hasDialog(), "\(page)", sourceLocation: sourceLocation)
        let found: [String] = try await browser.evaluate(
            """
            const found = [];
            if (window.jagaHit !== undefined || ({}).jagaHit !== undefined) found.push('code ran');
            const strange = 'img,iframe,object,embed,video,audio,base,form[action],style,math,template,'
              + 'marquee,frame,svg script,svg animate,link:not([href^="css/"]):not([href^="js/"])'
              + ':not([href^="icons/"]),script:not([src])';
            for (const node of document.querySelectorAll(strange)) found.push(node.outerHTML.slice(0, 200));
            for (const node of document.querySelectorAll('*')) {
              for (const { name, value } of node.attributes) {
                if (name.startsWith('on') || (/^(href|src|action|data|formaction|xlink:href)$/.test(name)
                    && /^\\s*javascript:/i.test(value))) {
                  found.push(node.outerHTML.slice(0, 200));
                }
              }
            }
            const raw = /[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\u202A-\\u202E\\u2066-\\u2069]/;
            if (raw.test(document.body.innerText)) found.push('a raw control or bidi character');
            return found.slice(0, 10)
            """
        )
        #expect(found == [], "\(page)", sourceLocation: sourceLocation)
    }
}
