// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Analysis
import EventModel
import Foundation
import NIOSSL
import Ruleset
import Synchronization
import Testing
import WebServer

/// A clock that a test moves.
final class ManualClock: Sendable {
    private let milliseconds: Mutex<Int64>

    init(_ start: Int64) { milliseconds = Mutex(start) }

    var now: Int64 { milliseconds.withLock { $0 } }

    func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }

    var clock: WallClock { WallClock { Timestamp(nanoseconds: self.now * 1_000_000) } }
}

/// A server on the loopback with everything behind it scripted.
struct ServerFixture: Sendable {
    /// 2026-11-27T00:00:00Z.
    static let start: Int64 = 1_795_737_600_000
    static let password = "correct horse"

    /// Changed before the server begins.
    struct Setup {
        var configuration: WebConfiguration
        var pace = JagaServer.Pace()
        var archives: MemoryIndex?
        var trouble: String?
        var accounts: (inout Accounts) throws -> Void = { _ in }
        var reload: @Sendable () async throws -> ReloadReport = {
            ReloadReport(rules: 3, decoders: 2)
        }
        var responses: ResponseSource?
    }

    let folder: String
    let clock: ManualClock
    let alerts: MemoryIndex
    let containers: FakeContainers
    let live: LiveAlerts
    let address: JagaServer.Address
    /// Of an administrator.
    let token: String

    var port: Int { address.port }

    /// Runs a server for `body`.
    static func run(
        _ change: (inout Setup) -> Void = { _ in },
        _ body: @escaping @Sendable (ServerFixture) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "jaga-web-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = WebConfiguration(state: folder)
        configuration.port = 0
        var setup = Setup(configuration: configuration)
        change(&setup)
        let token = try AccountFile(folder: folder).update { accounts in
            accounts.makeFirstUser(at: start)
            try setup.accounts(&accounts)
            let admin = try #require(accounts.user("admin"))
            let made = accounts.makeToken(
                "test",
                of: admin,
                role: .administrator,
                TokenLifetime(from: start, days: nil)
            )
            return try #require(made).secret
        }
        let clock = ManualClock(start)
        let (alerts, containers, live) = (MemoryIndex(), FakeContainers(), LiveAlerts())
        let server = JagaServer(
            setup.configuration,
            services: services(setup, alerts, containers, live),
            clock: clock.clock,
            pace: setup.pace
        )
        let (addresses, continuation) = AsyncStream<JagaServer.Address>.makeStream()
        let running = Task {
            defer { continuation.finish() }
            try await server.run { continuation.yield($0) }
        }
        guard let address = await addresses.first(where: { _ in true }) else {
            try await running.value
            throw TooLate()
        }
        let fixture = ServerFixture(
            folder: folder,
            clock: clock,
            alerts: alerts,
            containers: containers,
            live: live,
            address: address,
            token: token
        )
        let outcome: Result<Void, any Error>
        do {
            try await inTime(.seconds(60)) { try await body(fixture) }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        running.cancel()
        try await running.value
        try outcome.get()
    }

    /// Sends a request and reads the whole answer.
    func send(
        _ method: String,
        _ path: String,
        _ headers: [String: String] = [:],
        body: String? = nil,
        tls: NIOSSLContext? = nil
    ) async throws -> RawAnswer {
        var all = headers
        if all["Host"] == nil { all["Host"] = "127.0.0.1:\(port)" }
        all["Connection"] = "close"
        if let body {
            all["Content-Length"] = all["Content-Length"] ?? "\(body.utf8.count)"
            all["Content-Type"] = all["Content-Type"] ?? "application/json"
        }
        var text = "\(method) \(path) HTTP/1.1\r\n"
        for (name, value) in all where !value.isEmpty { text += "\(name): \(value)\r\n" }
        let request = text + "\r\n" + (body ?? "")
        return try await sendRaw(request, tls: tls)
    }

    func sendRaw(_ request: String, tls: NIOSSLContext? = nil) async throws -> RawAnswer {
        let bytes = try await inTime {
            try await RawConnection.open(port: port, tls: tls) { connection in
                try await connection.send(request)
                return try await connection.readToEnd()
            }
        }
        return try #require(RawAnswer(bytes))
    }

    /// `GET` of the API with the administrator's token.
    func get(_ path: String) async throws -> RawAnswer {
        try await send("GET", "/api/v1" + path, bearer)
    }

    /// `POST` of the API with the administrator's token.
    func post(_ path: String, _ body: String) async throws -> RawAnswer {
        try await send("POST", "/api/v1" + path, bearer, body: body)
    }

    var bearer: [String: String] { ["Authorization": "Bearer \(token)"] }

    /// Reads events of a stream.
    func events<Result: Sendable>(
        _ path: String,
        _ headers: [String: String]? = nil,
        _ body: @escaping @Sendable (inout EventReader) async throws -> Result
    ) async throws -> Result {
        var text = "GET /api/v1\(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        for (name, value) in headers ?? bearer { text += "\(name): \(value)\r\n" }
        let request = text + "\r\n"
        return try await inTime {
            try await RawConnection.open(port: port) { connection in
                try await connection.send(request)
                var reader = EventReader(connection)
                try await reader.readHead()
                return try await body(&reader)
            }
        }
    }

    /// Waits until a condition holds.
    func eventually(_ condition: @Sendable () async throws -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    private static func services(
        _ setup: Setup,
        _ alerts: MemoryIndex,
        _ containers: FakeContainers,
        _ live: LiveAlerts
    ) -> Services {
        let ruleset = TestRuleset.load()
        let trouble = setup.trouble
        var services = Services(
            identity: .init(version: "0.0.1", hostname: "box", data: "/data", started: start),
            alerts: alerts,
            archives: setup.archives,
            live: live,
            containers: containers,
            ruleset: {
                RulesetView(
                    ruleset: ruleset,
                    generation: 1,
                    firedTimes: { [100_001: 7] },
                    contents: { $0 == TestRuleset.rulesFile ? TestRuleset.rules : nil }
                )
            },
            logtestEngine: {
                AnalysisEngine(
                    ruleset: ruleset,
                    configuration: .init(managerName: "box", mode: .session(alertLevel: 3))
                )
            },
            status: {
                var report = StatusReport()
                report.sources = [.init(kind: "docker-events", name: "engine", state: .connected)]
                return report
            },
            reload: setup.reload,
            metrics: { "jaga_events_total 5\n" },
            trouble: { trouble }
        )
        services.agents = AgentSource(
            list: {
                [AgentSource.Agent(id: "100001", name: "web-1", kind: "jaga", state: "active")]
            },
            change: { _, _ in },
            token: nil
        )
        services.outputs = OutputSource(
            list: {
                var output = OutputSource.Output(
                    name: "ops",
                    kind: "slack",
                    target: "https://hooks.slack.com",
                    state: "failing"
                )
                (output.trouble, output.waiting) = ("it answered 429", 3)
                return [output]
            },
            test: { name in throw OutputSource.Refusal("\(name) is away", isUnknown: false) }
        )
        services.posture = FakePosture.source
        services.vulnerabilities = FakeVulnerabilities.source
        services.responses = setup.responses
        return services
    }
}

/// What is known of one container, and of no run of the benchmark that was refused.
enum FakePosture {
    static let container =
        #"{"id":"c1","name":"web","image":"i","engine":"","state":"running","score":46,"findings":[],"ignored":[]}"#
    static let overview = #"{"containers":[\#(container)],"figures":{},"audit":{},"runs":[]}"#
    static let audit =
        #"{"benchmark":"b","version":"1","time_ms":1,"host":"h","engine":"e","score":1,"previous_score":2,"passed":1,"failed":1,"not_applicable":0,"manual":0,"changes":[],"results":[]}"#

    static let source = PostureSource(
        overview: { Array(overview.utf8) },
        container: { $0 == "web" ? Array(container.utf8) : nil },
        audit: { Array(audit.utf8) },
        run: { throw PostureSource.Refusal("the benchmark runs already") }
    )
}

/// A small ruleset.
enum TestRuleset {
    static let rulesFile = "etc/rules/local_rules.xml"
    static let rules = [UInt8](
        """
        <group name="local,">
          <rule id="1" level="0" noalert="1">
            <category>syslog</category>
            <description>All of syslog</description>
          </rule>
          <!-- </rule> of a comment -->
          <rule id="100001" level="5">
            <if_sid>1</if_sid><match>login failed</match>
            <description>Failed login</description>
            <mitre><id>T1110</id></mitre>
          </rule>
          <rule id="100002" level="10" frequency="3" timeframe="60">
            <if_matched_sid>100001</if_matched_sid>
            <description>Many failed logins</description>
            <group>brute,</group>
          </rule>
          <rule id="100003" level="3">
            <if_sid>1</if_sid><match>hello</match>
            <description>A greeting</description>
          </rule>
        </group>
        """.utf8
    )
    private static let decoders = [UInt8](
        """
        <decoder name="app"><prematch>^app: </prematch></decoder>
        <decoder name="app-user"><parent>app</parent>
          <regex>user (\\S+)</regex><order>user</order></decoder>
        """.utf8
    )

    static func load() -> Ruleset {
        let files = RulesetFiles(
            decoders: [RulesetFile(path: "etc/decoders/local_decoder.xml", bytes: decoders)],
            rules: [RulesetFile(path: rulesFile, bytes: rules)],
            lists: []
        )
        let loading = RulesetLoader.load(files, settings: RulesetSettings())
        guard let ruleset = loading.ruleset else {
            preconditionFailure("\(loading.diagnostics)")
        }
        return ruleset
    }
}
