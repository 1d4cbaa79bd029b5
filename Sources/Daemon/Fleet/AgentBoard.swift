// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Fleet
import Synchronization
import Transport
import WebServer

/// All agents of a manager, whichever protocol they speak, for API and pages.
final class AgentBoard: Sendable {
    let fleet: FleetManager?
    /// The manager of Wazuh's agents, while it runs.
    let wazuh = Mutex<WazuhManager?>(nil)
    let hostname: String

    init(_ fleet: FleetManager?, hostname: String) {
        self.fleet = fleet
        self.hostname = hostname
    }

    /// Notes the manager of Wazuh's agents that runs now.
    func set(_ manager: WazuhManager?) { wazuh.withLock { $0 = manager } }

    /// What the server asks.
    var source: AgentSource {
        var makeToken: (@Sendable (AgentSource.TokenRequest) async throws -> String)?
        if let fleet { makeToken = { try await self.makeToken($0, fleet) } }
        return AgentSource(
            list: { self.agents },
            change: { try await self.change($0, $1) },
            token: makeToken
        )
    }

    var agents: [AgentSource.Agent] {
        (wazuhReports + (fleet?.registry.reports ?? [])).map(AgentSource.Agent.init)
    }

    /// Wazuh's agents, ordered by id; none while their manager does not run.
    var wazuhReports: [AgentReport] {
        wazuh.withLock { $0 }?.directory.agents.map(AgentReport.init) ?? []
    }

    /// Does what the command line has asked of a Wazuh agent.
    ///
    /// - Throws: `AgentSource.Refusal`.
    func answer(_ request: AgentRequest) async throws {
        switch request.act {
        case .remove: try await change(request.agent, .remove)
        case .restart: try await change(request.agent, .restart)
        case .group: try await change(request.agent, .groups(request.groups))
        }
    }

    private func change(_ id: String, _ change: AgentSource.Change) async throws {
        do {
            if let fleet, fleet.registry.registration(id) != nil {
                try await Self.blocking { try Self.change(id, change, fleet.registry) }
                return
            }
            guard let manager = wazuh.withLock({ $0 }) else {
                throw AgentSource.Refusal("there is no agent \(id)")
            }
            switch change {
            case .remove: try await manager.remove(id, purging: false)
            case .restart: try manager.reconnect(id)
            case .groups(let groups): try await manager.setGroups(groups, of: id)
            }
        } catch let error as FleetError {
            throw AgentSource.Refusal(error.message)
        } catch let error as TransportError {
            throw AgentSource.Refusal(error.message)
        }
    }

    private static func change(
        _ id: String,
        _ change: AgentSource.Change,
        _ registry: AgentRegistry
    ) throws {
        if case .groups(let groups) = change {
            for group in groups where !FleetNames.isGroupName(group) {
                throw AgentSource.Refusal(
                    "a group is up to 128 letters, digits, dots, lines and underscores"
                )
            }
        }
        try registry.update { contents in
            switch change {
            case .remove: try contents.remove(id)
            case .restart: try contents.change(id) { $0.restarts += 1 }
            case .groups(let groups): try contents.change(id) { $0.groups = groups }
            }
        }
    }

    private func makeToken(
        _ request: AgentSource.TokenRequest,
        _ fleet: FleetManager
    ) async throws -> String {
        let host = request.host ?? hostname
        guard let named = ManagerAddress(host) else {
            throw AgentSource.Refusal("host: HOST or HOST:PORT")
        }
        let address =
            request.host == nil ? ManagerAddress(host: named.host, port: fleet.port.port) : named
        if request.groups.contains(where: { !FleetNames.isGroupName($0) }) {
            throw AgentSource.Refusal(
                "groups: each is up to 128 letters, digits, dots, lines and underscores"
            )
        }
        let now = HostClock.now().milliseconds
        let token = EnrolmentToken(
            manager: address.description,
            fingerprint: fleet.authority.fingerprint,
            expires: now + request.expiresSeconds * 1_000
        )
        let kept = token.kept(groups: request.groups)
        try await Self.blocking {
            try fleet.registry.update { try $0.add(kept, at: now) }
        }
        return "jaga agent enroll \(address) --token \(try token.text())"
    }

    /// Does what works on files.
    private static func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
        let outcome = Handback<Result<Void, any Error>>()
        try await DedicatedThread.run("agents") { outcome.give(Result { try body() }) }
        try outcome.take()?.get()
    }
}

extension AgentSource.Agent {
    init(_ report: AgentReport) {
        self.init(
            id: report.id,
            name: report.name,
            kind: report.kind.rawValue,
            state: report.presence.rawValue
        )
        address = report.address
        groups = report.groups
        version = report.version
        system = report.system
        registered = report.registered
        lastSeen = report.lastSeen
        waitingEvents = report.waitingEvents
        lagSeconds = report.lagSeconds
        sources = report.sources
        containers = report.containers
    }
}

extension AgentReport {
    /// What is known of one of Wazuh's agents.
    init(_ status: AgentStatus) {
        self.init(
            id: status.id,
            name: status.name,
            kind: .wazuh,
            presence: AgentPresence(rawValue: status.state.rawValue) ?? .disconnected
        )
        address = status.peer.isEmpty ? status.keepAlive?.address ?? "" : status.peer
        groups = status.groups
        version = status.version ?? ""
        system = status.keepAlive?.uname ?? ""
        lastSeen = status.lastKeepAlive?.milliseconds
    }
}
