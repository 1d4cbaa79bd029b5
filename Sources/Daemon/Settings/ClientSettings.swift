// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// The Wazuh manager that this host reports to: `<client>`, `<client_buffer>` and
/// `<labels>`.
///
/// Paths are absolute, or below `DATA/reporting`. Source: around-the-engine.md §3.2.
package struct ClientSettings: Sendable, Equatable {
    /// `<server>`; the next one is tried when one cannot be reached.
    package struct Server: Sendable, Equatable {
        package var host = ""
        package var port = 1_514
        package var usesUDP = false
        package var maxRetries = 5
        package var retrySeconds = 10

        package init() {}
    }

    /// `<enrollment>`, when it is not disabled.
    package struct Enrolment: Sendable, Equatable {
        /// Nil: where the servers are.
        package var host: String?
        package var port = 1_515
        /// Nil: as the host is called.
        package var name: String?
        package var groups: String?
        /// An address; `src` for the one that the manager sees.
        package var address: String?
        package var authority: String?
        package var certificate: String?
        package var key: String?
        package var passwordFile = "etc/authd.pass"
        package var delaySeconds = 20

        package init() {}
    }

    /// `<label>`.
    package struct Label: Sendable, Equatable {
        package var key: String
        package var value: String
        package var isHidden: Bool

        package init(key: String, value: String, isHidden: Bool) {
            self.key = key
            self.value = value
            self.isHidden = isHidden
        }
    }

    /// In the order of preference; empty: nobody is reported to.
    package var servers: [Server] = []
    package var enrolment: Enrolment? = Enrolment()
    /// What `profile` of `<agent_config>` is compared with; empty for none.
    package var profile = ""
    package var usesBlowfish = false
    package var notifySeconds = 20
    package var silenceSeconds = 60
    /// Nil: a connection lasts as long as it can.
    package var reconnectSeconds: Int?
    package var labels: [Label] = []
    /// Nil: events go as fast as the manager takes them.
    package var eventsPerSecond: Int? = 500
    /// Events that may wait before it is told.
    package var queueSize = 5_000

    package init() {}

    /// Labels as alerts have them.
    var shownLabels: AgentLabels {
        AgentLabels(labels.filter { !$0.isHidden }.map { .init(key: $0.key, value: $0.value) })
    }
}
