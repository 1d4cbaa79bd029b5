// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Daemon
import EventModel
import Ruleset

/// What the engine says of an access line with the request, under the operator's settings.
struct ExplainedLine: Sendable {
    /// The rule that took it; nil when none did, or an `<allow>` silences it.
    let rule: RuleReport?
    /// The rule that an `<allow rule="…">` silences.
    let silenced: RuleReport?
    /// The reason of the `<allow>` that the finding fits.
    let allowance: [UInt8]?
    /// Who asked, as rules see it.
    let source: [UInt8]?
    /// The trusted proxy that spoke for the source.
    let peer: [UInt8]?

    /// Reads a line as the running engine would, with the ruleset's rules.
    init(_ text: String, _ rules: Ruleset, _ settings: Settings) {
        let report = Self.report(text, rules, settings.webLogs)
        rule = report.rule
        func field(_ name: String) -> [UInt8]? {
            report.fields.first { $0.name == Array(name.utf8) }?.value
        }
        allowance = field("attack.allowed")
        source = field("srcip")
        peer = field("http.peer")
        guard report.rule == nil, settings.webLogs.allowances.contains(where: { $0.rule != nil })
        else {
            silenced = nil
            return
        }
        var open = settings.webLogs
        open.allowances = []
        silenced = Self.report(text, rules, open).rule
    }

    private static func report(
        _ text: String,
        _ rules: Ruleset,
        _ webLogs: WebLogSettings
    ) -> EventReport {
        var configuration = AnalysisEngine.Configuration(
            managerName: HostEnvironment.hostname,
            mode: .session(alertLevel: 3)
        )
        configuration.webLogs = webLogs
        var engine = AnalysisEngine(ruleset: rules, configuration: configuration)
        let bytes = Array(text.utf8)
        return engine.inspect(
            bytes.span,
            from: EventSource(
                agent: AgentIdentity(id: "000", name: HostEnvironment.hostname),
                location: "explain"
            ),
            at: Timestamp(nanoseconds: 1_767_225_600_000_000_000),
            .result
        )
    }
}
