// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon

/// `jaga status`: what the running Jaga counts.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a running Jaga counts, in Prometheus' text form.",
        discussion: """
            Reads DATA/state/metrics.prom, which `jaga up` renews every ten seconds and when it \
            ends. The file suits the textfile collector of Prometheus' node exporter.

            EXAMPLES
              jaga status
              jaga status --data /srv/jaga | grep latency
            """
    )

    @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
    var data: String?

    func run() throws {
        let folder = HostEnvironment.data(data)
        Terminal.write(try Failure.reported { try folder.readMetrics() })
    }
}
