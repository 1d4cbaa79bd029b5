// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import AlertStore

/// Something an operator should read while Jaga runs, as a value: its words
/// and how loud it is are decided here and nowhere else.
package enum OperatorNotice: Sendable, Equatable {
    /// Alerts wait for the disk; nothing is lost.
    case alertsNotWritten(reason: String)
    case alertsWrittenAgain
    /// Events wait for the spool: it is full, or the disk refuses; nothing is lost.
    case spoolNotWritten(reason: String)
    case spoolWrittenAgain
    case spoolHasRoom
    /// Something of an earlier run's spool could not be read.
    case spoolDamaged(records: Int, foreignSegments: Int)
    /// The alert log mended something by itself.
    case alertLog(String)
    /// The index has something to say.
    case index(AlertIndexer.Notice)
    /// A source changed its state.
    case source(name: String, state: String, isTrouble: Bool)
    case rulesetReloaded(decoders: Int, rules: Int)
    /// A ruleset with mistakes was not taken over; the old one goes on.
    case rulesetRefused(errors: [String])
    /// `ossec.conf` has mistakes: responses and outputs stay as they were.
    case responsesKept(errors: [String])
    /// What frequency rules counted could not be read or kept.
    case engineMemory(String)
    /// Metrics or old alerts could not be looked after; it is tried again.
    case maintenanceFailed(String)
    /// An output says how it stands.
    case output(String, Bool)
    /// Of an agent: how it stands with its manager.
    case manager(String, isTrouble: Bool)
    /// Of scans of images: what keeps them from being done, or done well.
    case vulnerabilities(String)

    /// Whether something does not work as it should.
    package var isTrouble: Bool {
        switch self {
        case .alertsNotWritten, .spoolNotWritten, .spoolDamaged, .rulesetRefused, .responsesKept,
            .maintenanceFailed, .engineMemory, .vulnerabilities:
            true
        case .source(_, _, let isTrouble), .manager(_, let isTrouble),
            .output(_, let isTrouble):
            isTrouble
        case .index(let notice):
            if case .removed = notice { false } else { true }
        case .alertsWrittenAgain, .spoolWrittenAgain, .spoolHasRoom, .alertLog,
            .rulesetReloaded:
            false
        }
    }

    /// One line, or several for a list of mistakes.
    package var text: String {
        switch self {
        case .alertsNotWritten(let reason): reason
        case .alertsWrittenAgain: "alerts are written again, none was lost"
        case .spoolNotWritten(let reason): reason
        case .spoolWrittenAgain: "events are taken again, none was lost"
        case .spoolHasRoom: "the spool has room again, sources are read on"
        case .spoolDamaged(let records, let foreign): Self.damage(records, foreign)
        case .alertLog(let text): text
        case .index(let notice): "\(notice)"
        case .source(let name, let state, _): "\(name): \(state)"
        case .rulesetReloaded(let decoders, let rules):
            "ruleset reloaded: \(rules) rules, \(decoders) decoders"
        case .rulesetRefused(let errors):
            "the changed ruleset has mistakes, the old one stays:\n"
                + errors.joined(separator: "\n")
        case .responsesKept(let errors):
            "the changed ossec.conf has mistakes, responses and outputs stay as they were:\n"
                + errors.joined(separator: "\n")
        case .engineMemory(let reason):
            "frequency rules count anew, or will after the next start: \(reason)"
        case .maintenanceFailed(let reason): reason
        case .vulnerabilities(let text): text
        case .manager(let text, _), .output(let text, _): text
        }
    }

    private static func damage(_ records: Int, _ foreignSegments: Int) -> String {
        var parts: [String] = []
        if records > 0 {
            parts.append("\(records) damaged places in the spool, whose events are lost")
        }
        if foreignSegments > 0 {
            parts.append(
                "\(foreignSegments) segments of the spool were written by another version of"
                    + " Jaga and are left alone: start that version to empty them"
            )
        }
        return parts.joined(separator: "; ")
    }
}
