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

/// Random numbers that repeat.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
