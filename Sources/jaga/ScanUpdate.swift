// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import Glibc
import Vulnerabilities

/// `jaga scan update`: advisories, brought or downloaded, made ready to be searched.
struct ScanUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Compile advisories from a folder, or download them first.",
        discussion: """
            With --from, everything in the folder is read that is an advisory: zips of OSV \
            records, Debian's security tracker, Alpine's secdb, CISA's catalogue, EPSS. The \
            folder needs no network, and replaces what was compiled before.

            Without --from, the sources of --feed are downloaded into DATA/vulnerabilities/\
            sources, each only when it changed, and compiled.
            """
    )

    @Option(help: ArgumentHelp("A folder with advisories.", valueName: "dir"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "What to download, instead of the usual: an ecosystem of OSV (Debian, Alpine, PyPI), "
                + "or a URL; repeatable.",
            valueName: "feed"
        )
    )
    var feed: [String] = []

    @Option(help: ArgumentHelp("The folder of all state.", valueName: "dir"))
    var data: String?

    func validate() throws {
        if from != nil, !feed.isEmpty { throw ValidationError("choose --from or --feed") }
    }

    func run() async throws {
        AllInOne.prepareProcess()
        let folder = VulnerabilityFolder(path: HostEnvironment.data(data).vulnerabilities)
        try Failure.reported { try folder.prepare() }
        if from == nil { try await download(folder) }
        var progress = ScanProgress("reading")
        let outcome = try Failure.reported {
            try folder.compile(from: from, at: HostClock.now().seconds) { progress.show($0) }
        }
        progress.clear()
        for problem in outcome.problems { Terminal.note("jaga: not used: \(problem)") }
        for source in outcome.sources {
            Terminal.write("\(source.name): \(source.records) (\(source.kind))\n")
        }
    }

    private func download(_ folder: VulnerabilityFolder) async throws {
        let feeds = feed.isEmpty ? AdvisoryFeed.usual : feed.compactMap(AdvisoryFeed.init)
        guard feeds.count == feed.count || feed.isEmpty else {
            throw ValidationError("a feed is an ecosystem of osv, or an https URL")
        }
        var failures = 0
        for feed in feeds {
            var progress = ScanProgress(feed.name)
            do {
                let result = try await AdvisoryDownload(folder: folder.sources).fetch(feed) {
                    progress.show($0, of: $1)
                }
                progress.clear()
                Terminal.note("jaga: \(feed.name): \(result == .unchanged ? "unchanged" : "new")")
            } catch {
                progress.clear()
                Terminal.note("jaga: \(error)")
                failures += 1
            }
        }
        if failures == feeds.count { throw ExitCode(ExitStatus.failed) }
    }
}
