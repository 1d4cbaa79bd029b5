// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Transport

/// What is spoken with Wazuh's agents and managers, for Prometheus.
struct WazuhMetrics {
    let manager: WazuhManager?
    let reporter: Reporter?

    func prometheusText() -> String {
        (manager.map(text) ?? "") + (reporter.map(text) ?? "")
    }

    private func text(_ manager: WazuhManager) -> String {
        let agents = manager.directory.agents
        var output = Self.head("jaga_wazuh_agents", "gauge", "Registered Wazuh agents by state.")
        for state in AgentState.allCases {
            let count = agents.count { $0.state == state }
            output += "jaga_wazuh_agents{state=\"\(state.rawValue)\"} \(count)\n"
        }
        output += Self.head(
            "jaga_wazuh_total",
            "counter",
            "What happened with Wazuh agents: see docs/spec/wazuh-protocol.md."
        )
        for item in Tally.Item.allCases {
            output += "jaga_wazuh_total{what=\"\(item)\"} \(manager.tally[item])\n"
        }
        return output
    }

    private func text(_ reporter: Reporter) -> String {
        let (status, counts) = (reporter.agent.status, reporter.counts)
        func line(_ name: String, _ kind: String, _ help: String, _ value: Int) -> String {
            Self.head(name, kind, help) + "\(name) \(value)\n"
        }
        return line(
            "jaga_reporting_connected",
            "gauge",
            "Whether a Wazuh manager takes this host's events.",
            status.server == nil ? 0 : 1
        )
            + line(
                "jaga_reporting_waiting",
                "gauge",
                "Sequences of the spool that no manager is known to have.",
                reporter.waiting
            )
            + line(
                "jaga_reporting_sent_events_total",
                "counter",
                "Events sent, again after a lost connection included.",
                status.sentEvents
            )
            + line(
                "jaga_reporting_cut_events_total",
                "counter",
                "Events cut to what a message may hold.",
                status.cutEvents
            )
            + line(
                "jaga_reporting_lost_total",
                "counter",
                "Sequences gone from a full spool before they were reported.",
                counts.lost
            )
            + line(
                "jaga_reporting_responses_total",
                "counter",
                "Active responses that a Wazuh manager asked for.",
                counts.responses
            )
            + line(
                "jaga_reporting_responses_lost_total",
                "counter",
                "Of these, those that came while too many waited.",
                counts.lostResponses
            )
    }

    private static func head(_ name: String, _ kind: String, _ help: String) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }
}
