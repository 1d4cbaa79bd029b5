// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
package import WebAttacks

/// How a request was judged, as `jaga explain --json` and the API answer it.
package enum ExplanationJSON {
    /// Appends `"parts":[…],"attacks":[…]`, the members of an object.
    ///
    /// A part is `place`, `raw`, `rounds` of `text` and `tokens`, and `attacks`; an attack
    /// is `class`, `score`, `parameter`, `evidence`, `decoded` and `why`.
    package static func appendMembers(
        _ explanation: WebAttackExplanation,
        to output: inout [UInt8]
    ) {
        output.append(text: "\"parts\":[")
        for (index, part) in explanation.parts.enumerated() {
            if index > 0 { output.append(text: ",") }
            append(part, to: &output)
        }
        output.append(text: "],\"attacks\":")
        append(explanation.attacks, to: &output)
    }

    private static func append(_ part: WebAttackExplanation.Part, to output: inout [UInt8]) {
        output.append(text: "{\"place\":")
        output.appendJSONString(part.place.name.span)
        output.append(text: ",\"raw\":")
        output.appendJSONString(part.raw.span)
        output.append(text: ",\"rounds\":[")
        for (index, round) in part.rounds.enumerated() {
            if index > 0 { output.append(text: ",") }
            output.append(text: "{\"text\":")
            output.appendJSONString(round.text.span)
            output.append(text: ",\"tokens\":[")
            for (number, token) in round.tokens.enumerated() {
                if number > 0 { output.append(text: ",") }
                output.appendJSONString(token.span)
            }
            output.append(text: "]}")
        }
        output.append(text: "],\"attacks\":")
        append(part.attacks, to: &output)
        output.append(text: "}")
    }

    private static func append(_ attacks: [WebAttack], to output: inout [UInt8]) {
        output.append(text: "[")
        for (index, attack) in attacks.enumerated() {
            if index > 0 { output.append(text: ",") }
            output.append(text: "{\"class\":\"\(attack.kind.rawValue)\"")
            output.append(text: ",\"score\":\(attack.score),\"parameter\":")
            output.appendJSONString(attack.place.name.span)
            output.append(text: ",\"evidence\":")
            let evidence = Array(attack.decoded[attack.evidence])
            output.appendJSONString(evidence.span)
            output.append(text: ",\"decoded\":")
            output.appendJSONString(attack.decoded.span)
            output.append(text: ",\"why\":")
            output.appendJSONString(Array(attack.reason.utf8).span)
            output.append(text: "}")
        }
        output.append(text: "]")
    }
}
