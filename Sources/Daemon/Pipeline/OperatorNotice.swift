// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import AlertStore

/// Something an operator should read while Jaga runs, as a value: its words
/// and how loud it is are decided here and nowhere else.
package enum OperatorNotice: Sendable, Equatable {
    /// Alerts wait for the disk; nothing is lost.
    case alertsNotWritten(reason: String)
    case alertsWrittenAgain
    /// The alert log mended something by itself.
    case alertLog(String)
    /// The index has something to say.
    case index(AlertIndexer.Notice)
    /// A source changed its state.
    case source(name: String, state: String, isTrouble: Bool)
    case rulesetReloaded(decoders: Int, rules: Int)
    /// A ruleset with mistakes was not taken over; the old one goes on.
    case rulesetRefused(errors: [String])
    /// What frequency rules counted could not be read or kept.
    case engineMemory(String)
    /// Metrics or old alerts could not be looked after; it is tried again.
    case maintenanceFailed(String)

    /// Whether something does not work as it should.
    package var isTrouble: Bool {
        switch self {
        case .alertsNotWritten, .rulesetRefused, .maintenanceFailed, .engineMemory: true
        case .source(_, _, let isTrouble): isTrouble
        case .index(let notice):
            if case .removed = notice { false } else { true }
        case .alertsWrittenAgain, .alertLog, .rulesetReloaded: false
        }
    }

    /// One line, or several for a list of mistakes.
    package var text: String {
        switch self {
        case .alertsNotWritten(let reason): reason
        case .alertsWrittenAgain: "alerts are written again, none was lost"
        case .alertLog(let text): text
        case .index(let notice): "\(notice)"
        case .source(let name, let state, _): "\(name): \(state)"
        case .rulesetReloaded(let decoders, let rules):
            "ruleset reloaded: \(rules) rules, \(decoders) decoders"
        case .rulesetRefused(let errors):
            "the changed ruleset has mistakes, the old one stays:\n"
                + errors.joined(separator: "\n")
        case .engineMemory(let reason):
            "frequency rules count anew, or will after the next start: \(reason)"
        case .maintenanceFailed(let reason): reason
        }
    }
}
