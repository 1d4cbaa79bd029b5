// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import Glibc
import Posture

/// `jaga audit`: the CIS Docker Benchmark, here and now.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the engine, its host, images and containers against the CIS benchmark.",
        discussion: """
            Asks the engine's API and looks at files of its host; changes nothing. What only a \
            person can judge is listed as manual. A running jaga does the same regularly and \
            alerts on what is new (docs/posture.md).

            EXAMPLES
              jaga audit                      what fails, and how to mend it
              jaga audit --all                every check with its reason
              jaga audit --json | jq .score
              jaga audit --sarif > audit.sarif
              jaga audit --fail-on 5.5,5.32   for a pipeline: fails when one of these fails
              jaga audit --fail-on any

            EXIT CODES
              0 done   1 the engine does not answer, or a check of --fail-on failed   2 wrong use
            """
    )

    /// What makes the command fail.
    enum Condition: Equatable {
        case never
        case any
        case checks(Set<String>)
        case below(Int)
    }

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "Print SARIF 2.1.0.")
    var sarif = false

    @Flag(help: "Print every check, not only those that fail.")
    var all = false

    @Option(
        help: ArgumentHelp(
            "Exit with 1 when these checks fail: any, numbers such as 5.5,5.32, or score:N for a "
                + "score below N.",
            valueName: "what"
        )
    )
    var failOn: String?

    @Option(
        help: ArgumentHelp(
            "Where the host's files are seen from. (default: JAGA_AUDIT_ROOT, else /)",
            valueName: "dir"
        )
    )
    var hostRoot: String?

    @Option(
        help: ArgumentHelp(
            "The engine: unix:///path or tcp://host:port. (default: DOCKER_HOST, else found)",
            valueName: "engine"
        )
    )
    var dockerHost: String?

    func validate() throws {
        if json && sarif { throw ValidationError("--json and --sarif are two things; choose one") }
        _ = try condition()
    }

    func run() async throws {
        var environment = HostEnvironment.variables
        if let dockerHost { environment["DOCKER_HOST"] = dockerHost }
        if let hostRoot { environment["JAGA_AUDIT_ROOT"] = hostRoot }
        let run = AuditRun(
            environment: environment,
            userID: geteuid(),
            hostname: HostEnvironment.hostname
        )
        let report = try await Failure.reported { try await run.report() }
        if json {
            Terminal.write(try report.json(since: nil) + [UInt8(ascii: "\n")])
        } else if sarif {
            Terminal.write(try report.sarif(toolVersion: Version.number) + [UInt8(ascii: "\n")])
        } else {
            let text = AuditText(wantsColour: Terminal.wantsColour(STDOUT_FILENO), showsAll: all)
            Terminal.write(text.text(of: report))
        }
        if Self.fails(report, try condition()) { throw ExitCode(ExitStatus.failed) }
    }

    private func condition() throws -> Condition {
        guard let failOn else { return .never }
        if failOn == "any" { return .any }
        if failOn.hasPrefix("score:") {
            guard let least = Int(failOn.dropFirst("score:".count)), (0...100).contains(least)
            else {
                throw ValidationError("--fail-on score:N needs a number from 0 to 100")
            }
            return .below(least)
        }
        let wanted = Set(failOn.split(separator: ",").map(String.init))
        let known = Set(AuditCheck.all.map(\.id))
        if let unknown = wanted.subtracting(known).sorted().first {
            throw ValidationError("--fail-on: there is no check \(unknown); see jaga audit --all")
        }
        return .checks(wanted)
    }

    private static func fails(_ report: AuditReport, _ condition: Condition) -> Bool {
        let failed = report.results.filter { $0.result == .failed }
        switch condition {
        case .never: return false
        case .any: return !failed.isEmpty
        case .checks(let wanted): return failed.contains { wanted.contains($0.id) }
        case .below(let least): return report.score < least
        }
    }
}
