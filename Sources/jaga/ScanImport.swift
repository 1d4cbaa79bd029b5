// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import Glibc
import Vulnerabilities

/// `jaga scan import`: reports of other scanners, taken over.
struct ScanImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take over reports of Trivy or Grype.",
        discussion: """
            Shows each report, with what is known of exploited vulnerabilities and without what \
            exceptions put aside, and keeps it in DATA/vulnerabilities/imports: a running jaga \
            shows it and alerts on what changed. A newer report of the same tool on the same \
            image takes its place; removing the file forgets it.

            EXAMPLES
              trivy image --format json -o shop.json shop:7 && jaga scan import shop.json
              grype -o json shop:7 > shop.json && jaga scan import shop.json --fail-on high
            """
    )

    @Argument(help: "JSON reports.")
    var files: [String]

    @Flag(help: "Show them, and keep nothing.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print SARIF 2.1.0.")
    var sarif = false

    @Option(
        help: ArgumentHelp(
            "End with 4 when a finding is so bad, or worse: low, medium, high, critical.",
            valueName: "severity"
        )
    )
    var failOn: Severity?

    @Option(help: ArgumentHelp("The folder of all state.", valueName: "dir"))
    var data: String?

    func validate() throws {
        if json && sarif { throw ValidationError("choose one of --json and --sarif") }
    }

    func run() throws {
        AllInOne.prepareProcess()
        let folder = VulnerabilityFolder(path: HostEnvironment.data(data).vulnerabilities)
        let matcher = try Failure.reported {
            VulnerabilityMatcher(
                try folder.openAdvisories(),
                exceptions: try folder.readExceptions()
            )
        }
        var run = ScanRun()
        for file in files {
            do {
                let (report, bytes) = try VulnerabilityFolder.readReport(file)
                run.reports.append(try matcher.report(report, at: HostClock.now().seconds))
                if !dryRun { try folder.keep(report, bytes) }
            } catch {
                Terminal.note("jaga: \(error)")
                run.failures += 1
            }
        }
        try run.write(as: json ? .json : sarif ? .sarif : .table, failOn: failOn)
    }
}
