// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// How bad a vulnerability is.
package enum Severity: UInt8, Sendable, Hashable, Comparable, CaseIterable {
    /// Nobody has said yet.
    case unknown = 0
    case low = 1
    case medium = 2
    case high = 3
    case critical = 4

    package static func < (left: Severity, right: Severity) -> Bool {
        left.rawValue < right.rawValue
    }

    /// `Low` to `Critical`, and `-`, as in Wazuh's alerts.
    package var word: String {
        switch self {
        case .unknown: "-"
        case .low: "Low"
        case .medium: "Medium"
        case .high: "High"
        case .critical: "Critical"
        }
    }

    /// `low` to `critical`, and `unknown`: for members of JSON.
    package var name: String { self == .unknown ? "unknown" : word.lowercased() }

    /// By the words of GitHub, Debian, Ubuntu and Red Hat; nil for one that says
    /// nothing.
    package init?(word: String) {
        switch word.lowercased().trimming({ $0 == "*" || $0 == " " }) {
        case "critical": self = .critical
        case "high", "important": self = .high
        case "medium", "moderate": self = .medium
        case "low", "negligible", "unimportant", "minor": self = .low
        default: return nil
        }
    }

    /// By a CVSS base score.
    ///
    /// Source: CVSS 3.1 specification, §5, table 14.
    package init(score: Double) {
        switch score {
        case 9...: self = .critical
        case 7..<9: self = .high
        case 4..<7: self = .medium
        case 0.1..<4: self = .low
        default: self = .unknown
        }
    }
}
