// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import ArgumentParser
import Daemon
import EventModel
import Glibc
import Ruleset

/// `jaga logtest`: which decoder and rule take a line, and why not others.
struct Logtest: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which decoder and rule take a line.",
        discussion: """
            Reads one log a line from standard input or --file, and shows pre-decoding, decoding \
            and rules in the layout of wazuh-logtest. All lines are one session: frequency rules \
            count them together.

            EXAMPLES
              jaga logtest < lines.log
              echo '1.2.3.4 - - [23/Nov/2026:10:00:00 +0000] "GET /?id=1+UNION+SELECT+2 HTTP/1.1" 200 1 "-" "-"' \\
                  | jaga logtest --why
              jaga logtest --json --ruleset /var/ossec/ruleset --file auth.log
              jaga logtest -U 5716:5:sshd < one.log     exit 0 when the last line has this result

            EXIT CODES
              0 all lines read (with -U: as expected)   1 with -U: another result
              2 the file cannot be read   3 mistakes in the ruleset
            """
    )

    @Option(help: ArgumentHelp("Read lines from this file.", valueName: "file"))
    var file: String?

    @Option(
        name: [.customShort("l"), .long],
        help: "Where the lines claim to come from; [001] (name) ip->path is an agent's."
    )
    var location = "stdin"

    @Option(
        help: ArgumentHelp(
            "Which queue the lines travel in: 1 logs, 3 9 d e f p 8 reports of agents' modules.",
            valueName: "byte"
        )
    )
    var queue = "1"

    @Flag(help: "Print one JSON object a line.")
    var json = false

    @Flag(help: "Forget between lines: each is a session of its own.")
    var fresh = false

    @Flag(help: "Name, for each rule tried at the last level, the condition that failed.")
    var why = false

    @Flag(name: [.customShort("v"), .long], help: "List all rules that were tried.")
    var verbose = false

    @Flag(name: [.customShort("q"), .long], help: "Leave out the greeting.")
    var quiet = false

    @Option(
        name: [.customShort("U"), .long],
        help: ArgumentHelp(
            "Compare the last line's result; parts may be empty.",
            valueName: "rule:level:decoder"
        )
    )
    var unitTest: String?

    @Flag(name: [.customShort("d"), .long], help: "Say on standard error what was loaded.")
    var debug = false

    @Flag(name: [.customShort("V"), .customLong("product-version")], help: .hidden)
    var showsVersion = false

    @OptionGroup var ruleset: RulesetOptions

    func run() throws {
        if showsVersion {
            Terminal.write("jaga logtest v\(Version.number)\n")
            return
        }
        let configured = try ruleset.settings()
        let loading = try ruleset.load(.logtest)
        guard let rules = loading.ruleset else { return }
        if debug {
            Terminal.note(
                "jaga: \(loading.counts.rules) rules, \(loading.counts.decoders) decoders, "
                    + "\(rules.lists.count) lists loaded"
            )
        }
        var configuration = AnalysisEngine.Configuration(
            managerName: HostEnvironment.hostname,
            mode: .session(alertLevel: configured.logAlertLevel),
            places: try ruleset.places(configured)
        )
        configuration.webLogs = configured.webLogs
        let pristine = AnalysisEngine(ruleset: rules, configuration: configuration)
        var session = LogtestSession(engine: pristine, location: location, kind: kind)
        var reader = LineReader(descriptor: try input())
        if !json, !quiet { greet() }
        var output: [UInt8] = []
        var last: UnitTest?
        while reader.next({ line in
            guard !line.isEmpty else { return }
            if fresh { session.forget(pristine) }
            let report = session.inspect(line, why || verbose ? .trials : .result)
            append(report, to: &output)
            if let unitTest {
                last = UnitTest(unitTest, report)
                if !json { output.append(text: last?.verdict ?? "") }
            }
        }) {
            // Whoever types, or pipes one line at a time, gets the answer at once.
            if output.count > 1 << 16 || !reader.hasBufferedLine {
                Terminal.write(output)
                output.removeAll(keepingCapacity: true)
            }
        }
        Terminal.write(output)
        if let unitTest { try (last ?? UnitTest(unitTest, nil)).finish() }
    }

    func validate() throws {
        guard queue.utf8.count == 1, queue == "1" || kind != .log else {
            throw ValidationError("--queue \(queue): give 1, 3, 5, 8, 9, d, e, f, p or u")
        }
    }

    private var kind: EventKind {
        EventKind(queue: queue.utf8.first ?? EventKind.log.queue)
    }

    private func input() throws -> Int32 {
        guard let file else { return STDIN_FILENO }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            Terminal.note(
                "jaga: cannot read \(file): \(String(cString: strerror(errno)).lowercased())"
            )
            throw ExitCode(ExitStatus.usage)
        }
        return descriptor
    }

    private func greet() {
        Terminal.write("Starting jaga logtest v\(Version.number)\nType one log per line\n\n")
    }

    private func append(_ report: EventReport, to output: inout [UInt8]) {
        if json {
            LogtestJSON.append(report, to: &output)
            if why { appendReasons(of: report, to: &output) }
            output.append(UInt8(ascii: "\n"))
            return
        }
        var text: [UInt8] = []
        LogtestText.append(report, verbose ? .trials : .result, to: &text)
        output += text
        if why { appendWhy(report, to: &output) }
    }

    private func appendWhy(_ report: EventReport, to output: inout [UInt8]) {
        output.append(literal: "\n**Why not another rule:\n")
        for trial in report.lastLevel + report.sigmaTrials {
            let reason = trial.obstacle ?? "matched"
            output.append(text: "\t\(trial.ruleID): \(reason)\n")
        }
        let elsewhere = report.sigmaElsewhere
        guard !elsewhere.isEmpty else { return }
        let shown = elsewhere.prefix(10).map(String.init).joined(separator: ", ")
        let rest = elsewhere.count > 10 ? " and \(elsewhere.count - 10) more" : ""
        output.append(text: "\tother log sources: \(shown)\(rest)\n")
    }

    private func appendReasons(of report: EventReport, to output: inout [UInt8]) {
        output.removeLast()
        output.append(literal: ",\"why\":[")
        for (index, trial) in (report.lastLevel + report.sigmaTrials).enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(text: "{\"id\":\"\(trial.ruleID)\",\"matched\":\(trial.obstacle == nil)")
            if let obstacle = trial.obstacle {
                output.append(literal: ",\"reason\":")
                output.appendJSONString(obstacle)
            }
            output.append(UInt8(ascii: "}"))
        }
        output.append(literal: "]}")
    }
}

/// A line's rule, level and decoder beside those that were expected.
///
/// Source: analysis-engine.md §9.3, `-U`.
private struct UnitTest {
    private let expected: [String]
    private let result: [String]

    /// `expectation` is `rule:level:decoder`, whose parts may be empty.
    init(_ expectation: String, _ report: EventReport?) {
        expected = expectation.split(
            separator: ":",
            maxSplits: 2,
            omittingEmptySubsequences: false
        ).map(String.init)
        result = [
            report?.rule.map { String($0.id) } ?? "", report?.rule.map { String($0.level) } ?? "",
            report?.decoder?.name ?? "",
        ]
    }

    /// The line that says how it came out.
    var verdict: String {
        if expected == result { return "Unit test OK\n" }
        return "Unit test FAIL. Expected \(Self.list(expected)) , Result \(Self.list(result))\n"
    }

    /// Ends with the number of empty parts when all is as expected, else with 1.
    func finish() throws {
        guard expected == result else { throw ExitCode(1) }
        let empty = expected.filter(\.isEmpty).count
        if empty > 0 { throw ExitCode(Int32(empty)) }
    }

    private static func list(_ parts: [String]) -> String {
        "[" + parts.map { "'\($0)'" }.joined(separator: ", ") + "]"
    }
}

/// A session of logtest: an engine, a place, and the clock.
private struct LogtestSession {
    private var engine: AnalysisEngine
    private let source: EventSource

    init(engine: AnalysisEngine, location: String, kind: EventKind) {
        self.engine = engine
        let place = AgentLocation.source(of: location, managerName: HostEnvironment.hostname)
        source = EventSource(agent: place.agent, location: place.location, kind: kind)
    }

    /// Goes back to an engine without memory.
    mutating func forget(_ pristine: AnalysisEngine) {
        engine = pristine
    }

    mutating func inspect(
        _ line: Span<UInt8>,
        _ detail: AnalysisEngine.InspectionDetail
    ) -> EventReport {
        engine.inspect(line, from: source, at: HostClock.now(), detail)
    }
}
