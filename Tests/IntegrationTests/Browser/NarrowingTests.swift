// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite(
    "pages narrowed to hosts, in a browser",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct NarrowingTests {
    /// Agents of the dashboard's manager: id, name, group.
    private static let agents = [
        ("100001", "web-1", "web"), ("100002", "web-2", "web"), ("100003", "db-1", "store"),
    ]

    @Test("an agent or a group, chosen on a page, leaves its alerts alone")
    func narrowed() async throws {
        let dashboard = try await Self.opened()
        let browser = dashboard.browser
        try await browser.wait(until: "\(Self.total) > 20")

        try await Self.choose("100001", browser)
        try await browser.wait(until: "\(Self.total) === 12")
        #expect(try await browser.address().contains("filters="))
        try await Self.choose("@web", browser)
        try await browser.wait(until: "\(Self.total) === 14")
        try await Self.choose("100003", browser)
        _ = try await browser.part("empty")

        try await dashboard.go(to: "docker")
        try await browser.wait(until: "\(Self.count("docker-event-row")) > 7")
        try await Self.choose("@web", browser)
        try await browser.wait(until: "\(Self.count("docker-event-row")) === 7")
        try await Self.choose("100001", browser)
        try await browser.wait(until: "\(Self.count("docker-event-row")) === 5")
        try await browser.part("docker-hunt").click()
        try await browser.wait(until: "\(Self.total) === 5")

        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }

    @Test("a container's page, and the page of agents, lead to the alerts of one host")
    func ways() async throws {
        let dashboard = try await Self.opened()
        let browser = dashboard.browser

        try await dashboard.go(to: "agents")
        try await browser.wait(until: "\(Self.count("agent-row")) === 3")
        try await browser.part("agents-group").type("web")
        try await browser.part("agents-token").click()
        let command = try await browser.part("agents-command").text()
        #expect(command.hasPrefix("jaga agent enroll https://127.0.0.1:"))
        try await browser.element("[data-name=\"web-1\"] a[href*=\"group=web\"]").click()
        try await browser.wait(until: "\(Self.count("agent-row")) === 2")
        try await browser.element("[data-name=\"web-1\"] a.strong").click()
        try await browser.wait(until: "\(Self.total) === 12")

        try await dashboard.go(to: "containers/mail?host=100003")
        let text = try await browser.part("scope").text()
        #expect(text.contains("db-1"))
        try await browser.part("container-hunt").click()
        _ = try await browser.part("empty")
        let chips = try await browser.texts("[data-test=chip]")
        #expect(chips.contains { $0.contains("100003") })

        // There is no engine to ask for its log.
        try await dashboard.expectQuietConsole(except: "containers/mail/log")
        try await dashboard.end()
    }

    /// A dashboard over 60 alerts, of which twelve are web-1's and two web-2's.
    private static func opened() async throws -> Dashboard {
        let folder = try TemporaryFolder()
        try SeededAlerts.write(alerts(), to: folder.path + "/data")
        try register(in: folder.path + "/data/state/fleet")
        let port = Int.random(in: 21_000...29_000)
        let dashboard = try await Dashboard(
            environment: [
                "DOCKER_HOST": "unix://\(folder.path)/none.sock",
                "JAGA_AGENTS": "127.0.0.1:\(port)",
            ],
            folder: folder,
            ready: ""
        )
        try await dashboard.setUp()
        return dashboard
    }

    private static func alerts() -> [String] {
        var (docker, others) = (0, 0)
        return SeededAlerts.day(count: 60, seed: 7, end: Date()).map { line in
            let agent: (id: String, name: String, group: String)?
            if line.contains(#""groups":["docker"]"#) {
                docker += 1
                agent = docker <= 5 ? agents[0] : docker <= 7 ? agents[1] : nil
            } else {
                others += 1
                agent = others <= 7 ? agents[0] : nil
            }
            guard let agent else { return line }
            return line.replacingOccurrences(
                of: #""agent":{"id":"000","name":"shop-1"}"#,
                with: #""agent":{"id":"\#(agent.id)","name":"\#(agent.name)","#
                    + #""group":["\#(agent.group)"]}"#
            )
        }
    }

    private static func register(in folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let entries = agents.map { id, name, group in
            #"{"id":"\#(id)","name":"\#(name)","groups":["\#(group)"],"registered":1790000000000,"#
                + #""certificates":[],"restarts":0}"#
        }
        try #"{"agents":[\#(entries.joined(separator: ","))],"tokens":[],"nextNumber":100004}"#
            .write(toFile: folder + "/fleet.json", atomically: false, encoding: .utf8)
    }

    private static func choose(_ scope: String, _ browser: Browser) async throws {
        try await browser.part("scope").click()
        try await browser.part("scope-\(scope)").click()
    }

    private static let total = """
        Number((document.querySelector('[data-test=kpi-total]')?.innerText ?? '').replace(/\\D/g, ''))
        """

    private static func count(_ part: String) -> String {
        "document.querySelectorAll('[data-test=\(part)]').length"
    }
}
