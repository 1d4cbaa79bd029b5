// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

@Suite(
    "the page Posture, in a browser",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct PosturePageTests {
    private static let web = String(repeating: "a", count: 64)
    private static let job = String(repeating: "b", count: 64)
    private static let hardened = """
        "ReadonlyRootfs":true,"Memory":1,"PidsLimit":1,"SecurityOpt":["no-new-privileges"]
        """

    /// An engine with a risky container, and one with a name that tries to be markup.
    private static func engine(in folder: TemporaryFolder) throws -> ScriptedDockerEngine {
        let engine = try ScriptedDockerEngine(at: .unix(path: folder.path + "/docker.sock"))
        engine.answer("/_ping", with: .ping(apiVersion: "1.41"))
        engine.answer("/version", with: .json(#"{"Version":"28.2.2","ApiVersion":"1.41"}"#))
        engine.answer("/info", with: .json(#"{"CgroupVersion":"2","Driver":"overlay2"}"#))
        for path in ["/images/json", "/networks"] { engine.answer(path, with: .json("[]")) }
        engine.answer("/volumes", with: .json("{}"))
        engine.answer("/events?until", with: .chunks([]))
        engine.answer("/events", with: .stream(ScriptedStream()))
        let list = [(web, "web", "running"), (job, "<b>job</b>", "running")].map {
            #"{"Id":"\#($0.0)","Names":["/\#($0.1)"],"Image":"shop:1","ImageID":"sha256:1","State":"\#($0.2)"}"#
        }
        engine.answer("/containers/json", with: .json("[\(list.joined(separator: ","))]"))
        inspect(
            engine,
            web,
            "web",
            """
            "Privileged":true,"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]},"Memory":0
            """
        )
        inspect(engine, job, "<b>job</b>", hardened)
        return engine
    }

    private static func inspect(
        _ engine: ScriptedDockerEngine,
        _ id: String,
        _ name: String,
        _ host: String
    ) {
        let config = #"{"Image":"shop:1","User":"1000","Env":["DB_PASSWORD=hunter2"]}"#
        engine.answer("/containers/\(id)/changes", with: .json("null"))
        let answer = """
            {"Id":"\(id)","Name":"/\(name)","Image":"sha256:1","State":{"Status":"running"},\
            "Config":\(name == "web" ? config : config.replacing("DB_PASSWORD", with: "A")),\
            "HostConfig":{\(host)}}
            """
        engine.answer("/containers/\(id)/json", with: .json(answer))
        engine.answer("/containers/\(name)/json", with: .json(answer))
    }

    @Test("containers with scores and findings, the benchmark's checks, and how to mend each")
    func page() async throws {
        let folder = try TemporaryFolder()
        let engine = try Self.engine(in: folder)
        defer { engine.stop() }
        let dashboard = try await Dashboard(
            environment: ["DOCKER_HOST": "unix://\(folder.path)/docker.sock"],
            folder: folder,
            ready: ""
        )
        let browser = dashboard.browser
        try await dashboard.setUp()
        try await dashboard.go(to: "posture")
        try await browser.wait(until: "\(Self.count("posture-container")) === 2")

        let names = try await browser.texts("[data-test=posture-container] .strong")
        #expect(names == ["web", "<b>job</b>"])
        try await browser.part("posture-open").click()
        let shown: String = try await browser.evaluate(
            "return document.querySelector('[data-test=posture-container]').innerText"
        )
        #expect(shown.contains("rivileged container"))
        #expect(shown.contains("start it without --privileged"))
        #expect(shown.contains("DB_PASSWORD"))
        #expect(!shown.contains("hunter2"))
        try await Self.picture(browser, "posture")

        try await browser.part("posture-run").click()
        try await browser.part("tab-benchmark").click()
        try await browser.wait(until: "\(Self.count("posture-check")) > 5")
        let check: String = try await browser.evaluate(
            "return document.querySelector('[data-test=posture-check][data-name=\"5.5\"]').innerText"
        )
        #expect(check.contains("No container is privileged"))
        #expect(check.contains("web"))
        try await Self.picture(browser, "benchmark")

        try await dashboard.go(to: "containers/web")
        try await browser.part("container-posture").click()
        try await browser.wait(until: "\(Self.count("posture-container")) === 1")
        // The scripted engine has no logs.
        try await dashboard.expectQuietConsole(except: "/log")
        try await dashboard.end()
    }

    @Test("the page fits a phone, dark, in another language")
    func phone() async throws {
        let folder = try TemporaryFolder()
        let engine = try Self.engine(in: folder)
        defer { engine.stop() }
        let dashboard = try await Dashboard(
            environment: ["DOCKER_HOST": "unix://\(folder.path)/docker.sock"],
            folder: folder,
            ready: "",
            size: .phone,
            language: "id-ID"
        )
        let browser = dashboard.browser
        try await dashboard.setUp()
        let _: Bool = try await browser.evaluate(
            "document.documentElement.dataset.theme = 'dark'; return true"
        )
        try await dashboard.go(to: "posture")
        try await browser.wait(until: "\(Self.count("posture-container")) === 2")
        try await browser.part("posture-open").click()
        let overflow: Int = try await browser.evaluate(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        #expect(overflow <= 0)
        try await Self.picture(browser, "posture-phone")
        try await dashboard.end()
    }

    private static func count(_ part: String) -> String {
        "document.querySelectorAll('[data-test=\(part)]').length"
    }

    /// A picture for people, where `JAGA_SCREENSHOTS` says.
    private static func picture(_ browser: Browser, _ name: String) async throws {
        guard let place = ProcessInfo.processInfo.environment["JAGA_SCREENSHOTS"] else { return }
        try await browser.screenshot(to: "\(place)/\(name).png")
    }
}
