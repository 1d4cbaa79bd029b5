// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import WebAttacks

/// Attacks in a target, the strongest first.
func attacks(_ target: String, agent: String = "", referrer: String = "") -> [WebAttack] {
    var detector = WebAttackDetector()
    return attacks(target, agent: agent, referrer: referrer, &detector)
}

func attacks(
    _ target: String,
    agent: String = "",
    referrer: String = "",
    _ detector: inout WebAttackDetector
) -> [WebAttack] {
    let target = Array(target.utf8)
    let agent = Array(agent.utf8)
    let referrer = Array(referrer.utf8)
    return detector.inspect(
        target: target.span,
        userAgent: agent.span,
        referrer: referrer.span
    )
}

/// Classes that a value in a query is taken for.
func classes(_ value: String) -> [String] {
    attacks("/search?q=" + encoded(value)).map(\.kind.rawValue)
}

/// A value as a form sends it.
func encoded(_ value: String) -> String {
    var result = ""
    for byte in value.utf8 {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"):
            result.unicodeScalars.append(Unicode.Scalar(byte))
        case 0x20: result += "+"
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            result += "%" + (byte < 16 ? "0" : "") + digits
        }
    }
    return result
}
