// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Synchronization
import Testing

@Suite(
    "answering an alert, in a browser",
    .serialized,
    .enabled(if: Browser.isInstalled, Browser.absence)
)
struct ResponsePageTests {
    private static let id = String(repeating: "5a", count: 32)
    private static let name = "shop <b>web</b>"

    @Test("an alert's container is paused from its detail, and the page of responses undoes it")
    func actAndUndo() async throws {
        let scene = try await ResponsePage()
        let browser = scene.dashboard.browser
        try await scene.dashboard.setUp()
        try await scene.openAlert()

        try await browser.part("respond").click()
        try await scene.picture("respond-menu")
        try await browser.part("respond-docker-pause").click()
        let effect = try await browser.part("respond-effect").text()
        #expect(effect.hasPrefix("All processes in \(Self.name) freeze at once"))
        try await browser.wait(
            until: """
                document.querySelector('[data-test=respond-dialog]').innerText.includes('nginx')
                """
        )
        try await scene.picture("respond-question")

        try await browser.part("respond-try").click()
        let said = try await browser.part("respond-said").text()
        #expect(said.contains("would do docker-pause of container 5a5a5a5a5a5a (\(Self.name))"))
        #expect(scene.asked("/pause") == 0)

        try await browser.part("respond-confirm").click()
        let toast = try await browser.element(".toast").text()
        #expect(toast == "Done: the container is paused")
        #expect(scene.asked("/pause") == 1)
        scene.answer(state: "paused")

        try await scene.dashboard.go(to: "responses")
        try await browser.wait(
            until: "document.querySelector('tr[data-state=standing]') !== null"
        )
        let row = try await browser.element("tr[data-state=standing]").text()
        for word in [Self.name, "docker-pause", "rule 31103", "user:admin", "left"] {
            #expect(row.contains(word), "\(row)")
        }
        try await scene.picture("responses-standing")

        try await browser.part("response-undo").click()
        let question = try await browser.part("undo-dialog").text()
        #expect(question.contains("\(Self.name) runs again at once."))
        try await browser.part("undo-confirm").click()
        try await browser.wait(
            until: "document.querySelector('tr[data-state=undone]') !== null"
        )
        let ended = try await browser.element("tr[data-state=undone]").text()
        #expect(ended.contains("the container runs again"))
        #expect(ended.contains("undone by user:admin"))
        #expect(scene.asked("/unpause") == 1)
        try await scene.picture("responses-ended")
        try await scene.dashboard.expectQuietConsole(except: "401")
        try await scene.end()
    }

    @Test("what the engine does not do is said in the question, which stays open")
    func failure() async throws {
        let scene = try await ResponsePage()
        let browser = scene.dashboard.browser
        scene.engine.answer(
            "/containers/\(Self.id)/pause",
            with: .json(#"{"message":"no <i>such</i> cgroup"}"#, status: 500)
        )
        try await scene.dashboard.setUp()
        try await scene.openAlert()
        try await browser.part("respond").click()
        try await browser.part("respond-docker-pause").click()
        try await browser.part("respond-confirm").click()
        let problem = try await browser.part("problem").text()
        #expect(problem.contains("no <i>such</i> cgroup"))
        #expect(try await browser.texts("[data-test=respond-dialog]").count == 1)
        try await scene.picture("respond-failed")
        try await scene.end()
    }

    @Test("who may only look or analyse is offered no act, and the API refuses it")
    func forbidden() async throws {
        let scene = try await ResponsePage()
        let browser = scene.dashboard.browser
        let link = try scene.addUser("vera", role: "analyst")
        try await browser.open(link)
        try await browser.part("setup-password").type(Dashboard.password)
        try await browser.part("setup-again").type(Dashboard.password)
        try await browser.part("setup-submit").click()
        _ = try await browser.part("kpi-total")
        try await scene.openAlert()
        #expect(try await browser.texts("[data-test=respond]").isEmpty)

        let body = """
            {act: 'docker-pause', container: '\(Self.id)', mode: 'enforce'}
            """
        let status: Int = try await browser.evaluate(
            """
            return fetch('api/v1/session').then(a => a.json()).then(s => fetch('api/v1/responses', {
              method: 'POST', body: JSON.stringify(\(body)),
              headers: {'Content-Type': 'application/json', 'X-Jaga-CSRF': s.csrf},
            })).then(a => a.status)
            """
        )
        #expect(status == 403)
        #expect(scene.asked("/pause") == 0)

        // The same person with another role; a server looks at its users once a second.
        _ = try scene.user("role", "vera", "responder")
        let isSeen: Bool = try await browser.evaluate(
            """
            return (async () => {
              for (let n = 0; n < 100; n += 1) {
                const session = await fetch('api/v1/session').then(a => a.json());
                if (session.role === 'responder') return true;
                await new Promise(done => setTimeout(done, 100));
              }
              return false;
            })()
            """
        )
        #expect(isSeen)
        try await browser.reload()
        try await scene.openAlert()
        try await browser.part("respond").click()
        try await browser.part("respond-docker-pause").click()
        try await browser.part("respond-confirm").click()
        let toast = try await browser.element(".toast").text()
        #expect(toast == "Done: the container is paused")
        try await scene.end()
    }
}

/// A dashboard with one alert, and an engine that does what is asked of it.
private final class ResponsePage: Sendable {
    private static let id = String(repeating: "5a", count: 32)
    private static let name = "shop <b>web</b>"

    let folder: TemporaryFolder
    let engine: ScriptedDockerEngine
    let dashboard: Dashboard
    private let requests = Requests()

    init() async throws {
        folder = try TemporaryFolder()
        engine = try ScriptedDockerEngine(at: .unix(path: folder.path + "/docker.sock"))
        try SeededAlerts.write([Self.alert], to: folder.path + "/data")
        dashboard = try await Dashboard(
            environment: ["DOCKER_HOST": "unix://\(folder.path)/docker.sock"],
            folder: folder,
            ready: ""
        )
        engine.answer("/_ping", with: .json("OK"))
        engine.answer("/version", with: .json(#"{"Version":"28.2.2","ApiVersion":"1.50"}"#))
        engine.answer("/images/json", with: .json("[]"))
        engine.answer("/events?until", with: .chunks([]))
        engine.answer("/events", with: .stream(ScriptedStream()))
        for act in ["pause", "unpause"] {
            engine.answer("/containers/\(Self.id)/\(act)", with: .json("{}"))
        }
        answer(state: "running")
        let (engine, requests) = (engine, requests)
        Task { for await request in engine.requests { requests.add(request.path) } }
    }

    private static var alert: String {
        """
        {"timestamp":"\(SeededAlerts.stamp(Date().addingTimeInterval(-60)))","rule":{"level":7,"description":"Web: SQL injection in the URL",\
        "id":"31103","firedtimes":1,"mail":false,"groups":["web","attack"]},\
        "agent":{"id":"000","name":"host"},"manager":{"name":"host"},"id":"1764230400.1",\
        "full_log":"x","decoder":{"name":"web-accesslog"},"data":{"srcip":"203.0.113.9",\
        "container":{"id":"\(id)","name":"\(name)","image":"nginx:1.27"}},"location":"docker:web"}
        """
    }

    /// What the engine says of the container from now on.
    func answer(state: String) {
        engine.answer(
            "/containers/json",
            with: .json(
                """
                [{"Id":"\(Self.id)","Names":["/\(Self.name)"],"Image":"nginx:1.27","ImageID":"sha256:1",\
                "State":"\(state)","Status":"Up 2 days","Created":1700000000,"Ports":[],"Labels":{}}]
                """
            )
        )
        engine.answer(
            "/containers/\(Self.id)/json",
            with: .json(
                """
                {"Id":"\(Self.id)","Name":"/\(Self.name)","Image":"sha256:1",\
                "Created":"2020-01-01T00:00:00Z","State":{"Status":"\(state)",\
                "StartedAt":"2020-01-01T00:00:00Z"},"Config":{"Image":"nginx:1.27","Labels":{}},\
                "HostConfig":{"LogConfig":{"Type":"none"},"RestartPolicy":{"Name":"no"}},\
                "NetworkSettings":{"Networks":{}}}
                """
            )
        )
    }

    /// How many requests the engine got for an act on the container.
    func asked(_ act: String) -> Int { requests.count("/containers/\(Self.id)\(act)") }

    func openAlert() async throws {
        let browser = dashboard.browser
        // Alerts of the engine come above it.
        let row = "document.querySelector('[data-test=alert-row][data-id=\"1764230400.1\"]')"
        try await browser.wait(until: row)
        let _: Bool = try await browser.evaluate("\(row).click(); return true")
        _ = try await browser.part("detail-table")
    }

    /// `jaga user` with these words.
    func user(_ words: String...) throws -> String {
        try Shell.expect([Binary.path, "user"] + words + ["--data", dashboard.jaga.data])
    }

    /// - Returns: The link that sets the password.
    func addUser(_ name: String, role: String) throws -> String {
        try user("add", name, "--role", role, "--url", dashboard.url)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func picture(_ name: String) async throws {
        guard let place = ProcessInfo.processInfo.environment["JAGA_SCREENSHOTS"] else { return }
        try await dashboard.browser.screenshot(to: "\(place)/\(name).png")
    }

    func end() async throws {
        try await dashboard.end()
        engine.stop()
    }

    /// Paths that were asked for.
    private final class Requests: Sendable {
        private let paths = Mutex<[String]>([])

        func add(_ path: String) { paths.withLock { $0.append(path) } }
        func count(_ path: String) -> Int { paths.withLock { $0.count { $0 == path } } }
    }
}
