// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Rules and decoders whose expressions cost too much.
///
/// What was cut counts as not holding. Each time is told by an alert; whoever was cut
/// often enough is switched off for the life of this engine.
extension AnalysisEngine {
    /// Whether an expression was cut in the current event.
    var hasOffenders: Bool {
        !decoder.limits.offenders.isEmpty || !matcher.limits.offenders.isEmpty
    }

    /// Whether a rule or decoder is off for the life of this engine.
    var hasSwitchedOff: Bool {
        !decoder.limits.off.isEmpty || !matcher.limits.off.isEmpty
    }

    /// What is to be said about the current event's offenders, each counted once more.
    ///
    /// - Returns: a rule of ``OwnRules`` with its text, for each.
    mutating func strikeOffenders() -> [(ruleID: Int, text: String)] {
        let limit = configuration.strikeLimit > 0 ? configuration.strikeLimit : .max
        let size = event.text.count
        var reports: [(ruleID: Int, text: String)] = []
        for index in decoder.limits.offenders {
            let place = ruleset.decoders[index].location
            let subject =
                "Decoder \(ruleset.decoders[index].name) (\(place.file):\(place.line))"
            let count = decoder.limits.strike(index, limit: limit)
            reports.append(report(on: subject, size, count: count, of: limit))
        }
        for index in matcher.limits.offenders {
            let place = ruleset.rules[index].location
            let subject = "Rule \(ruleset.rules[index].id) (\(place.file):\(place.line))"
            let count = matcher.limits.strike(index, limit: limit)
            reports.append(report(on: subject, size, count: count, of: limit))
        }
        return reports
    }

    private func report(
        on subject: String,
        _ size: Int,
        count: Int,
        of limit: Int
    ) -> (ruleID: Int, text: String) {
        let cause = "its expression takes too long on a log of \(size) bytes"
        if count >= limit {
            return (
                OwnRules.switchedOff,
                "\(subject) is switched off until the ruleset is reloaded: \(cause), "
                    + "for the \(count)th time"
            )
        }
        let times = limit == .max ? "\(count)" : "\(count) of \(limit)"
        return (
            OwnRules.cutExpression,
            "\(subject) was passed over for an event: \(cause) (time \(times))"
        )
    }

    /// Writes the alerts about the current event's offenders.
    ///
    /// The event is gone then: its place is taken by Jaga's own.
    mutating func reportOffenders(
        _ entry: EventBatch.Entry,
        _ index: Int,
        to alerts: inout AlertBatch
    ) {
        let context = contexts.context(of: ownSource)
        for report in strikeOffenders() {
            guard let rule = ruleset.rules.lastIndex(where: { $0.id == report.ruleID }) else {
                continue
            }
            let text = [UInt8](report.text.utf8)
            event.start(text.span, header: LogHeader(log: 0..<text.count))
            matcher.discardPrevious()
            matcher.countFiring(of: rule)
            let decision = Decision(rule: rule, logs: true, isRemembered: false)
            append(decision, context, entry, index, to: &alerts)
        }
    }
}
