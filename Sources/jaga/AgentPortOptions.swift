// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// Flags on the port of own agents.
struct AgentPortOptions: ParsableArguments {
    @Option(
        name: .customLong("agents"),
        help: ArgumentHelp(
            "Where jaga agents report to: PORT, HOST:PORT, :PORT for all addresses, or off. "
                + "(default: JAGA_AGENTS, else :9697 for jaga manager and off for jaga up)",
            valueName: "address"
        )
    )
    var address: String?

    @Option(
        name: .customLong("agent-name"),
        help: ArgumentHelp(
            "Another name that agents call this manager by; repeatable.",
            valueName: "name"
        )
    )
    var names: [String] = []

    private var told: String? { address ?? HostEnvironment.variables["JAGA_AGENTS"] }

    func validate() throws {
        if let told, WebSettings.Listen(told) == nil {
            throw ValidationError(
                "cannot listen on \"\(told)\" for agents: give PORT, HOST:PORT, :PORT or off"
            )
        }
    }

    /// What flags and environment say, else what is given.
    func port(unlessTold standard: AgentPort?) -> AgentPort? {
        guard let told else {
            var port = standard
            port?.names = names
            return port
        }
        // Validated above.
        guard case .at(let host, let number) = WebSettings.Listen(told) else { return nil }
        var port = AgentPort()
        port.host = told.allSatisfy(\.isNumber) ? port.host : host
        port.port = number
        port.names = names
        return port
    }
}
