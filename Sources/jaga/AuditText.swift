// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Posture

/// A run of the benchmark as a person reads it in a terminal.
struct AuditText {
    private static let shownSubjects = 8

    let wantsColour: Bool
    let showsAll: Bool

    func text(of report: AuditReport) -> String {
        var text = ""
        var section = ""
        for result in report.results where showsAll || result.result == .failed {
            if section != result.section {
                section = result.section
                text += (text.isEmpty ? "" : "\n") + bold(title(section)) + "\n"
            }
            text += lines(result)
        }
        if text.isEmpty { text = "nothing fails\n" }
        let summary =
            "score \(report.score): \(report.count(.passed)) passed, \(report.count(.failed)) failed, "
            + "\(report.count(.notApplicable)) not applicable, \(report.count(.manual)) for a person"
        let hint = showsAll ? "" : " (all of them: jaga audit --all)"
        return text + "\n" + bold("\(AuditReport.name) \(AuditReport.version), ")
            + escape(report.engine) + "\n" + summary + hint + "\n"
    }

    private func lines(_ result: AuditReport.Result) -> String {
        var text = "\(mark(result.result))  \(padded(result.id, 7)) \(result.title): "
        text += escape(result.reason) + "\n"
        let indent = String(repeating: " ", count: 16)
        let shown = result.subjects.prefix(Self.shownSubjects)
        if !shown.isEmpty {
            let more = result.subjects.count - shown.count + result.moreSubjects
            text += indent + escape(shown.joined(separator: ", "))
            text += more > 0 ? " and \(more) more\n" : "\n"
        }
        if result.result == .failed { text += indent + "→ \(result.remedy)\n" }
        return text
    }

    private func mark(_ word: AuditVerdict.Word) -> String {
        let (text, colour) =
            switch word {
            case .passed: ("pass", "32")
            case .failed: ("FAIL", "31")
            case .notApplicable: ("n/a", "2")
            case .manual: ("look", "33")
            }
        let padded = padded(text, 4)
        return wantsColour ? "\u{1B}[\(colour)m\(padded)\u{1B}[0m" : padded
    }

    private func title(_ section: String) -> String {
        switch section {
        case "host": "1 Host"
        case "daemon": "2 Engine"
        case "files": "3 Engine's files"
        case "images": "4 Images"
        case "runtime": "5 Containers"
        case "operations": "6 Operations"
        default: "7 Swarm"
        }
    }

    private func escape(_ text: String) -> String { TerminalText.escape(text) }

    private func bold(_ text: String) -> String { wantsColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
