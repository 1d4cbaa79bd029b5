// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Collectors
import EventModel
import Glibc
import WebServer

/// The server of an all-in-one, joined to the other parts.
struct WebAssembly: Sendable {
    private let server: JagaServer

    /// Nil when the settings turn the server off.
    init?(_ configuration: AllInOne.Configuration, _ running: Running) {
        guard case .at(let host, let port) = configuration.web.listen else { return nil }
        let shipped = ShippedFolder(environment: configuration.environment)
        var web = WebConfiguration(state: configuration.data.state)
        web.host = host
        web.port = port
        web.names = configuration.web.names + [configuration.hostname]
        if let certificate = configuration.web.certificate, let key = configuration.web.key {
            web.encryption = .files(certificate: certificate, key: key)
        }
        web.dashboard = shipped.path(
            of: "dashboard",
            variable: "JAGA_DASHBOARD",
            mark: "index.html"
        )
        web.chart = Self.chart(shipped)
        server = JagaServer(web, services: Self.services(configuration, running))
    }

    /// Serves until the task is cancelled.
    ///
    /// - Throws: `WebServerError`.
    func run(listening: @escaping @Sendable (JagaServer.Address) -> Void) async throws {
        try await server.run(listening: listening)
    }

    /// Chart.js as `make dist` packs it, else as Debian's libjs-chart.js lays it.
    private static func chart(_ shipped: ShippedFolder) -> String? {
        let packed = shipped.path(of: "vendor", variable: "JAGA_VENDOR", mark: "chart.js")
        let candidates =
            (packed.map { [$0 + "/chart.js"] } ?? [])
            + ["/usr/share/javascript/chart.js/chart.min.js"]
        return candidates.first { FileSystem.isFile($0) }
    }

    private static func services(
        _ configuration: AllInOne.Configuration,
        _ running: Running
    ) -> Services {
        let (parts, records) = (running.parts, running.records)
        let (current, reloader) = (running.current, running.reloader)
        let alertLevel = running.settings.logAlertLevel
        let webLogs = running.settings.webLogs
        let hostname = configuration.hostname
        var services = Services(
            identity: Services.Identity(
                version: configuration.version,
                hostname: hostname,
                data: configuration.data.path,
                started: HostClock.now().milliseconds
            ),
            alerts: records.alerts.index,
            archives: records.archives?.index,
            live: running.live,
            containers: EngineContainers(parts.collection.engines.first),
            ruleset: { current.view },
            logtestEngine: {
                var configuration = AnalysisEngine.Configuration(
                    managerName: hostname,
                    mode: .session(alertLevel: alertLevel)
                )
                configuration.webLogs = webLogs
                return AnalysisEngine(
                    ruleset: current.loaded.source.ruleset,
                    configuration: configuration
                )
            },
            status: { running.statusReport },
            reload: { try await reloader.reload() },
            metrics: { running.metricsText },
            trouble: { records.trouble }
        )
        services.agents = running.agents.source
        services.posture = .init(parts.collection.posture, running.audit)
        services.vulnerabilities = running.vulnerabilities.source
        services.outputs = running.outputs.source
        services.responses = ResponseSource(running.responses)
        return services
    }
}

/// The parts of an all-in-one that runs.
struct Running: Sendable {
    let settings: Settings
    /// The port of own agents; nil when there is none.
    let fleet: FleetManager?
    let agents: AgentBoard
    let parts: Parts
    let records: Records
    let current: CurrentRuleset
    let reloader: RulesetReloader
    let live: LiveAlerts
    /// Wazuh's agents; nil when the settings ask for none.
    let wazuh: WazuhFleet?
    /// The Wazuh manager above; nil when the settings name none.
    let reporter: Reporter?
    let responses: Responses
    let audit: AuditSchedule
    let vulnerabilities: VulnerabilityWatch
    /// Tells alerts to whom the settings name.
    let outputs: AlertOutputs
    /// Mails the reports that the settings ask for.
    let reports: ReportMailer

    /// Whether agents, whichever protocol they speak, may report here.
    var takesAgents: Bool { fleet != nil || wazuh != nil }

    /// How everything stands that collects and analyses.
    var statusReport: StatusReport {
        var report = StatusReport(parts, current.loaded, place: reloader.loader.place)
        if let wazuh { report.sources += wazuh.status }
        if let reporter { report.sources.append(.init(reporter)) }
        return report
    }

    /// All series but the server's own, in Prometheus' text form.
    var metricsText: String {
        parts.metrics.snapshot.prometheusText()
            + SourceMetrics(parts.board, parts.queue).prometheusText()
            + SpoolMetrics(parts.spool, parts.queue).prometheusText()
            + (fleet.map { FleetMetrics($0).prometheusText() } ?? "")
            + WazuhMetrics(manager: wazuh?.manager, reporter: reporter).prometheusText()
            + parts.collection.posture.metricsText
            + records.metricsText
            + outputs.metricsText
    }
}
