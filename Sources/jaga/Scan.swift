// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import EventModel
import Glibc
import Vulnerabilities

/// `jaga scan`: what is in images, and what is known to be wrong with it.
struct Scan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look for known vulnerabilities in images.",
        discussion: """
            Reads the packages of images through the Docker API alone; nothing is executed or \
            unpacked. Without advisories, or with old ones, each report says so: no findings \
            then means nothing.

            EXAMPLES
              jaga scan update --from ./advisories     compile advisories that you brought
              jaga scan update                         download them (docs/vulnerabilities.md)
              jaga scan import trivy.json              a report of Trivy or Grype
              jaga scan nginx:latest
              jaga scan --running --fail-on high
              jaga scan --container web
              jaga scan shop:7 --sbom cyclonedx > shop.cdx.json

            EXIT CODES
              0 all right   1 an image could not be scanned   2 no engine, or wrong use
              4 a finding as bad as --fail-on asks for
            """,
        subcommands: [ScanImages.self, ScanUpdate.self, ScanImport.self],
        defaultSubcommand: ScanImages.self
    )
}

/// `jaga scan images`, also without the word.
struct ScanImages: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Scan images by name or id, those that run, or all."
    )

    enum Bill: String, ExpressibleByArgument, CaseIterable {
        case cyclonedx, spdx
    }

    @Argument(help: "Names or ids of images.")
    var images: [String] = []

    @Option(
        help: ArgumentHelp(
            "Scan this container: its image, and what was installed since it was made; repeatable.",
            valueName: "name"
        )
    )
    var container: [String] = []

    @Flag(help: "Scan the images of all containers that run.")
    var running = false

    @Flag(help: "Scan all images of the engine.")
    var all = false

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print SARIF 2.1.0.")
    var sarif = false

    @Option(help: "Print the packages alone, as cyclonedx (1.6) or spdx (2.3); of one image.")
    var sbom: Bill?

    @Option(
        help: ArgumentHelp(
            "End with 4 when a finding is so bad, or worse: low, medium, high, critical.",
            valueName: "severity"
        )
    )
    var failOn: Severity?

    @Option(help: ArgumentHelp("The folder of all state.", valueName: "dir"))
    var data: String?

    @Flag(help: "Read every layer, also those that are remembered.")
    var noCache = false

    func validate() throws {
        let ways = [!images.isEmpty, !container.isEmpty, running, all].count { $0 }
        guard ways == 1 else {
            throw ValidationError(
                "say which: names of images, or --container NAME, or --running, or --all"
            )
        }
        guard [json, sarif, sbom != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("choose one of --json, --sarif and --sbom")
        }
        if sbom != nil, images.count + container.count != 1 {
            throw ValidationError("--sbom is of one image or container: name it")
        }
    }

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        AllInOne.prepareProcess()
        let folder = VulnerabilityFolder(path: HostEnvironment.data(data).vulnerabilities)
        let session: ImageSession
        do {
            session = try await ImageSession.connect(
                environment: HostEnvironment.variables,
                userID: geteuid(),
                memory: noCache ? nil : ScanText.memory(folder)
            )
        } catch {
            Terminal.note("jaga: \(error)")
            throw ExitCode(ExitStatus.usage)
        }
        let result: Result<ScanRun, any Error>
        do {
            result = .success(try await scan(session, folder))
        } catch {
            result = .failure(error)
        }
        await session.shutdown()
        let run = try Failure.reported { try result.get() }
        try write(run)
    }

    private func scan(_ session: ImageSession, _ folder: VulnerabilityFolder) async throws
        -> ScanRun
    {
        let now = HostClock.now().seconds
        let matcher = VulnerabilityMatcher(
            sbom == nil ? try folder.openAdvisories() : nil,
            exceptions: try folder.readExceptions()
        )
        var targets = container.isEmpty ? images : container
        if running { targets = try await session.runningImages() }
        if all { targets = try await session.allImages() }
        var run = ScanRun()
        for (index, target) in targets.enumerated() {
            var progress = ScanProgress("\(target.prefix(60)) (\(index + 1) of \(targets.count))")
            defer { progress.clear() }
            do {
                let image =
                    container.isEmpty
                    ? try await session.scan(target) { progress.show($0, of: $1) }
                    : try await session.scan(container: target) { progress.show($0, of: $1) }
                run.reports.append(try matcher.report(image, at: now))
            } catch {
                progress.clear()
                Terminal.note("jaga: \(target): \(error)")
                run.failures += 1
            }
        }
        return run
    }

    private func write(_ run: ScanRun) throws {
        let now = HostClock.now().seconds
        if let sbom, let image = run.reports.first?.image {
            let bytes =
                sbom == .cyclonedx
                ? CycloneDX.document(image, version: Version.number, at: now)
                : SPDX.document(image, version: Version.number, at: now)
            Terminal.write(bytes + [0x0A])
        }
        let form: ScanRun.Form = sbom != nil ? .none : json ? .json : sarif ? .sarif : .table
        try run.write(as: form, failOn: failOn)
    }
}

/// What a run of `jaga scan` came to.
struct ScanRun {
    var reports: [ImageReport] = []
    /// Images that could not be scanned; each was told.
    var failures = 0

    enum Form {
        case table, json, sarif, none
    }

    /// Prints the reports.
    ///
    /// - Throws: `ExitCode` when an image could not be scanned, or a finding is as bad as
    ///   `failOn`.
    func write(as form: Form, failOn: Severity?) throws {
        switch form {
        case .none: break
        case .json: Terminal.write(ReportJSON.document(reports) + [0x0A])
        case .sarif:
            Terminal.write(SARIF.document(reports, version: Version.number) + [0x0A])
        case .table:
            for report in reports {
                let table = ScanTable(report, colours: Terminal.wantsColour(STDOUT_FILENO))
                Terminal.write(table.text)
            }
        }
        if failures > 0 { throw ExitCode(ExitStatus.failed) }
        if let failOn, reports.contains(where: { $0.isAtLeast(failOn) }) {
            throw ExitCode(ExitStatus.found)
        }
    }
}

extension ImageReport {
    /// Whether a finding is so bad, or worse.
    fileprivate func isAtLeast(_ severity: Severity) -> Bool {
        findings.contains { $0.severity >= severity }
    }
}

extension ExitStatus {
    /// Something was found that was asked to fail on.
    static let found: Int32 = 4
}

extension Severity: ExpressibleByArgument {
    /// `low` to `critical`.
    package init?(argument: String) {
        self.init(word: argument)
    }

    package static var allValueStrings: [String] { ["low", "medium", "high", "critical"] }
}
