// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An address to listen on.
package struct ListenEndpoint: Sendable, Hashable {
    /// An address of this machine; `0.0.0.0` and `::` for all.
    package var host: String
    /// 0 for any that is free.
    package var port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// A manager of Wazuh 4 agents: what `<remote>` and `<auth>` say.
package struct ManagerConfiguration: Sendable {
    /// Where agents enrol.
    package struct Enrolment: Sendable {
        package var endpoint: ListenEndpoint
        /// PEM files.
        package var certificate: String
        package var key: String
        /// PEM file of who signs agents' certificates; nil when none is asked for.
        package var agentAuthority: String?
        /// Whether that certificate must also name the address that the agent comes from.
        package var verifiesAgentAddress = false
        package var policy: EnrolmentPolicy

        package init(
            endpoint: ListenEndpoint,
            certificate: String,
            key: String,
            policy: EnrolmentPolicy
        ) {
            self.endpoint = endpoint
            self.certificate = certificate
            self.key = key
            self.policy = policy
        }
    }

    package var files: ManagerFiles
    /// The manager's own name, for the events that it tells itself.
    package var name: String
    /// Newer agents are refused.
    package var version: AgentVersion
    package var allowsHigherVersions = false
    /// Whether numbers of messages must grow: refuses replays, and agents
    /// that were set up anew from an image.
    package var checksCounters = false
    /// Whether an agent's first report of all becomes an event.
    package var tellsFirstReports = false
    /// Nil: no TCP.
    package var streams: ListenEndpoint?
    /// Nil: no UDP.
    package var datagrams: ListenEndpoint?
    /// Nil: nobody enrols.
    package var enrolment: Enrolment?
    package var periods = AgentDirectory.Periods()
    package var limits = AgentLimits()
    package var time: HostTime

    package init(files: ManagerFiles, name: String, version: AgentVersion, time: HostTime) {
        self.files = files
        self.name = name
        self.version = version
        self.time = time
    }
}
