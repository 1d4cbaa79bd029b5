// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import Fleet
import FoundationEssentials

/// `jaga agents`: who reports to this manager.
struct Agents: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List and change the agents of this manager.",
        discussion: """
            Works on DATA/state/fleet, with or without a running manager, which takes changes \
            over within a second: an agent that is removed is refused with its next word.

            EXAMPLES
              jaga agents list
              jaga agents list --json | jq '.[] | select(.presence == "disconnected") | .name'
              jaga agents show 100001
              jaga agents group 100001 web front
              jaga agents restart 100001
              jaga agents remove 100001
            """,
        subcommands: [List.self, Show.self, Remove.self, Group.self, Restart.self]
    )

    /// What all of them take.
    struct Options: ParsableArguments {
        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        @Flag(help: "Print JSON.")
        var json = false

        /// Every agent, as the files have them.
        func reports() throws -> [AgentReport] {
            try Failure.reported {
                let access = try FleetAccess(data)
                let registry = AgentRegistry(
                    file: access.file,
                    presences: try PresenceFile(folder: access.folder).read(),
                    now: { FleetAccess.now },
                    tell: { _ in }
                )
                try registry.refresh()
                registry.sweep()
                let others = try WazuhReportFile(folder: access.folder).read(at: FleetAccess.now)
                return others + registry.reports
            }
        }

        /// An agent by its id or its name.
        func report(_ agent: String) throws -> AgentReport {
            let reports = try reports()
            if let found = reports.first(where: { $0.id == agent || $0.name == agent }) {
                return found
            }
            throw Failure.report(
                FleetError(
                    .noSuchAgent,
                    "there is no agent \(TerminalText.escape(agent)); see: jaga agents list"
                )
            )
        }

        /// Changes an agent, by its id or its name.
        ///
        /// Wazuh's agents are changed by the running manager, which is asked to.
        func change(_ agent: String, _ act: AgentRequest.Act, groups: [String] = []) throws {
            let report = try report(agent)
            try Failure.reported {
                let access = try FleetAccess(data)
                guard report.kind == .jaga else {
                    let request = AgentRequest(agent: report.id, act: act, groups: groups)
                    try AgentRequestFile(folder: access.folder).add(request)
                    Terminal.write("the manager does so within seconds, when it runs\n")
                    return
                }
                try access.file.update { contents in
                    switch act {
                    case .remove: try contents.remove(report.id)
                    case .restart: try contents.change(report.id) { $0.restarts += 1 }
                    case .group: try contents.change(report.id) { $0.groups = groups }
                    }
                }
            }
        }
    }

    /// `jaga agents list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all agents.")

        @OptionGroup var options: Options

        func run() throws {
            let reports = try options.reports()
            guard !options.json else {
                try Agents.writeJSON(reports)
                return
            }
            for report in reports { Terminal.write(AgentText.line(report)) }
        }
    }

    /// `jaga agents show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one agent.")

        @Argument(help: "Its id or its name.")
        var agent: String

        @OptionGroup var options: Options

        func run() throws {
            let report = try options.report(agent)
            guard !options.json else {
                try Agents.writeJSON(report)
                return
            }
            for line in AgentText.lines(report) { Terminal.write(line) }
        }
    }

    /// `jaga agents remove`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an agent out: its certificate is worthless from now on."
        )

        @Argument(help: "Its id or its name.")
        var agent: String

        @OptionGroup var options: Options

        func run() throws {
            try options.change(agent, .remove)
        }
    }

    /// `jaga agents group`.
    struct Group: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put an agent into these groups, and no others."
        )

        @Argument(help: "Its id or its name.")
        var agent: String

        @Argument(help: "Groups; none takes it out of all.")
        var groups: [String] = []

        @OptionGroup var options: Options

        func validate() throws {
            if let name = groups.first(where: { !FleetNames.isGroupName($0) }) {
                throw ValidationError(
                    "\"\(name)\" cannot be a group: use letters, digits, dots, lines, underscores"
                )
            }
        }

        func run() throws {
            try options.change(agent, .group, groups: groups)
        }
    }

    /// `jaga agents restart`.
    struct Restart: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an agent start anew, and read its configuration again."
        )

        @Argument(help: "Its id or its name.")
        var agent: String

        @OptionGroup var options: Options

        func run() throws {
            try options.change(agent, .restart)
        }
    }

    static func writeJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Terminal.write([UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")])
    }
}

/// Agents as texts.
enum AgentText {
    /// Id, name, state, address, groups, version, last seen: tabs between.
    static func line(_ report: AgentReport) -> String {
        AccountAccess.line([
            report.id, report.name, report.presence.rawValue,
            report.address.isEmpty ? "-" : report.address,
            report.groups.isEmpty ? "-" : report.groups.joined(separator: ","),
            report.version.isEmpty ? "-" : report.version,
            report.lastSeen.map(Moment.text) ?? "-",
        ])
    }

    /// All that is known, one thing a line.
    static func lines(_ report: AgentReport) -> [String] {
        var pairs = [
            ("id", report.id), ("name", report.name), ("state", report.presence.rawValue),
            ("address", report.address), ("groups", report.groups.joined(separator: ", ")),
            ("version", report.version), ("system", report.system),
            ("kind", report.kind.rawValue),
            ("registered", report.registered > 0 ? Moment.text(report.registered) : ""),
            ("last seen", report.lastSeen.map(Moment.text) ?? ""),
        ]
        if let waiting = report.waitingEvents { pairs.append(("waiting", "\(waiting) events")) }
        if let lag = report.lagSeconds { pairs.append(("lag", "\(Int(lag.rounded())) s")) }
        if let sources = report.sources { pairs.append(("sources", "\(sources)")) }
        if let containers = report.containers { pairs.append(("containers", "\(containers)")) }
        if let digest = report.configuration {
            let used = digest.isEmpty ? "its own alone" : "agent.conf \(digest.prefix(12))"
            pairs.append(("settings", used))
        }
        if let refusal = report.refusal {
            pairs.append(("refused", "agent.conf \(refusal.digest.prefix(12)): \(refusal.reason)"))
        }
        return pairs.filter { !$0.1.isEmpty }.map { name, value in
            name + String(repeating: " ", count: max(1, 12 - name.count))
                + TerminalText.escape(value) + "\n"
        }
    }
}
