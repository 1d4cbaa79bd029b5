// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Ruleset
import Testing

/// The tutorial's `local_decoder.xml` beside Jaga's own ruleset: Wazuh 4.14.7's
/// results, line by line.
@Suite("the tutorial's decoder, dropped in")
struct TutorialDecoderTests {
    private static let decoder = #"""
        <decoder name="web-accesslog-docker">
          <parent>json</parent>
          <type>web-log</type>
          <use_own_name>true</use_own_name>
          <prematch offset="after_parent">^log":"\S+ \S+ \S+ \.*[\S+ \S\d+] \.*"\w+ \S+</prematch>
          <regex offset="after_parent">^log":"(\S+) \S+ \S+ \.*[\S+ \S\d+] \.*"(\w+) (\S+)</regex>
          <order>srcip,protocol,url,id</order>
        </decoder>

        <decoder name="json">
          <parent>json</parent>
          <use_own_name>true</use_own_name>
          <plugin_decoder>JSON_Decoder</plugin_decoder>
        </decoder>
        """#

    private func outcome(of line: String, withDecoder: Bool = true) throws -> GoldenOutcome {
        let loading =
            try withDecoder
            ? GoldenRuleset.adding(decoders: Self.decoder, named: "local_decoder.xml")
            : GoldenRuleset.shipped.get()
        var engine = GoldenRuleset.engine(try #require(loading.ruleset))
        let reports = engine.reports(of: [line], location: "stdin")
        return GoldenOutcome(try #require(reports.first))
    }

    private static func record(_ url: String, _ status: Int) -> String {
        #"{"log":"172.17.0.1 - - [23/Nov/2026:12:46:15 +0000] \"GET \#(url) HTTP/1.1\" \#(status) 153 \"-\" \"curl/8.5.0\" \"-\"\n","stream":"stdout","time":"2026-11-23T12:46:15.1Z"}"#
    }

    @Test("the tutorial's request alerts, whatever the status", arguments: [200, 404, 500])
    func attack(status: Int) throws {
        let outcome = try outcome(of: Self.record("/users/?id=SELECT+*+FROM+users", status))

        #expect(outcome.rule == "31103")
        #expect(outcome.level == 7)
        #expect(outcome.decoder == "web-accesslog-docker")
        let decoded = outcome.data.filter { !$0.key.hasPrefix("attack.") }
        #expect(
            decoded == [
                "srcip": "172.17.0.1", "protocol": "GET", "url": "/users/?id=SELECT+*+FROM+users",
            ]
        )
        #expect(outcome.data["attack.class"] == "sqli")
        #expect(outcome.data["attack.parameter"] == "id")
        #expect(outcome.data["attack.evidence"] == "SELECT * FROM users")
    }

    @Test("a harmless request is an access line and no more", arguments: [200, 404, 500])
    func harmless(status: Int) throws {
        let outcome = try outcome(of: Self.record("/index.html", status))

        #expect(outcome.rule == "31100")
        #expect(outcome.level == 0)
        #expect(outcome.decoder == "web-accesslog-docker")
    }

    @Test("without it the record is plain JSON and no rule takes it")
    func withoutDecoder() throws {
        let outcome = try outcome(
            of: Self.record("/users/?id=SELECT+*+FROM+users", 404),
            withDecoder: false
        )

        #expect(outcome.rule == nil)
        #expect(outcome.decoder == "json")
        #expect(outcome.data["stream"] == "stdout")
    }

    @Test("Docker's events decode the same with and without it", arguments: [true, false])
    func dockerEvents(withDecoder: Bool) throws {
        let event =
            #"{"integration": "docker", "docker": {"Type": "container", "Action": "pause", "Actor": {"ID": "4f", "Attributes": {"name": "test-container"}}}}"#

        let outcome = try outcome(of: event, withDecoder: withDecoder)

        #expect(outcome.rule == "87905")
        #expect(outcome.decoder == "json")
        #expect(outcome.data["docker.Actor.Attributes.name"] == "test-container")
    }
}
