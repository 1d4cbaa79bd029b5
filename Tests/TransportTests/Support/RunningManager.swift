// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Synchronization
import Transport

/// A manager that runs in a folder of its own, and the events that it gave.
final class RunningManager: Sendable {
    static let second = "002 web-2 any " + String(repeating: "7", count: 64)
    static let local = "003 web-3 127.0.0.1 " + String(repeating: "8", count: 64)

    let folder: TemporaryFolder
    let manager: WazuhManager
    let ports: WazuhManager.Addresses
    let clock: Clock
    private let events: Collected
    private let task: Task<Void, any Error>

    private init(
        _ folder: TemporaryFolder,
        _ manager: WazuhManager,
        _ ports: WazuhManager.Addresses,
        _ run: (events: Collected, task: Task<Void, any Error>, clock: Clock)
    ) {
        self.folder = folder
        self.manager = manager
        self.ports = ports
        events = run.events
        clock = run.clock
        task = run.task
    }

    /// A clock that tests move on.
    final class Clock: Sendable {
        private let start = ContinuousClock.now
        private let shift = Mutex<Int64>(0)

        var uptime: Int64 {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
                + shift.withLock { $0 }
        }

        func advance(seconds: Int64) {
            shift.withLock { $0 += seconds * 1_000_000_000 }
        }
    }

    /// Events as `AGENT ADDRESS LOCATION TEXT`; of modules with the queue before the text.
    final class Collected: Sendable {
        let lines = Mutex<[String]>([])
        /// While it is held, the sink takes nothing.
        let isHeld = Mutex(false)

        func take(_ batch: EventBatch) async {
            while isHeld.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(5)) }
            let texts = batch.entries.map { entry in
                let source = batch.sources[entry.source]
                let text = Array(batch.bytes[entry.text]).text
                let queue = String(decoding: [source.kind.queue], as: UTF8.self)
                let kind = source.kind == .log ? "" : queue + " "
                return "\(source.agent.id) \(source.agent.address) \(source.location.text) "
                    + "\(kind)\(text)"
            }
            lines.withLock { $0 += texts }
        }
    }

    /// Starts one on free ports of 127.0.0.1.
    static func start(
        _ folder: TemporaryFolder? = nil,
        change: (inout ManagerConfiguration) -> Void = { _ in }
    ) async throws -> RunningManager {
        let folder = try folder ?? prepared()
        let clock = Clock()
        var configuration = try configuration(folder, clock)
        change(&configuration)
        let manager = WazuhManager(configuration)
        let events = Collected()
        let (ports, continuation) = AsyncStream.makeStream(of: WazuhManager.Addresses.self)
        let task = Task {
            defer { continuation.finish() }
            try await manager.run(
                sink: { batch, kept in
                    await events.take(batch)
                    kept()
                },
                report: { _ in },
                listening: { continuation.yield($0) }
            )
        }
        var iterator = ports.makeAsyncIterator()
        guard let found = await iterator.next() else {
            try await task.value
            throw TestFailure("the manager did not listen")
        }
        return RunningManager(folder, manager, found, (events, task, clock))
    }

    /// A folder with three agents.
    static func prepared() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(
            "\(Vectors.keyLine)\n\(second)\n\(local)\n",
            to: "etc/client.keys"
        )
        try folder.write(TestCertificates.manager, to: "etc/sslmanager.cert")
        try folder.write(TestCertificates.managerKey, to: "etc/sslmanager.key")
        return folder
    }

    private static func configuration(
        _ folder: TemporaryFolder,
        _ clock: Clock
    ) throws -> ManagerConfiguration {
        guard let version = AgentVersion("v4.14.7") else { throw TestFailure("no version") }
        var configuration = ManagerConfiguration(
            files: ManagerFiles(root: folder.path),
            name: "manager",
            version: version,
            time: HostTime(
                now: { Timestamp(nanoseconds: 1_790_000_000_000_000_000) },
                uptime: { clock.uptime }
            )
        )
        let endpoint = ListenEndpoint(host: "127.0.0.1", port: 0)
        configuration.streams = endpoint
        configuration.datagrams = endpoint
        configuration.enrolment = ManagerConfiguration.Enrolment(
            endpoint: endpoint,
            certificate: folder.path + "/etc/sslmanager.cert",
            key: folder.path + "/etc/sslmanager.key",
            policy: EnrolmentPolicy(managerName: "manager", managerVersion: version)
        )
        return configuration
    }

    var eventLines: [String] { events.lines.withLock { $0 } }

    /// Lets the sink take nothing, or go on.
    func hold(_ isHeld: Bool) {
        events.isHeld.withLock { $0 = isHeld }
    }

    func state(_ id: String) -> AgentState? { manager.directory.agent(id)?.state }

    /// Speaks as an agent over TCP or UDP.
    func agent(
        over transport: String = "tcp",
        by method: String = "aes",
        as line: String = Vectors.keyLine,
        _ steps: String...
    ) async throws -> [String] {
        let port = transport == "tcp" ? ports.streamPort : ports.datagramPort
        return try await Peer.run(
            ["agent", transport, method, "127.0.0.1", "\(port ?? 0)", line] + steps
        )
    }

    func enrol(_ line: String) async throws -> [String] {
        try await Peer.run("enrol", "127.0.0.1", "\(ports.enrolmentPort ?? 0)", line)
    }

    func end() async throws {
        task.cancel()
        try await task.value
    }

    deinit { task.cancel() }
}

/// Waits until something is so, at most half a minute.
func eventually(_ claim: @Sendable () async -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
        if await claim() { return true }
        // A pause between two looks, not a wait for an effect.
        try? await Task.sleep(for: .milliseconds(10))
    }
    return await claim()
}
