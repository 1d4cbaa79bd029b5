// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Analysis
import EventModel
import WebAttacks
import WebServer

/// Writes what `jaga explain` found, for people and for programs.
enum ExplanationWriter {
    // MARK: For people

    static func appendText(
        _ explanation: WebAttackExplanation,
        _ line: ExplainedLine,
        to output: inout [UInt8]
    ) {
        for part in explanation.parts { append(part, to: &output) }
        if explanation.attacks.isEmpty { output.append(text: "No attack was found.\n") }
        for attack in explanation.attacks {
            let title = "\(attack.kind.rawValue), score \(attack.score)"
            output.append(text: "Attack: \(title), in \(text(attack.place.name))\n")
            output.append(text: "  why:      \(attack.reason)\n")
            output.append(text: "  evidence: \(text(Array(attack.decoded[attack.evidence])))\n")
        }
        if let peer = line.peer, let source = line.source {
            output.append(text: "Source: \(text(source)), for whom \(text(peer)) speaks\n")
        }
        if let reason = line.allowance {
            output.append(text: "Allowed by the settings: \(text(reason))\n")
        }
        if let rule = line.rule {
            output.append(text: "Rule: \(title(rule))\n")
        } else if let rule = line.silenced {
            output.append(text: "Rule: none; the settings silence \(title(rule))\n")
        }
    }

    private static func title(_ rule: RuleReport) -> String {
        "\(rule.id), level \(rule.level), \(text(rule.description))"
    }

    private static func append(_ part: WebAttackExplanation.Part, to output: inout [UInt8]) {
        let title: String
        switch part.place {
        case .parameter(let name) where !name.isEmpty: title = "Parameter \(text(name))"
        case .parameter: title = "Parameter without a name"
        case .path: title = "Path"
        case .parameterName: title = "Name of a parameter"
        case .userAgent: title = "User-Agent"
        case .referrer: title = "Referer"
        }
        output.append(text: "\(title): \(text(part.raw))\n")
        for (index, round) in part.rounds.enumerated() where index > 0 || round.text != part.raw {
            output.append(text: "  round \(index + 1): \(text(round.text))\n")
        }
        if let last = part.rounds.last, !part.attacks.isEmpty {
            let tokens = last.tokens.map(text).joined(separator: " ")
            output.append(text: "  tokens:  \(tokens)\n")
        }
        for attack in part.attacks {
            let title = "\(attack.kind.rawValue) \(attack.score)"
            output.append(text: "  found:   \(title): \(attack.reason)\n")
        }
    }

    /// Text for a terminal: nothing in it can steer one.
    private static func text(_ bytes: [UInt8]) -> String {
        TerminalText.escape(String(decoding: bytes, as: UTF8.self))
    }

    // MARK: For programs

    static func appendJSON(
        _ explanation: WebAttackExplanation,
        _ line: ExplainedLine,
        to output: inout [UInt8]
    ) {
        output.append(text: "{")
        ExplanationJSON.appendMembers(explanation, to: &output)
        append("rule", line.rule, to: &output)
        if line.silenced != nil { append("silenced_rule", line.silenced, to: &output) }
        append("source", line.source, to: &output)
        append("peer", line.peer, to: &output)
        append("allowed", line.allowance, to: &output)
        output.append(text: "}\n")
    }

    private static func append(_ name: String, _ rule: RuleReport?, to output: inout [UInt8]) {
        guard let rule else { return output.append(text: ",\"\(name)\":null") }
        output.append(text: ",\"\(name)\":{\"id\":\"\(rule.id)\",\"level\":\(rule.level)")
        output.append(text: ",\"description\":")
        output.appendJSONString(rule.description.span)
        output.append(text: "}")
    }

    private static func append(_ name: String, _ value: [UInt8]?, to output: inout [UInt8]) {
        guard let value else { return }
        output.append(text: ",\"\(name)\":")
        output.appendJSONString(value.span)
    }
}
