// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// What watches an all-in-one: it is told of alerts, of what an operator
/// should read, and once of what is watched.
///
/// All calls come from Jaga's own threads and must return soon.
package struct DaemonObserver: Sendable {
    package var started: @Sendable (StartReport) -> Void
    package var alerts: @Sendable (borrowing AlertBatch) -> Void
    package var notice: @Sendable (OperatorNotice) -> Void

    package init(
        started: @escaping @Sendable (StartReport) -> Void,
        alerts: @escaping @Sendable (borrowing AlertBatch) -> Void,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.started = started
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
