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
        _ rule: RuleReport?,
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
        if let rule {
            let title = "\(rule.id), level \(rule.level)"
            output.append(text: "Rule: \(title), \(text(rule.description))\n")
        }
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
        _ rule: RuleReport?,
        to output: inout [UInt8]
    ) {
        output.append(text: "{")
        ExplanationJSON.appendMembers(explanation, to: &output)
        output.append(text: ",\"rule\":")
        if let rule {
            output.append(text: "{\"id\":\"\(rule.id)\",\"level\":\(rule.level),\"description\":")
            output.appendJSONString(rule.description.span)
            output.append(text: "}")
        } else {
            output.append(text: "null")
        }
        output.append(text: "}\n")
    }
}
