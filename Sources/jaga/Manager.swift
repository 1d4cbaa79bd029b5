// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import Glibc

/// `jaga manager`: engine, store, dashboard and API for the agents of many hosts.
struct Manager: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Analyse what agents on many hosts send, keep it and show it.",
        discussion: """
            The same as `jaga up` without watching this host's containers, and with a port for \
            agents: 9697 on all addresses, TLS 1.3 with an authority that is made at the first \
            start. Files that --config names are read here too.

            EXAMPLES
              jaga manager
              jaga manager --agent-name jaga.example.org --listen :9696
              jaga manager token create --group web --expires 1h

            EXIT CODES
              as of jaga up
            """,
        subcommands: [Run.self, ManagerToken.self],
        defaultSubcommand: Run.self
    )

    /// `jaga manager run`, which is meant when nothing else is said.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the manager until SIGINT or SIGTERM."
        )

        @Option(help: ArgumentHelp("Read this ossec.conf.", valueName: "file"))
        var config: String?

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        @Option(
            name: .customLong("ruleset"),
            help: ArgumentHelp("Replaces the default ruleset; repeatable.", valueName: "dir")
        )
        var rulesets: [String] = []

        @Option(help: ArgumentHelp("Print only alerts of this level and above.", valueName: "n"))
        var level = 1

        @OptionGroup(title: "Dashboard and API")
        var web: WebOptions

        @OptionGroup(title: "Agents")
        var agents: AgentPortOptions

        @Option(help: ArgumentHelp("What alerts are found with.", valueName: "engine"))
        var store = AlertStoreEngine.sqlite

        @Option(help: ArgumentHelp("As of jaga up.", valueName: "size"))
        var spoolLimit: ByteCount?

        @Flag(help: "Keep everything that is read, not only alerts (logall_json).")
        var archives = false

        @Flag(help: "Print alerts as JSON lines.")
        var json = false

        func validate() throws {
            guard (1...16).contains(level) else {
                throw ValidationError("--level is from 1 to 16")
            }
        }

        func run() async throws {
            signal(SIGPIPE, SIG_IGN)
            AllInOne.prepareProcess()
            let printer = ConsolePrinter()
            var configuration = AllInOne.Configuration(
                data: HostEnvironment.data(data),
                file: config,
                environment: HostEnvironment.variables,
                userID: geteuid(),
                hostname: HostEnvironment.hostname,
                version: Version.number,
                rulesets: rulesets,
                web: web.settings,
                store: store,
                keepsArchives: archives,
                spoolLimit: try spoolLimit?.bytes
                    ?? ByteCount.spoolLimit(HostEnvironment.variables)
            )
            configuration.collectsEngines = false
            configuration.agents = agents.port(unlessTold: AgentPort())
            let observer = ConsoleObserver(level: level, json: json).observer(printer)
            try await LongRun(printer).manager(AllInOne(configuration, observer: observer))
        }
    }
}
