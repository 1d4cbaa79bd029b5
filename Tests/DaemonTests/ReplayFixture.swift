// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import JagaTesting
import Ruleset
import Testing

/// An engine of few rules, some of which count earlier events, and lines for it.
enum ReplayFixture {
    static let agent = AgentIdentity(id: "000", name: "mgr")
    /// 2026-02-01T10:00:00Z.
    static let now = Timestamp(nanoseconds: 1_769_940_000_000_000_000)

    private static let decoders = #"""
        <decoder name="app"><program_name>^app$</program_name></decoder>
        <decoder name="app-child"><parent>app</parent>
        <regex>^(\S+) (\S+) (\S+)</regex><order>action,dstuser,srcip</order></decoder>
        <decoder name="json"><prematch>^{\s*"</prematch>
        <plugin_decoder>JSON_Decoder</plugin_decoder></decoder>
        """#

    private static let rules = """
        <group name="syslog,">
        <rule id="1" level="0" noalert="1"><category>syslog</category>\
        <description>logs</description></rule>
        <rule id="100" level="3"><decoded_as>app</decoded_as>\
        <description>$(action) by $(dstuser)</description></rule>
        <rule id="101" level="10" frequency="4" timeframe="60">\
        <if_matched_sid>100</if_matched_sid><same_srcip />\
        <description>again</description></rule>
        <rule id="102" level="4"><decoded_as>json</decoded_as>\
        <description>$(a.b)</description></rule>
        <rule id="103" level="5" ignore="30"><match>rare</match>\
        <description>rare</description></rule>
        </group>
        """

    static func engine(_ mode: AnalysisEngine.Mode = .daemon) throws -> AnalysisEngine {
        let files = RulesetFiles(
            decoders: [RulesetFile(path: "d.xml", bytes: [UInt8](decoders.utf8))],
            rules: [RulesetFile(path: "r.xml", bytes: [UInt8](rules.utf8))],
            lists: []
        )
        let loading = RulesetLoader.load(files, settings: RulesetSettings())
        let ruleset = try #require(loading.ruleset, "\(loading.diagnostics)")
        return AnalysisEngine(
            ruleset: ruleset,
            configuration: .init(managerName: "mgr", mode: mode)
        )
    }

    /// A batch of events of the decoder `json`, one for each text.
    static func batch(_ texts: [String]) -> EventBatch {
        let source = EventSource(agent: agent, location: "test")
        var batch = EventBatch()
        for text in texts {
            batch.append([UInt8](#"{"a":{"b":"\#(text)"}}"#.utf8), from: source, at: now)
        }
        return batch
    }

    /// Lines of every kind, with times that go on.
    static func lines(_ count: Int, using random: inout SeededGenerator) -> [String] {
        var second = 0
        return (0..<count).map { _ in
            if random.once(in: 9) { second += 1 }
            let time = "Feb  1 10:\(padded(second / 60 % 60)):\(padded(second % 60))"
            let address = "10.0.0.\(random.next(below: 200))"
            return switch random.next(below: 8) {
            case 0, 1: "\(time) h app: fail ann \(address)"
            case 2, 3: #"{"a":{"b":"\#(address) \u00e9"},"n":[1,2],"time":"x"}"#
            case 4: #"{"log":"\#(time) h app: out bob \#(address)\n","stream":"stdout"}"#
            case 5: "\(time) h other: rare"
            case 6: random.once(in: 2) ? "" : "{\"broken\": \(address)"
            default: "nothing that a rule knows of \(address)"
            }
        }
    }

    private static func padded(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
