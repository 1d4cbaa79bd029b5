// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
package import Outputs
import WebServer

extension AlertOutputs {
    /// As the server asks.
    var source: OutputSource {
        OutputSource(
            list: { [hub] in hub.reports.map { OutputSource.Output($0) } },
            test: { [hub] name in
                do {
                    try await hub.test(name)
                } catch let error as OutputError {
                    throw OutputSource.Refusal(error.message, isUnknown: error.code == .unknown)
                }
            }
        )
    }

    /// All series of outputs, in Prometheus' text form.
    var metricsText: String {
        let reports = hub.reports
        guard !reports.isEmpty else { return "" }
        var output = ""
        func add(_ name: String, _ kind: String, _ help: String, _ value: (OutputReport) -> Int) {
            output += "# HELP jaga_output_\(name) \(help)\n# TYPE jaga_output_\(name) \(kind)\n"
            for report in reports {
                output += "jaga_output_\(name){output=\"\(report.name)\"} \(value(report))\n"
            }
        }
        add("waiting", "gauge", "Alerts that are not told yet.") { $0.waiting + $0.counted }
        add("waiting_bytes", "gauge", "Bytes of the queue on the disk.") { $0.waitingBytes }
        add("messages_total", "counter", "Messages taken by the receiver.") { $0.messages }
        add("alerts_total", "counter", "Alerts in them.") { $0.alerts }
        add("failures_total", "counter", "Tries that failed.") { $0.failures }
        add("dropped_total", "counter", "Alerts left out of a full queue.") { $0.dropped }
        add("refused_total", "counter", "Alerts refused for good.") { $0.refused }
        add("failing", "gauge", "Whether the last try failed.") { $0.trouble.isEmpty ? 0 : 1 }
        return output
    }
}

extension OutputSurroundings {
    /// What this host gives to outputs.
    package init(
        data: DataFolder,
        hostname: String,
        environment: [String: String],
        notice: @escaping @Sendable (String, String, Bool) -> Void
    ) {
        let scripts = OwnerScripts(root: data.path, relative: "integrations")
        self.init(
            now: { HostClock.now() },
            hostname: hostname,
            environment: environment,
            notice: notice,
            script: { name in
                do { return try scripts.path(name) } catch {
                    throw OutputError(.program, "\(error)")
                }
            },
            run: { program in
                do {
                    try OwnerScripts.run(
                        program.arguments,
                        input: program.input,
                        folder: program.folder,
                        seconds: program.seconds
                    )
                } catch {
                    throw OutputError(.program, "\(error)")
                }
            }
        )
    }
}

extension OutputSource.Output {
    init(_ report: OutputReport) {
        self.init(
            name: report.name,
            kind: report.kind,
            target: report.target,
            state: report.state.rawValue
        )
        trouble = report.trouble
        waiting = report.waiting
        waitingBytes = report.waitingBytes
        counted = report.counted
        messages = report.messages
        alerts = report.alerts
        failures = report.failures
        dropped = report.dropped
        refused = report.refused
        lastDelivery = report.lastDelivery
    }
}
