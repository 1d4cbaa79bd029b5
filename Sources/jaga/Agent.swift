// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import Fleet
import Glibc

/// `jaga agent`: watches this host for a manager elsewhere.
struct Agent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch this host and send what happens to a manager.",
        discussion: """
            Reads what `jaga up` reads: every container's log, Docker's events, and what \
            --config names. Keeps it on the disk until the manager has committed its alerts; \
            without a manager it goes on collecting.

            EXAMPLES
              jaga agent enroll https://manager:9697 --token jaga1.…
              jaga agent
              jaga agent --config /var/ossec/etc/ossec.conf

            EXIT CODES
              0 ended by SIGINT or SIGTERM   1 failed   2 not enrolled, or a named file cannot be
              read   3 mistakes in the configuration
            """,
        subcommands: [Run.self, AgentEnroll.self],
        defaultSubcommand: Run.self
    )

    /// `jaga agent run`, which is meant when nothing else is said.
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run the agent until SIGINT or SIGTERM."
        )

        @Option(help: ArgumentHelp("Read this ossec.conf.", valueName: "file"))
        var config: String?

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        @OptionGroup(title: "Engines and containers")
        var containers: ContainerOptions

        @OptionGroup(title: "Images, and how things are run")
        var inside: InsideOptions

        @Option(help: ArgumentHelp("As of jaga up.", valueName: "size"))
        var spoolLimit: ByteCount?

        func run() async throws {
            signal(SIGPIPE, SIG_IGN)
            AllInOne.prepareProcess()
            let printer = ConsolePrinter()
            var web = WebSettings()
            web.listen = .off
            var configuration = AllInOne.Configuration(
                data: HostEnvironment.data(data),
                file: config,
                environment: inside.overlaid(on: HostEnvironment.variables),
                userID: geteuid(),
                hostname: HostEnvironment.hostname,
                version: Version.number,
                rulesets: [],
                web: web,
                store: .sqlite,
                keepsArchives: false,
                spoolLimit: try spoolLimit?.bytes
                    ?? ByteCount.spoolLimit(HostEnvironment.variables)
            )
            configuration.containers = containers.settings
            let observer = ConsoleObserver(level: 1, json: false).observer(printer)
            try await LongRun(printer).agent(AgentProcess(configuration, observer: observer))
        }
    }
}

/// `jaga agent enroll`: makes this host an agent of a manager.
struct AgentEnroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Make this host an agent, with a token of the manager.",
        discussion: """
            The agent makes its key; the manager signs it. Nothing that is sent lets anyone else \
            in afterwards.

            EXIT CODES
              0 enrolled   1 refused, or the manager cannot be reached   2 wrong use
            """
    )

    @Argument(help: "Where the manager is: https://HOST:PORT.")
    var manager: String

    @Option(help: ArgumentHelp("As jaga manager token create prints it.", valueName: "token"))
    var token: String

    @Option(help: ArgumentHelp("What to call the agent. (default: the host's name)"))
    var name: String?

    @Flag(help: "Enrol anew, though the host is an agent already.")
    var again = false

    @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
    var data: String?

    func validate() throws {
        guard ManagerAddress(manager) != nil else {
            throw ValidationError("the manager is https://HOST:PORT, not \"\(manager)\"")
        }
    }

    func run() async throws {
        let identity = try await Failure.reported {
            let access = try FleetAccess(data)
            if let known = try AgentIdentityFile.read(access.folder), !again {
                throw FleetError(
                    .nameTaken,
                    "this host is agent \(known.id) of \(known.managers.joined(separator: ", "))"
                        + " already: give --again to enrol it anew"
                )
            }
            guard let address = ManagerAddress(manager) else {
                throw FleetError(.invalidName, "\(manager) is no address of a manager")
            }
            let enroller = Enroller(
                address,
                try EnrolmentToken(token),
                now: { FleetAccess.now }
            )
            let identity = try await enroller.enrol(
                name ?? FleetNames.agentName(of: HostEnvironment.hostname)
            )
            try identity.write(access.folder)
            return identity
        }
        Terminal.write(
            "enrolled as agent \(identity.id), \(identity.name); start it with: jaga agent\n"
        )
    }
}
