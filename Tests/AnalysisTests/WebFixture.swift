// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Foundation
import Ruleset
import Testing

/// An engine over access lines, with rules as short as campaigns need them.
struct WebFixture {
    var engine: AnalysisEngine
    /// Seconds since the epoch; a request takes one.
    var now: Int64 = 1_769_940_000
    let ruleset: Ruleset
    let settings: WebLogSettings

    static let decoders = #"""
        <decoder name="web"><type>web-log</type><prematch type="pcre2">^\S+ "</prematch>
        <regex type="pcre2">^(\S+) "(\S+) (\S+)" (\d+) "([^"]*)" "([^"]*)"</regex>
        <order>srcip, protocol, url, id, http.user_agent, http.forwarded_for</order></decoder>
        """#
    static let campaign = #"""
        <decoder name="jaga-campaign"><type>web-log</type><prematch type="pcre2">(?!)</prematch>\#
        </decoder>
        """#
    static let rules = """
        <group name="web,">
        <rule id="4" level="0" noalert="1"><category>web-log</category>\
        <description>web</description></rule>
        <rule id="100" level="0"><if_sid>4</if_sid><description>line</description></rule>
        <rule id="101" level="6"><if_sid>100</if_sid><field name="attack.class">\\.</field>\
        <description>attack $(attack.class)</description></rule>
        <rule id="102" level="5"><if_sid>100</if_sid><id>^4</id>\
        <description>error</description></rule>
        <rule id="103" level="0"><if_sid>102</if_sid><url>^/quiet</url>\
        <description>silenced</description></rule>
        <rule id="104" level="3"><if_sid>100</if_sid><protocol>^POST$</protocol>\
        <description>sent</description></rule>
        <rule id="200" level="10"><if_sid>100</if_sid><decoded_as>jaga-campaign</decoded_as>\
        <field name="campaign.state">^opened$</field><description>opened</description></rule>
        <rule id="201" level="3"><if_sid>100</if_sid><decoded_as>jaga-campaign</decoded_as>\
        <field name="campaign.state">^closed$</field><description>closed</description></rule>
        </group>
        """

    init(
        decoders: String = Self.decoders + Self.campaign,
        rules: String = Self.rules,
        _ settings: WebLogSettings = WebLogSettings()
    ) throws {
        let files = RulesetFiles(
            decoders: [RulesetFile(path: "d.xml", bytes: [UInt8](decoders.utf8))],
            rules: [RulesetFile(path: "r.xml", bytes: [UInt8](rules.utf8))],
            lists: []
        )
        let loading = RulesetLoader.load(files, settings: RulesetSettings())
        ruleset = try #require(loading.ruleset, "\(loading.diagnostics)")
        self.settings = settings
        engine = Self.engine(ruleset, settings)
    }

    private static func engine(_ ruleset: Ruleset, _ settings: WebLogSettings) -> AnalysisEngine {
        var configuration = AnalysisEngine.Configuration(managerName: "mgr")
        configuration.webLogs = settings
        return AnalysisEngine(ruleset: ruleset, configuration: configuration)
    }

    var time: Timestamp { Timestamp(nanoseconds: now * 1_000_000_000) }

    /// Another engine that goes on with what this one remembers.
    mutating func restart() {
        let snapshot = engine.snapshot()
        engine = Self.engine(ruleset, settings)
        engine.restore(snapshot, at: time)
    }

    /// A request as a line of the log.
    static func line(
        _ target: String,
        from address: String = "192.0.2.7",
        method: String = "GET",
        status: Int = 404,
        agent: String = "Mozilla/5.0 (X11; Linux x86_64)",
        forwarded: String = "-"
    ) -> String {
        #"\#(address) "\#(method) \#(target)" \#(status) "\#(agent)" "\#(forwarded)""#
    }

    /// The alerts of lines, one a second.
    mutating func alerts(
        of lines: [String],
        in container: String? = nil
    ) throws -> [WebAlert] {
        let identity = container.map {
            ContainerIdentity(id: "", name: $0, image: "", imageID: "", labels: [:])
        }
        let source = EventSource(
            agent: AgentIdentity(id: "000", name: "mgr"),
            location: "access.log",
            container: identity
        )
        var batch = EventBatch()
        for line in lines {
            batch.append([UInt8](line.utf8), from: source, at: time)
            now += 1
        }
        var alerts = AlertBatch()
        engine.analyze(batch, into: &alerts)
        return try alerts.entries.map { try WebAlert(Data(alerts.bytes[$0.json])) }
    }
}

/// What tests look at of an alert.
struct WebAlert: Decodable, Equatable {
    struct Rule: Decodable, Equatable {
        let id: String
    }

    struct Fields: Decodable, Equatable {
        let srcip: String?
        let campaign: [String: String]?
        let attack: [String: String]?
        let http: [String: String]?
    }

    let rule: Rule
    let data: Fields?

    init(_ json: Data) throws {
        self = try JSONDecoder().decode(WebAlert.self, from: json)
    }

    var isCampaign: Bool { data?.campaign != nil }
}

extension [WebAlert] {
    var ids: [String] { map(\.rule.id) }
    var campaigns: [WebAlert] { filter(\.isCampaign) }
}
