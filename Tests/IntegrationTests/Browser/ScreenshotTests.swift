// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

/// Pictures of the pages, for people to look at: the one in README.md is made
/// here.
@Suite(
    "pictures of the dashboard",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct ScreenshotTests {
    /// Where pictures go: `JAGA_SCREENSHOTS`, else a folder that is thrown away.
    private static let wanted = ProcessInfo.processInfo.environment["JAGA_SCREENSHOTS"]

    @Test("each page can be drawn, with alerts on it, on a desktop and a phone, light and dark")
    func pages() async throws {
        let folder = try TemporaryFolder()
        let place = Self.wanted ?? folder.path
        let count =
            Int(ProcessInfo.processInfo.environment["JAGA_SCREENSHOT_ALERTS"] ?? "") ?? 2_400
        try SeededAlerts.write(
            SeededAlerts.day(count: count, seed: 11, end: Date()),
            to: folder.path + "/data"
        )
        let engine = try Self.engine(in: folder)
        defer { engine.stop() }
        let dashboard = try await Dashboard(
            environment: ["DOCKER_HOST": "unix://\(folder.path)/docker.sock"],
            folder: folder,
            ready: ""
        )
        let browser = dashboard.browser
        try await dashboard.setUp()

        for (size, name) in [(Browser.Size.desktop, "desktop"), (.phone, "phone")] {
            try await browser.resize(to: size)
            for theme in ["light", "dark"] {
                let _: Bool = try await browser.evaluate(
                    "document.documentElement.dataset.theme = '\(theme)'; return true"
                )
                for page in ["hunt", "docker", "rules", "status"] {
                    try await dashboard.go(to: page)
                    try await browser.wait(
                        until: "document.querySelectorAll('.bone').length === 0"
                    )
                    let path = "\(place)/\(page)-\(name)-\(theme).png"
                    try await browser.screenshot(to: path)
                    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
                    #expect((size ?? 0) > 10_000, "\(path) has a picture in it")
                }
            }
        }
        try await dashboard.expectQuietConsole()
        try await dashboard.end()
    }

    private static func engine(in folder: TemporaryFolder) throws -> ScriptedDockerEngine {
        let engine = try ScriptedDockerEngine(at: .unix(path: folder.path + "/docker.sock"))
        let now = Int(Date().timeIntervalSince1970)
        let containers = SeededAlerts.containers.enumerated().map { index, container in
            let ports =
                container.0 == "web"
                ? #"{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}"# : ""
            return """
                {"Id":"\(SeededAlerts.id(of: container.0))","Names":["/\(container.0)"],\
                "Image":"\(container.1)","ImageID":"sha256:1","State":"\(index == 4 ? "exited" : "running")",\
                "Status":"\(index == 4 ? "Exited (0) 2 hours ago" : "Up \(index + 2) days")",\
                "Created":\(now - 200_000 - index * 86_400),"Ports":[\(ports)],\
                "Labels":{"com.docker.compose.project":"shop","com.docker.compose.service":"\(container.0)"}}
                """
        }
        engine.answer("/_ping", with: .json("OK"))
        engine.answer("/version", with: .json(#"{"Version":"28.2.2","ApiVersion":"1.50"}"#))
        engine.answer("/containers/json", with: .json("[\(containers.joined(separator: ","))]"))
        engine.answer("/images/json", with: .json("[]"))
        engine.answer("/events?until", with: .chunks([]))
        engine.enqueue("/events", .stream(ScriptedStream()), .stream(ScriptedStream()))
        for (name, image) in SeededAlerts.containers { answer(name, image, on: engine) }
        return engine
    }

    /// Its log: through the engine, but for one that keeps none.
    private static func answer(_ name: String, _ image: String, on engine: ScriptedDockerEngine) {
        let id = SeededAlerts.id(of: name)
        let driver = name == "cache" ? "none" : "local"
        engine.answer(
            "/containers/\(id)/json",
            with: .json(
                """
                {"Id":"\(id)","Name":"/\(name)","Image":"sha256:1","Created":"2020-01-01T00:00:00Z",\
                "State":{"Status":"running","StartedAt":"2020-01-01T00:00:00Z"},\
                "Config":{"Image":"\(image)","Labels":{}},\
                "HostConfig":{"LogConfig":{"Type":"\(driver)"}}}
                """
            )
        )
        let log = ScriptedStream()
        let line = Array("2099-01-01T00:00:00Z \(name) is ready\n".utf8)
        log.send([1, 0, 0, 0, 0, 0, 0, UInt8(line.count)] + line)
        engine.answer("/containers/\(id)/logs", with: .stream(log))
    }
}
