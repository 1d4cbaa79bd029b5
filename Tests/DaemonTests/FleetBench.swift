// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Daemon
import EventModel
import Fleet
import Foundation
import Glibc
import Synchronization

/// A manager and an agent of it, both in this process, the rules of ``DaemonBench``.
final class FleetBench: Sendable {
    let manager: DaemonBench
    let agentFolder: String
    private let port: Int
    private let said = Mutex<[String]>([])
    private let backlogEvents: Int

    /// An agent that puts more than `backlogEvents` on a lane of their own.
    init(backlogEvents: Int = 50_000) throws {
        self.backlogEvents = backlogEvents
        manager = try DaemonBench()
        agentFolder = manager.folder + "/agent"
        port = Self.freePort()
        try FileManager.default.createDirectory(
            atPath: agentFolder + "/data/state/fleet",
            withIntermediateDirectories: true
        )
        try configureAgent("")
    }

    /// Writes the agent's own `ossec.conf`.
    func configureAgent(_ sections: String) throws {
        try manager.write(
            """
            <ossec_config>
            <wodle name="docker-listener"><disabled>yes</disabled></wodle>
            \(sections)
            </ossec_config>
            """,
            to: "agent/ossec.conf"
        )
    }

    /// Writes a file below the manager's `etc/shared`.
    func share(_ text: String, group: String) throws {
        let folder = "data/etc/shared/\(group)"
        try FileManager.default.createDirectory(
            atPath: manager.folder + "/" + folder,
            withIntermediateDirectories: true
        )
        try manager.write(text, to: folder + "/agent.conf")
    }

    /// What the agent has told its operator.
    var notices: [String] { said.withLock { $0 } }

    /// How the agent stands, as the command line sees it.
    var report: AgentReport? {
        let folder = manager.data + "/state/fleet"
        // Before the first look of the manager there is none.
        let presences = (try? PresenceFile(folder: folder).read()) ?? [:]
        let registry = AgentRegistry(
            file: FleetFile(folder: folder),
            presences: presences,
            now: { Self.now() },
            tell: { _ in }
        )
        try? registry.refresh()
        return registry.reports.first
    }

    /// Alerts of the manager so far.
    var alerts: [String] {
        let path = manager.data + "/alerts/alerts.json"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// Runs `body` while a manager and an agent of a group work.
    func run(group: String, _ body: (FleetBench) async throws -> Void) async throws {
        var agents = AgentPort()
        agents.host = "127.0.0.1"
        agents.port = port
        try await manager.run(agents: agents) { _ in
            let identity = AgentIdentityFile.path(in: agentFolder + "/data/state/fleet")
            if !FileManager.default.fileExists(atPath: identity) { try await enrol(group) }
            try await runAgent(body)
        }
    }

    /// Runs `body` while the agent works, with or without a manager.
    func runAgent(_ body: (FleetBench) async throws -> Void) async throws {
        let agent = AgentProcess(configuration, observer: observer)
        let work = Task {
            while try await agent.run() == .restart {}
        }
        var failure: (any Error)?
        do { try await body(self) } catch { failure = error }
        work.cancel()
        try await work.value
        if let failure { throw failure }
    }

    /// Events that wait in the agent's spool, as its metrics told last.
    var waitingEvents: Int? {
        let path = agentFolder + "/data/state/metrics.prom"
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix("jaga_in_flight_events ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }

    /// Waits until something is so; false after twenty seconds.
    func waits(until isSo: () -> Bool) async -> Bool {
        for _ in 0..<400 {
            if isSo() { return true }
            // A pause between two looks.
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    private func enrol(_ group: String) async throws {
        let folder = manager.data + "/state/fleet"
        let address = ManagerAddress(host: "127.0.0.1", port: port)
        // Made by the manager when it starts.
        _ = await waits {
            FileManager.default.fileExists(atPath: folder + "/authority.pem")
                && FileManager.default.fileExists(atPath: folder + "/authority.key")
        }
        let authority = try Authority(folder: folder, at: Self.now() / 1_000)
        let token = EnrolmentToken(
            manager: address.description,
            fingerprint: authority.fingerprint,
            expires: Self.now() + 60_000
        )
        try FleetFile(folder: folder).update { contents in
            try contents.add(token.kept(groups: [group]), at: Self.now())
        }
        let enroller = Enroller(address, token, now: { Self.now() })
        for round in 0..<100 {
            do {
                let identity = try await enroller.enrol("web-1")
                try identity.write(agentFolder + "/data/state/fleet")
                return
            } catch let error as FleetError where error.code == .connection && round < 99 {
                // It does not listen yet.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private var observer: DaemonObserver {
        DaemonObserver(
            started: { _ in },
            listening: { _ in },
            alerts: { _ in },
            notice: { notice in self.said.withLock { $0.append(notice.text) } }
        )
    }

    private var configuration: AllInOne.Configuration {
        var web = WebSettings()
        web.listen = .off
        var configuration = AllInOne.Configuration(
            data: DataFolder(path: agentFolder + "/data"),
            file: agentFolder + "/ossec.conf",
            environment: ["DOCKER_HOST": "unix://" + agentFolder + "/no.sock"],
            userID: 0,
            hostname: "web-1",
            version: "test",
            rulesets: [],
            web: web,
            store: .sqlite,
            keepsArchives: false,
            spoolLimit: 64 << 20
        )
        configuration.backlogEvents = backlogEvents
        return configuration
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// A port of loopback that nobody has.
    static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0,
                    getsockname(descriptor, address, &length) == 0
                else { return 0 }
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    Int(UInt16(bigEndian: $0.pointee.sin_port))
                }
            }
        }
    }
}
