// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Daemon
import EventModel
import Glibc

/// Prints what a running Jaga tells: alerts to standard output, everything else to standard
/// error.
struct ConsoleObserver {
    /// Alerts of this level and above are printed.
    let level: Int
    /// Whether alerts are JSON lines.
    let json: Bool

    func observer(_ printer: ConsolePrinter) -> DaemonObserver {
        let renderer = AlertLineRenderer(
            Terminal.wantsColour(STDOUT_FILENO) ? .coloured : .plain
        )
        let colours = Terminal.wantsColour(STDERR_FILENO)
        let (level, json) = (level, json)
        var observer = DaemonObserver(
            started: { report in
                for line in StartText.lines(report) { printer.print(line, to: .notes) }
                for finding in report.diagnostics {
                    printer.print(TerminalText.escape(finding.description), to: .notes)
                }
            },
            listening: { report in
                for line in StartText.lines(report) { printer.print(line, to: .notes) }
            },
            alerts: { batch in
                var output: [UInt8] = []
                for entry in batch.entries where entry.level >= level {
                    if json {
                        output += batch.bytes[entry.json]
                        output.append(UInt8(ascii: "\n"))
                    } else {
                        renderer.append(AlertSummary(entry, in: batch), to: &output)
                    }
                }
                printer.print(output, to: .alerts)
            },
            notice: { notice in
                let lines = notice.text.split(separator: "\n").map {
                    TerminalText.escape(String($0))
                }
                let text = "jaga: " + lines.joined(separator: "\n")
                let isLoud = notice.isTrouble && colours
                printer.print(isLoud ? "\u{1B}[33m\(text)\u{1B}[0m" : text, to: .notes)
            }
        )
        observer.agentStarted = { report in
            for line in StartText.lines(report) { printer.print(line, to: .notes) }
            for finding in report.diagnostics {
                printer.print(TerminalText.escape(finding.description), to: .notes)
            }
        }
        return observer
    }
}
