// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Whom a manager enrols: what `<auth>` says.
///
/// Source: around-the-engine.md §3.2, §4.4.
package struct EnrolmentPolicy: Sendable {
    /// When an agent with the same name or address is replaced.
    package struct Replacement: Sendable {
        package var isEnabled = true
        /// Not while the agent shows that it has the key.
        package var needsKeyMismatch = true
        /// Not before it was disconnected for so long; nil for at any time.
        package var disconnectedFor: Duration? = .seconds(3_600)
        /// Not before it was registered for so long.
        package var registeredFor: Duration = .seconds(3_600)

        package init() {}
    }

    /// Nil when everyone may enrol.
    package var password: String?
    /// Agents get their source address when they name none; else `any`.
    package var usesSourceAddress = false
    /// Whether agents newer than ``managerVersion`` are taken.
    package var allowsHigherVersions = false
    /// Replaced agents leave no trace in `client.keys`.
    package var purges = false
    package var replacement = Replacement()
    /// No agent may be called so.
    package var managerName: String
    package var managerVersion: AgentVersion

    package init(managerName: String, managerVersion: AgentVersion) {
        self.managerName = managerName
        self.managerVersion = managerVersion
    }
}
