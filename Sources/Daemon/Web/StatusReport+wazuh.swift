// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Transport
import WebServer

extension StatusReport.Source {
    /// The Wazuh agents that report here.
    init(_ manager: WazuhManager, name: String, problem: String?) {
        let agents = manager.directory.agents
        let tally = manager.tally
        self.init(
            kind: "wazuh-agents",
            name: name,
            state: problem == nil ? .connected : .waiting
        )
        func count(_ state: AgentState) -> Int { agents.count { $0.state == state } }
        detail =
            problem
            ?? "\(count(.active)) active, \(count(.pending)) pending, "
            + "\(count(.disconnected)) disconnected, \(count(.neverConnected)) never connected"
        events = tally[.events]
        dropped = tally[.lostDatagrams]
        malformed = tally[.malformed] + tally[.undecryptable]
    }

    /// The Wazuh manager that this host reports to.
    init(_ reporter: Reporter) {
        let status = reporter.agent.status
        let server = status.server.map { "\($0.host):\($0.port)" }
        self.init(
            kind: "wazuh-manager",
            name: server ?? reporter.servers.map { "\($0.host):\($0.port)" }.joined(separator: " "),
            state: server == nil ? .waiting : .connected
        )
        detail =
            server == nil
            ? status.problem ?? "not connected yet"
            : "\(reporter.waiting) events not acknowledged yet"
        events = status.sentEvents
        dropped = reporter.counts.lost
        truncated = status.cutEvents
    }
}
