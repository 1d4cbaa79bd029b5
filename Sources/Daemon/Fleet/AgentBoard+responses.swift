// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Fleet
import Synchronization
import Transport
import WebServer

extension FleetCommand.Kind {
    /// A step of an act: a `RemoteOrder`, answered by a `RemoteAnswer`.
    static let response = FleetCommand.Kind(rawValue: "response")
}

extension AgentBoard {
    private static let patience = Duration.seconds(20)
    /// A script may take a minute, evidence of a container longer.
    private static let performingPatience = Duration.seconds(90)
    private static let evidencePatience = Duration.seconds(660)

    /// Agents that are connected.
    var connected: [String] { agents.filter { $0.state == "active" }.map(\.id) }

    /// Who acts on an agent's host; nil while the agent is not connected.
    func performer(for agent: String) -> (any ActPerformer)? {
        if let fleet, let presence = fleet.registry.presences[agent]?.presence {
            guard presence == .active, fleet.registry.registration(agent) != nil else {
                return nil
            }
            let commands = fleet.commands
            return RemotePerformer { order in
                let command = try FleetCommand(
                    .response,
                    order,
                    timeLimit: Self.timeLimit(order)
                )
                return try await commands.send(command, to: agent).value(RemoteAnswer.self)
            }
        }
        guard let manager = wazuh.withLock({ $0 }), connected.contains(agent) else { return nil }
        return WazuhPerformer(node: hostname) { try manager.respond($0, at: agent) }
    }

    private static func timeLimit(_ order: RemoteOrder) -> Duration {
        guard order.step == .perform else { return patience }
        return order.act.kind == .dockerSnapshot ? evidencePatience : performingPatience
    }
}
