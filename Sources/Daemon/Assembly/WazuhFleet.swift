// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Synchronization
import Transport
import WebServer

/// The manager of Wazuh agents in this process, when `ossec.conf` asks for one.
struct WazuhFleet: Sendable {
    /// What agents are told of; newer ones are refused unless it is allowed.
    private static let wazuhVersion = "v4.14.7"
    private static let retryInterval = Duration.seconds(10)

    private let data: DataFolder
    private let hostname: String
    private let settings: FleetSettings
    private let queue: EventQueue
    private let board: AgentBoard
    private let notice: @Sendable (OperatorNotice) -> Void
    private let current = Current()

    /// What runs now, for those who ask.
    private final class Current: Sendable {
        let manager = Mutex<WazuhManager?>(nil)
        /// Why it does not listen; nil when it does.
        let problem = Mutex<String?>(nil)
    }

    /// Nil when nothing asks for agents.
    init?(
        _ configuration: AllInOne.Configuration,
        _ settings: Settings,
        _ queue: EventQueue,
        _ board: AgentBoard,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        guard settings.fleet.remote != nil || settings.fleet.enrolment != nil else { return nil }
        data = configuration.data
        hostname = configuration.hostname
        self.settings = settings.fleet
        self.queue = queue
        self.board = board
        self.notice = notice
    }

    /// The manager that serves; nil until the first try.
    var manager: WazuhManager? { current.manager.withLock { $0 } }

    /// A line for `jaga status`.
    var status: [StatusReport.Source] {
        guard let manager else { return [] }
        let problem = current.problem.withLock { $0 }
        let ports = [
            settings.remote.map { "\($0.host):\($0.port)" },
            settings.enrolment.map { "enrolment \($0.host):\($0.port)" },
        ]
        let name = ports.compactMap(\.self).joined(separator: ", ")
        return [StatusReport.Source(manager, name: name, problem: problem)]
    }

    /// Serves agents until the task is cancelled, and tells the command line of them.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await serve() }
            group.addTask { await WazuhReports(data, board, notice: notice).run() }
        }
    }

    /// Serves agents; what fails is tried again and said once.
    private func serve() async {
        var said = ""
        while !Task.isCancelled {
            do {
                let manager = WazuhManager(try configure())
                current.manager.withLock { $0 = manager }
                board.set(manager)
                defer { board.set(nil) }
                try await manager.run(
                    sink: { [queue] batch, kept in
                        // Not taken only at the end, when agents are cut off too.
                        let delivery = Delivery(batch: batch, checkpoint: nil) { _ in kept() }
                        _ = await queue.push(delivery)
                    },
                    report: { [notice] in notice(.maintenanceFailed("\($0)")) },
                    listening: { [current] _ in current.problem.withLock { $0 = nil } }
                )
            } catch {
                current.problem.withLock { $0 = "\(error)" }
                if "\(error)" != said { notice(.maintenanceFailed("\(error)")) }
                said = "\(error)"
            }
            // Cancellation ends the wait, and the loop with it.
            try? await Task.sleep(for: Self.retryInterval)
        }
    }

    /// What the settings say, and the password, a small file.
    private func configure() throws -> ManagerConfiguration {
        guard let version = AgentVersion(Self.wazuhVersion) else {
            preconditionFailure("\(Self.wazuhVersion) is no version")
        }
        var manager = ManagerConfiguration(
            files: ManagerFiles(root: data.path),
            name: hostname,
            version: version,
            time: .system()
        )
        manager.tellsFirstReports = true
        manager.periods.disconnection = .seconds(settings.disconnectionSeconds)
        manager.periods.alert = .seconds(settings.disconnectionAlertSeconds)
        if let remote = settings.remote {
            let endpoint = ListenEndpoint(host: remote.host, port: remote.port)
            manager.streams = remote.usesTCP ? endpoint : nil
            manager.datagrams = remote.usesUDP ? endpoint : nil
            manager.allowsHigherVersions = remote.allowsHigherVersions
            manager.periods.overtake = remote.overtakeSeconds.map { .seconds($0) }
        }
        manager.enrolment = try settings.enrolment.map { try enrolment($0, version) }
        return manager
    }

    private func enrolment(
        _ settings: FleetSettings.Enrolment,
        _ version: AgentVersion
    ) throws -> ManagerConfiguration.Enrolment {
        var policy = EnrolmentPolicy(managerName: hostname, managerVersion: version)
        if settings.usesPassword { policy.password = try password() }
        policy.usesSourceAddress = settings.usesSourceAddress
        policy.allowsHigherVersions = settings.allowsHigherVersions
        policy.purges = settings.purges
        policy.replacement.isEnabled = settings.isForced
        policy.replacement.needsKeyMismatch = settings.needsKeyMismatch
        policy.replacement.disconnectedFor = settings.disconnectedSeconds.map { .seconds($0) }
        policy.replacement.registeredFor = .seconds(settings.registeredSeconds)
        var enrolment = ManagerConfiguration.Enrolment(
            endpoint: ListenEndpoint(host: settings.host, port: settings.port),
            certificate: path(settings.certificate),
            key: path(settings.key),
            policy: policy
        )
        enrolment.agentAuthority = settings.agentAuthority.map(path)
        enrolment.verifiesAgentAddress = settings.verifiesAgentAddress
        return enrolment
    }

    /// The first line of `etc/authd.pass`.
    ///
    /// - Compatibility: Wazuh makes one at each start and logs it when there is none; here
    ///   the operator writes it, since a secret does not belong in a log.
    private func password() throws -> String {
        let file = path("etc/authd.pass")
        let bytes = try FileSystem.contents(of: file, limit: 64 << 10)
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard (2...4_094).contains(line.count) else {
            throw DaemonError(
                .invalidConfiguration,
                "\(file) holds no password for agents: write one of at least two characters"
            )
        }
        return String(decoding: line, as: UTF8.self)
    }

    private func path(_ path: String) -> String {
        path.hasPrefix("/") ? path : data.path + "/" + path
    }
}
