// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import EventModel
import Ruleset

/// `jaga check`: all mistakes in a configuration and a ruleset, at once.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List all mistakes in a configuration and its ruleset.",
        discussion: """
            Checks the file of --config and the ruleset that would be loaded with it, or the \
            ruleset folders that are named.

            EXAMPLES
              jaga check --config /var/ossec/etc/ossec.conf
              jaga check my-ruleset/            decoders/, rules/ and lists/ below it
              jaga check --json | jq .severity

            EXIT CODES
              0 usable, perhaps with warnings   3 errors
            """
    )

    @Argument(help: "Ruleset folders to check instead of the default ruleset.")
    var folders: [String] = []

    @Option(help: ArgumentHelp("The ossec.conf to check.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
    var data: String?

    @Flag(help: "Print one JSON object a finding.")
    var json = false

    func run() throws {
        var findings: [Diagnostic] = []
        var settings = Settings()
        if let config {
            let configuration = try Failure.reported { try OssecConfiguration.load(config) }
            findings += configuration.diagnostics
            settings = configuration.settings
        }
        let finder = RulesetFinder(environment: HostEnvironment.variables)
        let files = try Failure.reported {
            folders.isEmpty
                ? try finder.files(section: settings.ruleset, data: HostEnvironment.data(data))
                : try finder.files(in: folders)
        }
        let loading = RulesetLoader.check(files, settings: RulesetSettings())
        findings += loading.diagnostics + Self.checkPlaces(loading.ruleset, settings)
        report(findings, loading.counts)
        if findings.contains(where: { $0.severity == .error }) {
            throw ExitCode(ExitStatus.invalidConfiguration)
        }
    }

    /// Whether rules that ask for places can be answered.
    private static func checkPlaces(_ ruleset: Ruleset?, _ settings: Settings) -> [Diagnostic] {
        if let path = settings.geoDatabase {
            do {
                _ = try GeoDatabase(path: path)
            } catch {
                return [place(.error, "\(error)", file: path, line: 0)]
            }
            return []
        }
        let asking = ruleset?.rules.filter(\.asksForPlaces) ?? []
        guard let first = asking.first else { return [] }
        let text =
            "\(asking.count) rules ask for places of addresses, rule \(first.id) the first, and "
            + "there is no database: they never hold"
        return [place(.warning, text, file: first.location.file, line: first.location.line)]
    }

    private static func place(
        _ severity: Diagnostic.Severity,
        _ message: String,
        file: String,
        line: Int
    ) -> Diagnostic {
        Diagnostic(
            severity,
            code: "geo-database",
            file: file,
            line: line,
            column: 0,
            message: message,
            hint: "name a .mmdb file in <geoip_db_path> of <global>"
        )
    }

    private func report(_ findings: [Diagnostic], _ counts: RulesetLoading.Counts) {
        if json {
            for finding in findings { Terminal.write(Self.json(finding)) }
            return
        }
        for finding in findings {
            Terminal.write(TerminalText.escape(finding.description) + "\n")
        }
        let errors = findings.filter { $0.severity == .error }.count
        let warnings = findings.filter { $0.severity == .warning }.count
        Terminal.write(
            "\(errors) errors, \(warnings) warnings; \(counts.rules) rules and "
                + "\(counts.decoders) decoders"
                + (counts.sigmaRules > 0 ? ", \(counts.sigmaRules) Sigma rules\n" : "\n")
        )
    }

    private static func json(_ finding: Diagnostic) -> [UInt8] {
        var line: [UInt8] = []
        line.append(literal: "{\"severity\":")
        line.appendJSONString(finding.severity.rawValue)
        for (name, text) in [
            ("code", finding.code), ("file", finding.file), ("message", finding.message),
            ("hint", finding.hint),
        ] {
            line.append(text: ",\"\(name)\":")
            line.appendJSONString(text)
        }
        line.append(text: ",\"line\":\(finding.line),\"column\":\(finding.column)}\n")
        return line
    }
}
