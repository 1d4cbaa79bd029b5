// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import ArgumentParser
import Daemon
import Glibc

extension Alerts {
    /// `jaga alerts reindex`: the index, built anew from the record.
    struct Reindex: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Build the index of alerts anew from the files of alerts.",
            discussion: """
                Needed only when the index is damaged and nothing runs that would mend it by \
                itself. The files of alerts are only read. Alerts that are older than these \
                files are no longer found afterwards. While `jaga up` runs it is refused.

                EXAMPLES
                  jaga alerts reindex
                  jaga alerts reindex --data /srv/jaga

                EXIT CODES
                  0 done   1 a jaga runs on the folder, or a file cannot be read or written
                """
        )

        @Flag(help: "Of everything that was read, when it is kept, and not of alerts.")
        var archives = false

        @Option(help: ArgumentHelp("The data folder; see jaga up --help.", valueName: "dir"))
        var data: String?

        func run() async throws {
            let files = IndexFiles(
                data: HostEnvironment.data(data),
                kind: archives ? .archives : .alerts
            )
            try await Failure.reported {
                let indexer = try files.indexer()
                let signals = SignalWatch([SIGINT, SIGTERM]) { indexer.stop() }
                defer { signals.stop() }
                try indexer.clear()
                let index = files.index()
                let progress = ProgressLine("indexing", total: try await index.status().lagBytes)
                try indexer.catchUp { progress.show($0) }
                progress.clear()
                let done = indexer.progress
                let status = try await index.status()
                Terminal.note(
                    "indexed \(done.alerts) alerts in \(Int(progress.seconds.rounded(.up))) s "
                        + "(\(Int(Double(done.alerts) / progress.seconds)) a second), "
                        + "\(status.bytes / max(1, status.alerts)) bytes each; "
                        + "\(status.malformedLines) lines were no alerts"
                )
                guard done.isCaughtUp else {
                    Terminal.note("jaga: interrupted; the next start goes on from here")
                    throw ExitCode(ExitStatus.failed)
                }
            }
        }
    }
}
