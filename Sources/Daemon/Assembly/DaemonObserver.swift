// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
import WebServer

/// What watches an all-in-one: it is told of alerts, of what an operator
/// should read, and once of what is watched.
///
/// All calls come from Jaga's own threads and must return soon.
package struct DaemonObserver: Sendable {
    package var started: @Sendable (StartReport) -> Void
    /// The dashboard and the API can be reached.
    package var listening: @Sendable (ListenReport) -> Void
    package var alerts: @Sendable (borrowing AlertBatch) -> Void
    package var notice: @Sendable (OperatorNotice) -> Void
    /// An agent has begun.
    package var agentStarted: @Sendable (AgentStartReport) -> Void = { _ in }

    package init(
        started: @escaping @Sendable (StartReport) -> Void,
        listening: @escaping @Sendable (ListenReport) -> Void,
        alerts: @escaping @Sendable (borrowing AlertBatch) -> Void,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.started = started
        self.listening = listening
        self.alerts = alerts
        self.notice = notice
    }
}

/// What Jaga begins with.
package struct StartReport: Sendable {
    package let data: DataFolder
    /// Folder of the shipped ruleset; empty when it is not used.
    package let ruleset: String
    package let rules: Int
    package let decoders: Int
    package let lists: Int
    /// Files named by the configuration, besides the containers' logs.
    package let localFiles: [String]
    /// Whether Docker's events are listened to.
    package let listensToDocker: Bool
    /// Warnings and notes about configuration and ruleset.
    package let diagnostics: [Diagnostic]
}

/// Where the dashboard and the API are.
package struct ListenReport: Sendable, Hashable {
    /// `http://127.0.0.1:9696`.
    package let url: String
    /// Where the first user sets a password, once; nil when that is done.
    package let setupLink: String?
    /// SHA-256 of the certificate, as `AB:CD:…`; nil without TLS.
    package let fingerprint: String?
    /// Whether it is the port of own agents.
    package var isForAgents = false
}

extension JagaServer.Address {
    var report: ListenReport {
        ListenReport(url: url, setupLink: setupLink, fingerprint: fingerprint)
    }
}
