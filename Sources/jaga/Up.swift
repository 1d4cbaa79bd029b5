// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import EventModel
import Glibc

/// `jaga up`: agent and manager in one process.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch this host: its Docker engine, its containers' logs, its files.",
        discussion: """
            Needs no configuration. Alerts go to standard output, one line each, and to \
            DATA/alerts/alerts.json; everything else to standard error. Without a Docker engine \
            it runs all the same and goes on trying. SIGHUP reads the ruleset again; a ruleset \
            with mistakes is refused and the old one stays.

            The dashboard and the API are on http://127.0.0.1:9696; the first start prints a \
            link that opens once and sets a password.

            Your decoders, rules and lists go into DATA/etc/decoders, DATA/etc/rules and \
            DATA/etc/lists.

            EXAMPLES
              jaga up
              jaga up --config /var/ossec/etc/ossec.conf
              jaga up --data ~/jaga --level 7
              jaga up --listen :9696                   from other hosts too, with TLS
              DOCKER_HOST=tcp://10.0.0.5:2375 jaga up

            EXIT CODES
              0 ended by SIGINT or SIGTERM   1 failed   2 a named file cannot be read
              3 mistakes in the configuration or the ruleset (all are listed)
            """
    )

    @Option(help: ArgumentHelp("Read this ossec.conf.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "The folder of all state. (default: JAGA_DATA, else /var/lib/jaga for root, "
                + "$XDG_STATE_HOME/jaga or ~/.local/state/jaga for others)",
            valueName: "dir"
        )
    )
    var data: String?

    @Option(
        name: .customLong("ruleset"),
        help: ArgumentHelp(
            "A folder with decoders/, rules/ and lists/ that replaces the default ruleset; repeatable.",
            valueName: "dir"
        )
    )
    var rulesets: [String] = []

    @Option(help: ArgumentHelp("Print only alerts of this level and above.", valueName: "n"))
    var level = 1

    @OptionGroup(title: "Dashboard and API")
    var web: WebOptions

    @OptionGroup(title: "Agents")
    var agents: AgentPortOptions

    @OptionGroup(title: "Engines and containers")
    var containers: ContainerOptions

    @OptionGroup(title: "Images, and how things are run")
    var inside: InsideOptions

    @Option(
        help: ArgumentHelp(
            "What alerts are found with: \(AlertStoreEngine.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "engine"
        )
    )
    var store = AlertStoreEngine.sqlite

    @Option(
        help: ArgumentHelp(
            "Bytes that events may take on the disk before they are analysed: 512M, 4G. "
                + "(default: JAGA_SPOOL_LIMIT, else 1G)",
            valueName: "size"
        )
    )
    var spoolLimit: ByteCount?

    @Flag(help: "Keep everything that is read, not only alerts (logall_json).")
    var archives = false

    @Flag(help: "Print alerts as JSON lines.")
    var json = false

    func validate() throws {
        guard (1...16).contains(level) else { throw ValidationError("--level is from 1 to 16") }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        AllInOne.prepareProcess()
        let printer = ConsolePrinter()
        var configuration = AllInOne.Configuration(
            data: HostEnvironment.data(data),
            file: config,
            environment: inside.overlaid(on: HostEnvironment.variables),
            userID: geteuid(),
            hostname: HostEnvironment.hostname,
            version: Version.number,
            rulesets: rulesets,
            web: web.settings,
            store: store,
            keepsArchives: archives,
            spoolLimit: try spoolLimit?.bytes ?? ByteCount.spoolLimit(HostEnvironment.variables)
        )
        configuration.containers = containers.settings
        configuration.agents = agents.port(unlessTold: nil)
        let observer = ConsoleObserver(level: level, json: json).observer(printer)
        try await LongRun(printer).manager(AllInOne(configuration, observer: observer))
    }
}

/// What `jaga up` says at its start.
enum StartText {
    static func lines(_ report: StartReport) -> [String] {
        var lines = [
            "jaga \(Version.number) watching; "
                + "\(report.rules) rules, \(report.decoders) decoders, \(report.lists) lists loaded"
        ]
        if !report.ruleset.isEmpty { lines.append("  ruleset  \(report.ruleset)") }
        lines.append("  yours    \(report.data.etc)/{decoders,rules,lists}")
        lines.append("  alerts   \(report.data.alerts)/alerts.json")
        for file in report.localFiles { lines.append("  file     \(file)") }
        if !report.listensToDocker { lines.append("  docker   the listener is off") }
        return lines.map { TerminalText.escape($0) }
    }

    static func lines(_ report: ListenReport) -> [String] {
        guard !report.isForAgents else {
            return ["  agents   \(report.url)"].map { TerminalText.escape($0) }
        }
        var lines = ["  web      \(report.url)"]
        if let fingerprint = report.fingerprint {
            lines.append("  tls      the certificate's SHA-256 is \(fingerprint)")
        }
        if let link = report.setupLink {
            lines.append("  sign in  \(link)")
            lines.append("           opens once, within 24 hours; it sets the password of admin")
        }
        return lines.map { TerminalText.escape($0) }
    }

    static func lines(_ report: AgentStartReport) -> [String] {
        var lines = [
            "jaga \(Version.number) agent \(report.id.isEmpty ? "" : report.id + " ")\(report.name);"
                + " manager \(report.managers.joined(separator: ", "))"
        ]
        for file in report.localFiles { lines.append("  file     \(file)") }
        return lines.map { TerminalText.escape($0) }
    }
}

extension AlertStoreEngine: ExpressibleByArgument {}
