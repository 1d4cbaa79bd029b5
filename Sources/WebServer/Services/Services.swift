// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import AlertStore
package import Analysis

/// What the server needs of the running Jaga; whoever assembles it fills this
/// in.
///
/// Closures are called from the server's threads and must not block, unless
/// they say so.
package struct Services: Sendable {
    /// What this Jaga is.
    package struct Identity: Sendable {
        package let version: String
        package let hostname: String
        /// Path of the data folder.
        package let data: String
        /// When it was started, in milliseconds since the epoch.
        package let started: Int64

        package init(version: String, hostname: String, data: String, started: Int64) {
            self.version = version
            self.hostname = hostname
            self.data = data
            self.started = started
        }
    }

    package var identity: Identity
    /// Finds alerts.
    package var alerts: any AlertIndex
    /// Finds everything that was read; nil when that is not kept.
    package var archives: (any AlertIndex)?
    /// Is told of each batch of alerts by the pipeline.
    package var live: LiveAlerts
    package var containers: any ContainerSource
    /// The ruleset in use.
    package var ruleset: @Sendable () -> RulesetView
    /// An engine of the ruleset in use without memory, in the mode of a session.
    ///
    /// It is called on a thread that may block.
    package var logtestEngine: @Sendable () -> AnalysisEngine
    /// How the parts stand.
    package var status: @Sendable () async -> StatusReport
    /// Reads the ruleset again.
    ///
    /// It throws ``ReloadRefusal`` when the ruleset has mistakes: the old one goes
    /// on.
    package var reload: @Sendable () async throws -> ReloadReport
    /// Series of the other parts as Prometheus text, each line with its end.
    package var metrics: @Sendable () -> String
    /// What is wrong, in words; nil when alerts are found and kept.
    package var trouble: @Sendable () -> String?
    /// The agents that report here; nil where none can.
    package var agents: AgentSource?
    /// How containers and the engine are run; nil where nobody looks.
    package var posture: PostureSource?
    /// Vulnerabilities of images; nil where none are looked for.
    package var vulnerabilities: VulnerabilitySource?
    /// Who is told of alerts; nil when nobody is.
    package var outputs: OutputSource?
    /// What is done about alerts; nil where nothing can be.
    package var responses: ResponseSource?

    package init(
        identity: Identity,
        alerts: any AlertIndex,
        archives: (any AlertIndex)?,
        live: LiveAlerts,
        containers: any ContainerSource,
        ruleset: @escaping @Sendable () -> RulesetView,
        logtestEngine: @escaping @Sendable () -> AnalysisEngine,
        status: @escaping @Sendable () async -> StatusReport,
        reload: @escaping @Sendable () async throws -> ReloadReport,
        metrics: @escaping @Sendable () -> String,
        trouble: @escaping @Sendable () -> String?
    ) {
        self.identity = identity
        self.alerts = alerts
        self.archives = archives
        self.live = live
        self.containers = containers
        self.ruleset = ruleset
        self.logtestEngine = logtestEngine
        self.status = status
        self.reload = reload
        self.metrics = metrics
        self.trouble = trouble
    }
}
