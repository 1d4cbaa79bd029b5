// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import EventModel
import Glibc

/// `jaga doctor`: whether Jaga can work here.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look whether Jaga can work here, and say what to do.",
        discussion: """
            Looks at the Docker engine and the rights to reach it, the containers' logging \
            drivers, settings and ruleset, the disk, the kernel's limits and the clock. Changes \
            nothing, and does not disturb a Jaga that runs.

            EXAMPLES
              jaga doctor
              jaga doctor --config /var/ossec/etc/ossec.conf --data /srv/jaga
              jaga doctor --json | jq 'select(.verdict != "ok")'

            EXIT CODES
              0 all is well, warnings perhaps   1 something does not work
            """
    )

    @Option(help: ArgumentHelp("Read this ossec.conf.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
    var data: String?

    @Option(
        name: .customLong("ruleset"),
        help: ArgumentHelp("A ruleset's folder, as for jaga up; repeatable.", valueName: "dir")
    )
    var rulesets: [String] = []

    @Flag(help: "Print findings as JSON lines.")
    var json = false

    func run() async throws {
        let doctor = Doctor(
            AllInOne.Configuration(
                data: HostEnvironment.data(data),
                file: config,
                environment: HostEnvironment.variables,
                userID: geteuid(),
                hostname: HostEnvironment.hostname,
                version: Version.number,
                rulesets: rulesets,
                web: WebSettings(),
                store: .sqlite,
                keepsArchives: false,
                spoolLimit: 0
            )
        )
        let colours = Terminal.wantsColour(STDOUT_FILENO)
        var worst = DoctorFinding.Verdict.ok
        await doctor.run { finding in
            worst = max(worst, finding.verdict)
            Terminal.write(json ? Self.line(finding) : Self.text(finding, colours))
        }
        if worst == .problem { throw ExitCode(ExitStatus.failed) }
    }

    private static func line(_ finding: DoctorFinding) -> String {
        var line: [UInt8] = []
        for (key, value) in [
            ("verdict", finding.verdict.rawValue), ("subject", finding.subject),
            ("text", finding.text), ("remedy", finding.remedy),
        ] {
            line.append(line.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            line.appendJSONString(key)
            line.append(UInt8(ascii: ":"))
            line.appendJSONString(value)
        }
        return String(decoding: line, as: UTF8.self) + "}\n"
    }

    private static func text(_ finding: DoctorFinding, _ colours: Bool) -> String {
        let colour =
            switch finding.verdict {
            case .ok: "32"
            case .warning: "33"
            case .problem: "31"
            }
        let word = padded(finding.verdict.rawValue, to: 7)
        let mark = colours ? "\u{1B}[\(colour)m\(word)\u{1B}[0m" : word
        let said = TerminalText.escape(finding.text)
        let subject = padded(finding.subject, to: 14)
        let line = "\(mark)  \(subject)  \(said)\n"
        guard !finding.remedy.isEmpty else { return line }
        return line + String(repeating: " ", count: 25) + "→ \(finding.remedy)\n"
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
