// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Fleet

/// How the manager of own agents works, for Prometheus.
struct FleetMetrics {
    private let fleet: FleetManager

    init(_ fleet: FleetManager) {
        self.fleet = fleet
    }

    func prometheusText() -> String {
        var text = """
            # HELP jaga_fleet_agents Own agents by their state.
            # TYPE jaga_fleet_agents gauge

            """
        let reports = fleet.registry.reports
        for state in AgentPresence.allCases {
            let count = reports.count { $0.presence == state }
            text += "jaga_fleet_agents{state=\"\(state.rawValue)\"} \(count)\n"
        }
        let commands = fleet.commands.figures
        text += """
            # HELP jaga_fleet_commands_total Commands to agents by what became of them.
            # TYPE jaga_fleet_commands_total counter
            jaga_fleet_commands_total{what="sent"} \(commands.sent)
            jaga_fleet_commands_total{what="answered"} \(commands.answered)
            jaga_fleet_commands_total{what="unreached"} \(commands.unreached)
            jaga_fleet_commands_total{what="unanswered"} \(commands.unanswered)
            jaga_fleet_commands_total{what="refused"} \(commands.refused)
            # HELP jaga_fleet_configurations_refused_total Central configurations that agents do not use.
            # TYPE jaga_fleet_configurations_refused_total counter
            jaga_fleet_configurations_refused_total \(fleet.configurations.refusals)

            """
        return text
    }
}
