// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import ArgumentParser
import Daemon
import EventModel

extension Respond {
    /// `jaga respond test`: what recorded alerts would lead to.
    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what alerts on standard input would lead to; nothing is done.",
            discussion: """
                Lines of alerts.json come in, and for each act one line goes out: time, act or \
                refusal, target, rule. Limits and time-outs count by the alerts' own order, one \
                second apart.
                """
        )

        @Option(help: ArgumentHelp("Read this ossec.conf.", valueName: "file"))
        var config: String

        func run() throws {
            let read = try Failure.reported { try OssecConfiguration.load(config) }
            Failure.list(read.diagnostics)
            guard !read.hasErrors else { throw ExitCode(ExitStatus.invalidConfiguration) }
            var state = ResponseState(read.settings.responses, standing: [], nextID: 1)
            var now: Int64 = 0
            while let line = readLine(strippingNewline: true) {
                guard let alert = ResponseAlert(recorded: [UInt8](line.utf8)) else {
                    Terminal.note("jaga: a line is no alert, and is passed over")
                    continue
                }
                now += 1_000_000_000
                for decision in state.received(alert, at: now) {
                    Terminal.write(AccountAccess.line(Self.cells(decision, alert)))
                    if case .perform(let act) = decision { state.confirmed(act.id, ActMemory()) }
                }
                for act in state.takeDue(at: now) {
                    state.ended(act.act.id)
                    Terminal.write(AccountAccess.line(["undo", act.act.title]))
                }
            }
        }

        private static func cells(
            _ decision: ResponseDecision,
            _ alert: ResponseAlert
        ) -> [String] {
            let rule = "rule \(alert.ruleID)"
            return switch decision {
            case .perform(let act): ["act", act.title, rule]
            case .say(let act): ["dry-run", act.title, rule]
            case .refused(let act, let reason): ["refused", act.title, rule, reason]
            case .renew(let act): ["longer", act.act.title, rule]
            case .breakerOpened(let name, let limit, _):
                ["breaker", name.isEmpty ? "all" : name, "more than \(limit) in a minute"]
            case .breakerClosed(let name, _): ["breaker closed", name.isEmpty ? "all" : name]
            }
        }
    }
}

/// Words of `jaga respond`.
enum RespondText {
    /// Id, state, since, until, act, target, why, result.
    static func cells(_ record: RecordedAct) -> [String] {
        let act = record.standing.act
        let state =
            record.ending.map { $0.how.rawValue }
            ?? (record.standing.isConfirmed ? "stands" : "begun")
        let why = act.reason.ruleID == 0 ? act.reason.by : "rule \(act.reason.ruleID)"
        return [
            "\(act.id)", state, time(act.begunAt), act.expiresAt.map(time) ?? "-",
            act.kind.takesAlert ? act.command : act.kind.rawValue, act.target.text, why,
            record.ending?.detail ?? record.detail,
        ]
    }

    /// Says that the running Jaga did not answer.
    static func late(_ id: UInt64) -> ExitCode {
        Terminal.note(
            "jaga: act \(id) is not undone within ten seconds: is jaga up running on this folder?"
        )
        return ExitCode(ExitStatus.failed)
    }

    private static func time(_ nanoseconds: Int64) -> String {
        var output: [UInt8] = []
        Timestamp(
            nanoseconds: nanoseconds,
            utcOffsetSeconds: HostClock.now().utcOffsetSeconds
        ).appendSecond(to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
