// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

/// Which alerts an output tells; everything that is given must hold.
///
/// Source: around-the-engine.md §7.1, §7.3; `containers` and `agents` are Jaga's.
package struct OutputFilter: Sendable, Hashable {
    /// From 0 to 16.
    package var minimumLevel: Int?
    package var ruleIDs: Set<Int> = []
    /// One of the rule's groups is one of these.
    package var groups: Set<String> = []
    /// Found in one of the rule's groups (`<syslog_output>`, `<email_alerts>`).
    package var groupPattern: OSMatch?
    package var location: OSMatch?
    /// Found in the container's name or its image.
    package var container: OSMatch?
    /// An agent's id or name.
    package var agents: Set<String> = []
    /// Only what the engine marked for mail.
    package var isForMail = false

    package init() {}

    /// Whether an alert is told.
    package func passes(_ alert: OutputAlert) -> Bool {
        if let minimumLevel, alert.level < minimumLevel { return false }
        if isForMail, !alert.isForMail { return false }
        if !ruleIDs.isEmpty, !ruleIDs.contains(alert.ruleID) { return false }
        if !groups.isEmpty, groups.isDisjoint(with: alert.groups) { return false }
        if let groupPattern, !alert.groups.contains(where: { Self.finds(groupPattern, $0) }) {
            return false
        }
        if let location, !Self.finds(location, alert.location) { return false }
        if let container, !concernsContainer(container, alert) { return false }
        if !agents.isEmpty, !agents.contains(alert.agentID), !agents.contains(alert.agentName) {
            return false
        }
        return true
    }

    private func concernsContainer(_ pattern: OSMatch, _ alert: OutputAlert) -> Bool {
        [alert.container, alert.image].contains { !$0.isEmpty && Self.finds(pattern, $0) }
    }

    private static func finds(_ pattern: OSMatch, _ text: String) -> Bool {
        let bytes = [UInt8](text.utf8)
        return pattern.matches(bytes.span)
    }
}
