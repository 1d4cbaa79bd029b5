// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A technique of MITRE ATT&CK.
package struct MitreTechnique: Sendable, Hashable {
    /// As `T1059` or, for a sub-technique, `T1059.004`.
    package let id: String
    /// Without the name of the technique above it.
    package let name: String
    /// Names of its tactics, in the order of its kill-chain phases.
    package let tactics: [String]
}

/// The part of the ATT&CK enterprise matrix that rules of this field name.
///
/// Source: MITRE ATT&CK, enterprise matrix, https://attack.mitre.org.
package enum MitreMatrix {
    /// The technique of an id; nil for one that the table does not know.
    ///
    /// - Complexity: O(1), the first call reads the table.
    package static func technique(_ id: String) -> MitreTechnique? {
        techniques[id]
    }

    /// Ids of all known techniques, in the table's order.
    package static var ids: [String] {
        rows.map { String($0[0]) }
    }

    private static let techniques: [String: MitreTechnique] = {
        var found: [String: MitreTechnique] = [:]
        for row in rows {
            let tactics = row[1].split(separator: " ").compactMap { Tactic(rawValue: String($0)) }
            let id = String(row[0])
            found[id] = MitreTechnique(id: id, name: String(row[2]), tactics: tactics.map(\.name))
        }
        return found
    }()

    /// Id, tactics and name of each line of the table.
    private static var rows: [[Substring]] {
        table.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: "|", maxSplits: 2)
            return columns.count == 3 ? columns : nil
        }
    }

    /// A tactic, by the two letters that the table writes for it.
    private enum Tactic: String {
        case re, rd, ia, ex, ps, pv, de, ca, di, lm, co, cc, xf, im

        var name: String {
            switch self {
            case .re: "Reconnaissance"
            case .rd: "Resource Development"
            case .ia: "Initial Access"
            case .ex: "Execution"
            case .ps: "Persistence"
            case .pv: "Privilege Escalation"
            case .de: "Defense Evasion"
            case .ca: "Credential Access"
            case .di: "Discovery"
            case .lm: "Lateral Movement"
            case .co: "Collection"
            case .cc: "Command and Control"
            case .xf: "Exfiltration"
            case .im: "Impact"
            }
        }
    }
}
