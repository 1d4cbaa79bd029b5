// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Daemon
import EventModel
import Foundation
import Glibc
import Synchronization

/// An all-in-one of this process, with a file to read and rules that alert on each line
/// `event N`, once more on each tenth.
final class DaemonBench: Sendable {
    let folder: String
    private let seen = Mutex(0)
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation
    /// Called on the analysis' own thread with each batch of alerts.
    private let onAlerts = Mutex<(@Sendable () -> Void)?>(nil)

    init() throws {
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        folder = NSTemporaryDirectory() + "/jaga-daemon-" + UUID().uuidString
        for name in ["", "/ruleset", "/ruleset/decoders", "/ruleset/rules"] {
            try FileManager.default.createDirectory(
                atPath: folder + name,
                withIntermediateDirectories: true
            )
        }
        try write("", to: "app.log")
        try write(Self.decoders, to: "ruleset/decoders/decoders.xml")
        try write(Self.rules, to: "ruleset/rules/rules.xml")
        try write(
            """
            <ossec_config>
            <wodle name="docker-listener"><disabled>yes</disabled></wodle>
            <localfile><log_format>syslog</log_format><location>\(folder)/app.log</location>
            <only-future-events>no</only-future-events></localfile>
            </ossec_config>
            """,
            to: "ossec.conf"
        )
    }

    deinit {
        // Best effort: what stays in the system's temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: folder)
    }

    var data: String { folder + "/data" }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
    }

    /// Appends lines `event FIRST` and so on to the file.
    func append(_ numbers: Range<Int>) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder + "/app.log"))
        try file.seekToEnd()
        let lines = numbers.map { "event \($0)\n" }.joined()
        try file.write(contentsOf: Data(lines.utf8))
        try file.close()
    }

    /// Runs `body` while Jaga runs.
    func run(
        environment: [String: String] = [:],
        agents: AgentPort? = nil,
        onAlerts: (@Sendable () -> Void)? = nil,
        _ body: (DaemonBench) async throws -> Void
    ) async throws {
        self.onAlerts.withLock { $0 = onAlerts }
        seen.withLock { $0 = 0 }
        var configured = configuration()
        configured.agents = agents
        let jaga = AllInOne(configured, observer: observer())
        let work = Task {
            defer {
                seen.withLock { $0 = .max }
                changed.yield()
            }
            try await jaga.run(reloads: AsyncStream { $0.finish() })
        }
        var failure: (any Error)?
        do { try await body(self) } catch { failure = error }
        work.cancel()
        try await work.value
        try await waitForIndexers()
        if let failure { throw failure }
    }

    /// Until the threads that index have let go of their files, for the next run of this
    /// process.
    private func waitForIndexers() async throws {
        for name in ["alerts", "archives"] {
            let descriptor = open(data + "/index/\(name).lock", O_RDWR | O_CLOEXEC)
            defer { close(descriptor) }
            while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// Waits until so many alerts were committed in this run, or it ended.
    func alerts(_ count: Int) async {
        if seen.withLock({ $0 }) >= count { return }
        for await _ in changes where seen.withLock({ $0 }) >= count { return }
    }

    /// A series of the metrics file as it was written last.
    func metric(_ name: String) -> Int? {
        let text = try? String(contentsOfFile: data + "/state/metrics.prom", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix(name + " ") }
        return line.flatMap { Int($0.dropFirst(name.count + 1)) }
    }

    private func observer() -> DaemonObserver {
        DaemonObserver(
            started: { _ in },
            listening: { _ in },
            alerts: { [self] batch in
                let count = batch.entries.count
                seen.withLock { $0 &+= count }
                changed.yield()
                onAlerts.withLock { $0 }?()
            },
            notice: { _ in }
        )
    }

    private func configuration() -> AllInOne.Configuration {
        var web = WebSettings()
        web.listen = .off
        return AllInOne.Configuration(
            data: DataFolder(path: data),
            file: folder + "/ossec.conf",
            environment: ["DOCKER_HOST": "unix://" + folder + "/no.sock"],
            userID: 0,
            hostname: "manager",
            version: "test",
            rulesets: [folder + "/ruleset"],
            web: web,
            store: .sqlite,
            keepsArchives: true,
            spoolLimit: 64 << 20
        )
    }

    private static let decoders = """
        <decoder name="app"><prematch>^event </prematch></decoder>
        <decoder name="app-fields"><parent>app</parent><regex offset="after_parent">(\\d+)</regex><order>id</order></decoder>
        """

    private static let rules = """
        <group name="app,">
        <rule id="1" level="0" noalert="1"><category>syslog</category><description>all</description></rule>
        <rule id="100100" level="5"><if_sid>1</if_sid><decoded_as>app</decoded_as><description>event $(id)</description></rule>
        <rule id="100101" level="10" frequency="10" timeframe="600"><if_matched_sid>100100</if_matched_sid><description>ten events</description></rule>
        </group>
        """
}
