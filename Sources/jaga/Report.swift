// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import EventModel

/// `jaga report`: what happened, in figures.
struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Summarise alerts, known vulnerabilities, and how containers are run.",
        discussion: """
            Counts what is indexed, as jaga alerts search does; requirements of PCI DSS, GDPR, \
            HIPAA, NIST 800-53 and TSC are those that rules are tagged with. Vulnerabilities and \
            the benchmark are told as they stand now, whatever --since says.

            EXAMPLES
              jaga report
              jaga report --since 7d --html > week.html
              jaga report --json | jq .pci_dss
            """
    )

    @Option(help: ArgumentHelp("From then on: 24h, 7d, a date.", valueName: "time"))
    var since = "24h"

    @Option(help: ArgumentHelp("Up to then. (default: now)", valueName: "time"))
    var until: String?

    @Option(help: "How many values of each table.")
    var top = 10

    @Flag(help: "Print one page of HTML.")
    var html = false

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
    var data: String?

    func validate() throws {
        guard !(html && json) else { throw ValidationError("--html and --json exclude each other") }
        guard (1...1000).contains(top) else { throw ValidationError("--top is from 1 to 1000") }
    }

    func run() async throws {
        let now = LocalTime.now()
        let (from, to) = (try time(since, now), try until.map { try time($0, now) } ?? now)
        let files = IndexFiles(data: HostEnvironment.data(data), kind: .alerts)
        try await Failure.reported {
            try files.catchUp()
            let index = files.index()
            var report = try await AlertReport(
                index,
                from: from,
                to: to,
                hostname: HostEnvironment.hostname,
                size: top
            )
            report.sections = ReportSection.all(HostEnvironment.data(data), size: top)
            Terminal.write(
                json
                    ? report.json + Array("\n".utf8)
                    : Array((html ? report.html : report.text).utf8)
            )
            try await files.noteLag(of: index)
        }
    }

    /// `24h` is short for `now-24h`.
    private func time(_ text: String, _ now: Timestamp) throws -> Timestamp {
        let isShort = text.last.map { "smhdwMy".contains($0) } ?? false
        let isStep = isShort && text.count > 1 && text.dropLast().allSatisfy(\.isNumber)
        do throws(QueryError) {
            let milliseconds = try AlertTime.parse(isStep ? "now-" + text : text, now: now)
            let (nanoseconds, overflows) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
            return Timestamp(
                nanoseconds: overflows ? 0 : nanoseconds,
                utcOffsetSeconds: now.utcOffsetSeconds
            )
        } catch {
            Terminal.note("jaga: \(TerminalText.escape(error.message))")
            throw ExitCode(ExitStatus.usage)
        }
    }
}
