// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a manager of Wazuh agents is told: `<remote>`, `<auth>` and what
/// `<global>` says of agents.
///
/// Source: around-the-engine.md §3.2.
package struct FleetSettings: Sendable, Equatable {
    /// `<remote>` with `<connection>secure`.
    package struct Remote: Sendable, Equatable {
        package var host = "0.0.0.0"
        package var port = 1_514
        package var usesTCP = true
        package var usesUDP = false
        /// Nil: a second connection of an agent never takes over.
        package var overtakeSeconds: Int? = 60
        package var allowsHigherVersions = false

        package init() {}
    }

    /// `<auth>`, when it is not disabled.
    package struct Enrolment: Sendable, Equatable {
        package var host = "0.0.0.0"
        package var port = 1_515
        package var usesSourceAddress = false
        package var usesPassword = false
        package var purges = false
        package var allowsHigherVersions = false
        package var certificate = "etc/sslmanager.cert"
        package var key = "etc/sslmanager.key"
        package var agentAuthority: String?
        package var verifiesAgentAddress = false
        package var isForced = true
        package var needsKeyMismatch = true
        /// Nil: at any time.
        package var disconnectedSeconds: Int? = 3_600
        package var registeredSeconds = 3_600

        package init() {}
    }

    /// Nil: no agent is listened to.
    package var remote: Remote?
    /// Nil: nobody enrols.
    package var enrolment: Enrolment?
    package var disconnectionSeconds = 900
    package var disconnectionAlertSeconds = 0

    package init() {}
}
