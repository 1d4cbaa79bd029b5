// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import ArgumentParser
import CLinux
import Daemon
import EventModel
import Glibc
import Ruleset

/// `jaga analyze`: the whole engine over old logs.
struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the whole engine over old logs and print the alerts.",
        discussion: """
            Alerts go to standard output as JSON lines, each with \"input\":{\"file\",\"line\"}; a \
            summary goes to standard error, with a table of the web campaigns that were found. Time is the log's own where it has one, so that \
            frequency rules work on history. `-` is standard input; .gz files are not read: \
            use zcat.

            EXAMPLES
              jaga analyze /var/log/nginx/access.log
              jaga analyze --ruleset /var/ossec/ruleset /var/log/auth.log*
              jaga analyze --campaigns --json /var/log/nginx/access.log
              docker logs web 2>&1 | jaga analyze - | jq .rule.description

            EXIT CODES
              0 read to the end   2 a file cannot be read   3 mistakes in the ruleset
            """
    )

    @Argument(help: "Files to read, or - for standard input.")
    var files: [String]

    @Option(help: "How lines become events: auto, docker-json, syslog or json.")
    var format: FormatName = .auto

    @Option(
        help: "Engines that look ahead on further cores, from 1 (none) to 64; same alerts."
    )
    var shards = 1

    @Flag(help: "Print the web campaigns instead of the alerts.")
    var campaigns = false

    @Flag(help: "Print the web campaigns as JSON lines, not as a table.")
    var json = false

    @OptionGroup var ruleset: RulesetOptions

    func validate() throws {
        guard (1...64).contains(shards) else {
            throw ValidationError("--shards \(shards): give a number from 1 to 64")
        }
    }

    enum FormatName: String, ExpressibleByArgument, CaseIterable {
        case auto, syslog, json
        case dockerJSON = "docker-json"

        var format: Replay.Format {
            switch self {
            case .auto: .auto
            case .syslog: .syslog
            case .json: .json
            case .dockerJSON: .dockerJSON
            }
        }
    }

    func run() throws {
        var settings = RulesetSettings()
        let configured = try ruleset.settings()
        settings.logAlertLevel = configured.logAlertLevel
        settings.emailAlertLevel = configured.emailAlertLevel
        guard let rules = try ruleset.load(settings).ruleset else { return }
        let inputs = try files.map { try Input(path: $0) }
        let start = ContinuousClock.now
        var engine = AnalysisEngine.Configuration(
            managerName: HostEnvironment.hostname,
            places: try ruleset.places(configured)
        )
        engine.webLogs = configured.webLogs
        engine.webLogs.summaryLimit = Self.campaignLimit
        var replay = Replay(
            engine: AnalysisEngine(ruleset: rules, configuration: engine),
            format: format.format,
            now: HostClock.now(),
            shards: shards
        )
        let agent = AgentIdentity(id: "000", name: HostEnvironment.hostname)
        var progress = Progress(totalBytes: inputs.reduce(0) { $0 + $1.size })
        for input in inputs {
            replay.begin(input.name, agent: agent)
            try read(input, into: &replay, &progress)
        }
        Terminal.clearLine()
        show(replay.endCampaigns())
        Terminal.note(Self.summary(replay.counts, ContinuousClock.now - start))
    }

    /// More campaigns are not listed.
    private static let campaignLimit = 10_000

    private func show(_ found: [CampaignSummary]) {
        let text = json ? CampaignListing.json(found) : Array(CampaignListing.table(found).utf8)
        Terminal.write(text, to: campaigns ? STDOUT_FILENO : STDERR_FILENO)
    }

    private func read(
        _ input: Input,
        into replay: inout Replay,
        _ progress: inout Progress
    ) throws {
        var reader = LineReader(descriptor: input.descriptor)
        var output: [UInt8] = []
        var more = true
        while more {
            more = reader.next { replay.take($0, into: &output) }
            if output.count > 1 << 16 || !more {
                if !more { replay.finish(into: &output) }
                if !campaigns { Terminal.write(output) }
                output.removeAll(keepingCapacity: true)
            }
            progress.show(read: reader.bytesRead, lines: replay.counts.lines)
        }
        progress.finished(bytes: reader.bytesRead)
        if let failure = reader.failure {
            Terminal.note("jaga: cannot read \(input.name) to its end: \(failure)")
            throw ExitCode(ExitStatus.usage)
        }
        if reader.truncatedLines > 0 {
            Terminal.note("jaga: \(input.name): \(reader.truncatedLines) lines over 4 MiB were cut")
        }
    }

    private static func summary(_ counts: Replay.Counts, _ duration: Duration) -> String {
        let seconds = max(
            Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18,
            0.001
        )
        var lines = ["\(counts.lines) lines, \(counts.events) events, \(counts.alerts) alerts"]
        if counts.malformed > 0 { lines[0] += ", \(counts.malformed) lines not of the format" }
        let rules = counts.alertsByRule.sorted {
            ($0.value, $1.key) > ($1.value, $0.key)
        }
        for (rule, count) in rules {
            let text = String(count)
            lines.append(
                String(repeating: " ", count: max(1, 10 - text.count)) + "\(text)  rule \(rule)"
            )
        }
        let hundredths = Int(seconds * 100)
        let rest = hundredths % 100
        lines.append(
            "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) seconds, "
                + "\(Int(Double(counts.events) / seconds)) events/s"
        )
        return lines.joined(separator: "\n")
    }
}

/// A file to read, opened.
private struct Input {
    let name: String
    let descriptor: Int32
    /// Bytes; 0 when not known.
    let size: Int

    init(path: String) throws {
        if path == "-" {
            name = "stdin"
            descriptor = STDIN_FILENO
            size = 0
            return
        }
        name = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = jaga_file_status()
        guard descriptor >= 0, jaga_file_status_of(descriptor, &status) == 0 else {
            Terminal.note(
                "jaga: cannot read \(path): \(String(cString: strerror(errno)).lowercased())"
            )
            throw ExitCode(ExitStatus.usage)
        }
        guard !status.is_folder else {
            Terminal.note("jaga: \(path) is a folder: name the files in it")
            throw ExitCode(ExitStatus.usage)
        }
        size = Int(status.size)
    }
}

/// A bar on standard error, when that is a terminal; renewed a few times a
/// second.
private struct Progress {
    private let totalBytes: Int
    private var earlierBytes = 0
    private var calls = 0
    private var last = ContinuousClock.now
    private let isShown = isatty(STDERR_FILENO) == 1

    init(totalBytes: Int) {
        self.totalBytes = totalBytes
    }

    mutating func show(read bytes: Int, lines: Int) {
        guard isShown else { return }
        calls += 1
        guard calls % 4096 == 0, ContinuousClock.now - last > .milliseconds(200) else { return }
        last = ContinuousClock.now
        var text = "\r\(lines) lines"
        if totalBytes > 0 {
            let percent = min(100, (earlierBytes + bytes) * 100 / totalBytes)
            let full = percent * 30 / 100
            text +=
                "  [" + String(repeating: "#", count: full)
                + String(repeating: ".", count: 30 - full) + "] \(percent) %"
        }
        Terminal.write([UInt8]((text + "\u{1B}[K").utf8), to: STDERR_FILENO)
    }

    mutating func finished(bytes: Int) {
        earlierBytes += bytes
    }
}
