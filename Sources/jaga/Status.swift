// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import Glibc

/// `jaga status`: how the running Jaga stands.
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how a running Jaga stands: each source, and what it counts.",
        discussion: """
            Reads what `jaga up` leaves in DATA/state every ten seconds and when it ends: \
            status.json, and metrics.prom, which suits the textfile collector of Prometheus' node \
            exporter.

            EXAMPLES
              jaga status
              jaga status --json | jq '.sources[] | select(.state != "connected")'
              jaga status --metrics --data /srv/jaga | grep latency

            EXIT CODES
              0 shown   1 the file cannot be read   2 nothing runs, or ran, on the data folder
            """
    )

    @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
    var data: String?

    @Flag(help: "Print the status as one JSON object, as GET /api/v1/status has it.")
    var json = false

    @Flag(help: "Print all counters in Prometheus' text form.")
    var metrics = false

    func validate() throws {
        guard !(json && metrics) else {
            throw ValidationError("--json and --metrics are two forms: choose one")
        }
    }

    func run() throws {
        let folder = HostEnvironment.data(data)
        if metrics {
            Terminal.write(try Failure.reported { try folder.readMetrics() })
            return
        }
        let bytes = try Failure.reported { try folder.readStatus() }
        if json {
            Terminal.write(bytes + [UInt8(ascii: "\n")])
            return
        }
        let table = StatusTable(
            try Failure.reported { try StatusDocument(bytes) },
            at: HostClock.now().nanoseconds / 1_000_000,
            colours: Terminal.wantsColour(STDOUT_FILENO)
        )
        Terminal.write(table.text)
    }
}
