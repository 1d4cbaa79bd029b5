// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The base score of a CVSS vector.
package enum CVSSScore {
    /// From 0 to 10; nil for a vector that is incomplete, or of version 4, whose
    /// scores come from tables.
    package static func base(_ vector: String) -> Double? {
        var metrics: [Substring: Substring] = [:]
        for part in vector.split(separator: "/") {
            let pair = part.split(separator: ":")
            if pair.count == 2 { metrics[pair[0]] = pair[1] }
        }
        if vector.hasPrefix("CVSS:3") { return version3(metrics) }
        return vector.hasPrefix("CVSS:") ? nil : version2(metrics)
    }

    /// Source: CVSS 3.1 specification, §7.1 and §7.4, appendix A.
    private static func version3(_ metrics: [Substring: Substring]) -> Double? {
        func weight(_ name: Substring, _ weights: [Substring: Double]) -> Double? {
            metrics[name].flatMap { weights[$0] }
        }
        let isChanged = metrics["S"] == "C"
        let loss: [Substring: Double] = ["H": 0.56, "L": 0.22, "N": 0]
        let privileges: [Substring: Double] =
            isChanged ? ["N": 0.85, "L": 0.68, "H": 0.5] : ["N": 0.85, "L": 0.62, "H": 0.27]
        guard metrics["S"] != nil,
            let vector = weight("AV", ["N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2]),
            let complexity = weight("AC", ["L": 0.77, "H": 0.44]),
            let privilege = weight("PR", privileges),
            let interaction = weight("UI", ["N": 0.85, "R": 0.62]),
            let confidentiality = weight("C", loss), let integrity = weight("I", loss),
            let availability = weight("A", loss)
        else { return nil }
        let base = 1 - (1 - confidentiality) * (1 - integrity) * (1 - availability)
        var impact = 6.42 * base
        if isChanged {
            var power = 1.0
            for _ in 0..<15 { power *= base - 0.02 }
            impact = 7.52 * (base - 0.029) - 3.25 * power
        }
        guard impact > 0 else { return 0 }
        let exploitability = 8.22 * vector * complexity * privilege * interaction
        return roundedUp(min((isChanged ? 1.08 : 1) * (impact + exploitability), 10))
    }

    /// To the next tenth, safe from errors of floating point.
    private static func roundedUp(_ value: Double) -> Double {
        let scaled = Int((value * 100_000).rounded())
        if scaled % 10_000 == 0 { return Double(scaled) / 100_000 }
        return Double(scaled / 10_000 + 1) / 10
    }

    /// Source: CVSS 2.0 guide, §3.2.1.
    private static func version2(_ metrics: [Substring: Substring]) -> Double? {
        func weight(_ name: Substring, _ weights: [Substring: Double]) -> Double? {
            metrics[name].flatMap { weights[$0] }
        }
        let loss: [Substring: Double] = ["N": 0, "P": 0.275, "C": 0.66]
        guard let vector = weight("AV", ["L": 0.395, "A": 0.646, "N": 1]),
            let complexity = weight("AC", ["H": 0.35, "M": 0.61, "L": 0.71]),
            let authentication = weight("Au", ["M": 0.45, "S": 0.56, "N": 0.704]),
            let confidentiality = weight("C", loss), let integrity = weight("I", loss),
            let availability = weight("A", loss)
        else { return nil }
        let impact = 10.41 * (1 - (1 - confidentiality) * (1 - integrity) * (1 - availability))
        guard impact > 0 else { return 0 }
        let exploitability = 20 * vector * complexity * authentication
        return ((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176 * 10).rounded() / 10
    }
}
