// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import Dispatch
import Glibc

/// `jaga alerts`: what is done with kept alerts.
struct Alerts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the alerts that were kept.",
        subcommands: [Tail.self, Search.self, Reindex.self]
    )

    /// `jaga alerts tail`: the latest alerts, and those to come.
    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the latest alerts and follow those to come.",
            discussion: """
                Follows alerts.json across its rotation until interrupted. It works with or \
                without a running `jaga up`.

                EXAMPLES
                  jaga alerts tail --level 7
                  jaga alerts tail --json | jq .rule.description
                  jaga alerts tail --lines 100 --no-follow
                """
        )

        @Option(help: ArgumentHelp("Only alerts of this level and above, 1 to 16.", valueName: "n"))
        var level = 1

        @Option(help: ArgumentHelp("How many of the latest alerts to begin with.", valueName: "n"))
        var lines = 10

        @Flag(help: "Print the alerts' JSON lines as they are.")
        var json = false

        @Flag(inversion: .prefixedNo, help: "Wait for alerts to come.")
        var follow = true

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func validate() throws {
            guard (1...16).contains(level) else {
                throw ValidationError("--level is from 1 to 16")
            }
            guard (0...1_000_000).contains(lines) else {
                throw ValidationError("--lines is from 0 to 1000000")
            }
        }

        func run() throws {
            let folder = HostEnvironment.data(data)
            let tail = try Failure.reported {
                try AlertTail(folder: folder.alerts, start: .lastLines(lines))
            }
            let interrupter = tail.interrupter
            let signals = SignalWatch([SIGINT, SIGTERM]) { interrupter.interrupt() }
            defer { signals.stop() }
            let renderer = AlertLineRenderer(
                Terminal.wantsColour(STDOUT_FILENO) ? .coloured : .plain
            )
            while !tail.isInterrupted {
                let line = try Failure.reported {
                    try tail.next(timeoutMilliseconds: follow ? 3_600_000 : 0)
                }
                if let line {
                    show(line, with: renderer)
                } else if !follow {
                    return
                }
            }
        }

        private func show(_ line: [UInt8], with renderer: AlertLineRenderer) {
            var output: [UInt8] = []
            guard let alert = AlertLine.summary(of: line.span) else {
                Terminal.note("jaga: a line of alerts.json is not an alert; passed over")
                return
            }
            guard alert.level >= level else { return }
            if json {
                output = line
                output.append(UInt8(ascii: "\n"))
            } else {
                renderer.append(alert, to: &output)
            }
            Terminal.write(output)
        }
    }
}

/// Calls a handler when one of some signals comes, instead of dying of it.
final class SignalWatch {
    private let sources: [any DispatchSourceSignal]

    init(_ signals: [Int32], handler: @escaping @Sendable () -> Void) {
        sources = signals.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: handler)
            source.resume()
            return source
        }
    }

    /// Ends watching; the signals stay ignored.
    func stop() {
        for source in sources { source.cancel() }
    }
}
