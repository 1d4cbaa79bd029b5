// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The tactics of ATT&CK for Enterprise by id.
///
/// Source: MITRE ATT&CK, Enterprise tactics.
enum MitreTactic: String, CaseIterable {
    case reconnaissance = "TA0043"
    case resourceDevelopment = "TA0042"
    case initialAccess = "TA0001"
    case execution = "TA0002"
    case persistence = "TA0003"
    case privilegeEscalation = "TA0004"
    case defenseEvasion = "TA0005"
    case credentialAccess = "TA0006"
    case discovery = "TA0007"
    case lateralMovement = "TA0008"
    case collection = "TA0009"
    case commandAndControl = "TA0011"
    case exfiltration = "TA0010"
    case impact = "TA0040"

    /// The name that alerts show.
    var name: String {
        switch self {
        case .reconnaissance: "Reconnaissance"
        case .resourceDevelopment: "Resource Development"
        case .initialAccess: "Initial Access"
        case .execution: "Execution"
        case .persistence: "Persistence"
        case .privilegeEscalation: "Privilege Escalation"
        case .defenseEvasion: "Defense Evasion"
        case .credentialAccess: "Credential Access"
        case .discovery: "Discovery"
        case .lateralMovement: "Lateral Movement"
        case .collection: "Collection"
        case .commandAndControl: "Command and Control"
        case .exfiltration: "Exfiltration"
        case .impact: "Impact"
        }
    }
}
