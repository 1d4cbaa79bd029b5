// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Ruleset
import Testing

/// An engine over rules written in the test, and a clock moved by hand.
struct Fixture {
    var engine: AnalysisEngine
    var source: EventSource
    /// Seconds since the epoch; 2026-02-01T10:00:00Z at first.
    var now: Int64 = 1_769_940_000
    private var batch = EventBatch()

    /// Loads rules and decoders; `rules` stand behind templates for `syslog` (1)
    /// and `web-log` (4).
    init(
        decoders: String = Self.app,
        rules: String,
        lists: [String: String] = [:],
        mode: AnalysisEngine.Mode = .daemon,
        source: EventSource? = nil,
        places: AddressPlaces? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let files = RulesetFiles(
            decoders: [RulesetFile(path: "d.xml", bytes: [UInt8](decoders.utf8))],
            rules: [RulesetFile(path: "r.xml", bytes: [UInt8]((Self.templates + rules).utf8))],
            lists: lists.map { RulesetFile(path: $0.key, bytes: [UInt8]($0.value.utf8)) }
        )
        let loading = RulesetLoader.load(files, settings: RulesetSettings())
        let ruleset = try #require(
            loading.ruleset,
            "\(loading.diagnostics)",
            sourceLocation: sourceLocation
        )
        engine = AnalysisEngine(
            ruleset: ruleset,
            configuration: .init(managerName: "mgr", mode: mode, places: places)
        )
        let manager = AgentIdentity(id: "000", name: "mgr")
        self.source = source ?? EventSource(agent: manager, location: "/var/log/app.log")
    }

    typealias SourceLocation = Testing.SourceLocation

    static let templates = """
        <group name="syslog,">
        <rule id="1" level="0" noalert="1"><category>syslog</category>\
        <description>logs</description></rule>
        <rule id="2" level="0" noalert="1"><category>web-log</category>\
        <description>web</description></rule>
        </group>
        """

    /// `app: ACTION USER FROM` and JSON.
    static let app = #"""
        <decoder name="app"><program_name>^app$</program_name></decoder>
        <decoder name="app-child"><parent>app</parent>
        <regex>^(\S+) (\S+) (\S+)</regex><order>action,dstuser,srcip</order></decoder>
        <decoder name="json"><prematch>^{\s*"</prematch>
        <plugin_decoder>JSON_Decoder</plugin_decoder></decoder>
        """#

    /// The clock's time.
    var time: Timestamp { Timestamp(nanoseconds: now * 1_000_000_000 + 123_000_000) }

    /// What the engine finds out about one line.
    mutating func inspect(
        _ line: String,
        _ detail: AnalysisEngine.InspectionDetail = .result
    ) -> EventReport {
        inspect([UInt8](line.utf8), detail)
    }

    mutating func inspect(
        _ line: [UInt8],
        _ detail: AnalysisEngine.InspectionDetail = .result
    ) -> EventReport {
        let time = Timestamp(nanoseconds: now * 1_000_000_000 + 123_000_000)
        return engine.inspect(line.span, from: source, at: time, detail)
    }

    /// The ids of the rules that lines win, `-` for none.
    mutating func rules(of lines: [String]) -> String {
        lines.map { line in inspect(line).rule.map { "\($0.id)" } ?? "-" }
            .joined(separator: " ")
    }

    /// The alerts that lines make, as JSON texts.
    mutating func alerts(of lines: [String]) -> [String] {
        batch.removeAll()
        for line in lines {
            let time = Timestamp(nanoseconds: now * 1_000_000_000 + 123_000_000)
            batch.append([UInt8](line.utf8), from: source, at: time)
        }
        var alerts = AlertBatch()
        engine.analyze(batch, into: &alerts)
        return alerts.entries.map { String(decoding: alerts.bytes[$0.json], as: UTF8.self) }
    }

    /// The alerts and the archive's records of lines, as JSON texts.
    mutating func archives(of lines: [String]) -> (alerts: [String], records: [String]) {
        batch.removeAll()
        for line in lines {
            let time = Timestamp(nanoseconds: now * 1_000_000_000 + 123_000_000)
            batch.append([UInt8](line.utf8), from: source, at: time)
        }
        var alerts = AlertBatch()
        var archives: ArchiveBatch? = ArchiveBatch()
        engine.analyze(batch, into: &alerts, archives: &archives)
        return (
            alerts.entries.map { String(decoding: alerts.bytes[$0.json], as: UTF8.self) },
            (archives?.lines ?? []).split(separator: 0x0A).map {
                String(decoding: $0, as: UTF8.self)
            }
        )
    }

    /// `NAME=VALUE` of each field, in the alert's order.
    mutating func fields(of line: String) -> [String] {
        inspect(line).fields.map { field in
            String(decoding: field.name + [UInt8(ascii: "=")] + field.value, as: UTF8.self)
        }
    }
}

/// A rule in a group of its own.
func rule(_ id: Int, _ options: String, level: Int = 3, more: String = "") -> String {
    """
    <group name="local,"><rule id="\(id)" level="\(level)" \(more)>\(options)\
    <description>rule \(id)</description></rule></group>
    """
}
