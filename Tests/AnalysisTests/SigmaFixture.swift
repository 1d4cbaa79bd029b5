// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Ruleset
import Testing

/// An engine over Sigma rules written in the test, and a clock moved by hand.
struct SigmaFixture {
    var engine: AnalysisEngine
    /// Seconds since the epoch.
    var now: Int64 = 1_769_940_000
    private let source = EventSource(
        agent: AgentIdentity(id: "000", name: "mgr"),
        location: "/var/log/app.log"
    )

    init(
        _ sigma: String,
        rules: String = "",
        mode: AnalysisEngine.Mode = .daemon,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let files = RulesetFiles(
            decoders: [RulesetFile(path: "d.xml", bytes: [UInt8](Self.decoders.utf8))],
            rules: [
                RulesetFile(path: "r.xml", bytes: [UInt8]((Fixture.templates + rules).utf8)),
                RulesetFile(path: "s.yml", bytes: [UInt8](sigma.utf8)),
            ],
            lists: []
        )
        let loading = RulesetLoader.load(files, settings: RulesetSettings())
        let ruleset = try #require(
            loading.ruleset,
            "\(loading.diagnostics)",
            sourceLocation: sourceLocation
        )
        engine = AnalysisEngine(
            ruleset: ruleset,
            configuration: .init(managerName: "mgr", mode: mode)
        )
    }

    /// JSON; `web: IP METHOD URL STATUS`; `sshd`.
    static let decoders = #"""
        <decoder name="json"><prematch>^{\s*"</prematch>
        <plugin_decoder>JSON_Decoder</plugin_decoder></decoder>
        <decoder name="web-accesslog"><type>web-log</type><prematch>^web: </prematch>
        <regex>^web: (\S+) (\S+) (\S+) (\d+)</regex><order>srcip,protocol,url,id</order></decoder>
        <decoder name="sshd"><program_name>^sshd</program_name></decoder>
        """#

    /// Titles of the Sigma rules that hold for a line.
    mutating func titles(_ line: String) -> [String] {
        inspect(line).sigma.map { String(decoding: $0.rule.description, as: UTF8.self) }
    }

    mutating func inspect(
        _ line: String,
        _ detail: AnalysisEngine.InspectionDetail = .result
    ) -> EventReport {
        let bytes = [UInt8](line.utf8)
        return engine.inspect(bytes.span, from: source, at: time, detail)
    }

    /// The alerts of some lines, analysed as one batch.
    mutating func alerts(_ lines: [String]) -> AlertBatch {
        var batch = EventBatch()
        for line in lines { batch.append([UInt8](line.utf8), from: source, at: time) }
        var alerts = AlertBatch()
        engine.analyze(batch, into: &alerts)
        return alerts
    }

    var time: Timestamp { Timestamp(nanoseconds: now * 1_000_000_000) }
}

extension SigmaFixture {
    /// Whether a detection over JSON events holds for one.
    static func holds(
        _ detection: String,
        _ event: String,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws -> Bool {
        let rule = "title: T\nlogsource: {product: linux}\ndetection: \(detection)\n"
        var fixture = try SigmaFixture(rule, sourceLocation: sourceLocation)
        return fixture.titles(event) == ["T"]
    }
}
