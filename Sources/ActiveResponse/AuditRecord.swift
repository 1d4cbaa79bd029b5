// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// What responses did, and did not do, each as an event of its own: it is
/// analysed like any other, and becomes an alert.
package struct AuditRecord: Sendable, Hashable {
    /// What happened.
    package enum What: String, Sendable, Hashable {
        case done, undone, failed, refused, aborted
        case dryRun = "dry-run"
        case nothingToDo = "nothing-to-do"
        case undoFailed = "undo-failed"
        case breakerOpened = "breaker-opened"
        case breakerClosed = "breaker-closed"
        /// Alerts came faster than responses could look at them.
        case overrun
    }

    package let what: What
    /// Nil for what concerns no single act.
    package let act: PlannedAct?
    /// One line for people.
    package let detail: String
    /// Who asked for the undo; empty for time, and for what is no undo.
    package var undoneBy = ""

    package init(_ what: What, _ act: PlannedAct?, _ detail: String) {
        self.what = what
        self.act = act
        self.detail = detail
    }

    /// Where such events come from: no log, file or container can be called so.
    package static let location = "active-response"

    /// The event's text, one JSON object.
    package var json: [UInt8] {
        var output = [UInt8](#"{"response":{"event":"#.utf8)
        output.appendJSONString(what.rawValue)
        for (name, value) in members where !value.isEmpty {
            output.append(text: #",""# + name + #"":"#)
            output.appendJSONString(value)
        }
        output.append(text: "}}")
        return output
    }

    private var members: [(String, String)] {
        guard let act else { return [("result", detail)] }
        var members = [
            ("id", act.id == 0 ? "" : "\(act.id)"), ("command", act.command),
            ("act", act.kind.rawValue), ("mode", act.mode.rawValue), ("target", act.target.text),
        ]
        if case .container(let container) = act.target {
            members += [("container", container.name), ("image", container.image)]
        }
        return members + [
            ("agent", act.agent), ("by", act.reason.by), ("undone_by", undoneBy),
            ("rule", act.reason.ruleID == 0 ? "" : "\(act.reason.ruleID)"),
            ("alert", act.reason.alert), ("result", detail),
        ]
    }
}
