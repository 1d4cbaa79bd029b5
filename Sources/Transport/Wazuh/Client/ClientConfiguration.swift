// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An agent that reports to a real Wazuh manager: what `<client>` says.
///
/// Source: around-the-engine.md §3.2.
package struct ClientConfiguration: Sendable {
    /// A manager; the next one is tried when this one cannot be reached.
    package struct Server: Sendable, Hashable {
        /// TCP or UDP.
        package enum Way: Sendable, Hashable {
            case stream, datagrams
        }

        package var host: String
        package var port: Int
        package var way = Way.stream
        package var maxRetries: Int
        package var retryInterval: Duration

        package init(
            host: String,
            port: Int = 1_514,
            maxRetries: Int = 5,
            retryInterval: Duration = .seconds(10)
        ) {
            self.host = host
            self.port = port
            self.maxRetries = maxRetries
            self.retryInterval = retryInterval
        }
    }

    /// How the agent gets its key: what `<enrollment>` says.
    package struct Enrolment: Sendable {
        /// Nil: where the servers are.
        package var host: String?
        package var port = 1_515
        package var name: String
        package var groups: String?
        package var address: String?
        package var password: String?
        /// PEM file of who signs managers' certificates; nil: any is believed,
        /// as Wazuh's agents do.
        package var authority: String?
        /// PEM files that the agent shows, both or none.
        package var certificate: String?
        package var key: String?
        /// Time for the manager to read its keys again.
        package var delay = Duration.seconds(20)

        package init(name: String) {
            self.name = name
        }
    }

    /// Cyclic, in the order of preference.
    package var servers: [Server]
    /// Nil: the key must be there.
    package var enrolment: Enrolment?
    package var method = CipherMethod.aes
    package var notifyInterval = Duration.seconds(20)
    /// A manager that says nothing for so long is left.
    package var silence = Duration.seconds(60)
    /// `client.keys`, with one line.
    package var keyFile: String
    package var counterFile: String
    /// Where the files of the agent's groups go.
    package var shared: String
    /// See ``UnameLine``; with ` - Wazuh vX.Y.Z`.
    package var uname: String
    /// `v4.14.7`.
    package var version: String
    package var labels: [KeepAlive.Label] = []
    /// Bytes of events that no manager has acknowledged.
    package var windowBytes = 4 << 20
    /// Events that are sent in a second at most; 0 for all there are.
    package var eventsPerSecond = 0
    /// The connection is made anew so often; nil for never.
    package var reconnection: Duration?

    package init(servers: [Server], root: String, uname: String, version: String) {
        self.servers = servers
        self.uname = uname
        self.version = version
        keyFile = root + "/etc/client.keys"
        counterFile = root + "/queue/rids/sender_counter"
        shared = root + "/etc/shared"
    }
}
