// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Patterns
import Testing

@Suite("Access lines: proxies and the whitelist")
struct WebLogSettingsTests {
    private static func trusting(_ networks: String...) throws -> WebLogSettings {
        var settings = WebLogSettings()
        for network in networks { try settings.trustedProxies.append(Array(network.utf8)) }
        settings.trustsProxies = true
        return settings
    }

    @Test(
        "the source is the rightmost address that is no trusted proxy's",
        arguments: [
            ("198.51.100.9", "198.51.100.9"),
            ("198.51.100.9, 10.0.0.3", "198.51.100.9"),
            // What stands left of it anybody can write.
            ("203.0.113.66, 198.51.100.9", "198.51.100.9"),
            ("127.0.0.1, 10.0.0.1, 198.51.100.9, 10.0.0.3", "198.51.100.9"),
            ("198.51.100.9:4711", "198.51.100.9"),
            ("[2001:db8::9]:4711", "2001:db8::9"),
            ("2001:db8::9", "2001:db8::9"),
            // All are trusted: the first is who asked.
            ("10.0.0.9, 10.0.0.3", "10.0.0.9"),
            // No address: nothing is believed.
            ("unknown", "10.0.0.2"),
            ("198.51.100.9, <script>", "10.0.0.2"),
            ("198.51.100.9,", "10.0.0.2"),
            ("-", "10.0.0.2"),
            (String(repeating: "10.0.0.3, ", count: 40) + "10.0.0.4", "10.0.0.2"),
        ]
    )
    func chain(forwarded: String, source: String) throws {
        var fixture = try WebFixture(try Self.trusting("10.0.0.0/8"))
        let line = WebFixture.line("/x", from: "10.0.0.2", forwarded: forwarded)

        let alerts = try fixture.alerts(of: [line])

        #expect(alerts.map(\.data?.srcip) == [source])
        #expect(alerts.first?.data?.http?["peer"] == (source == "10.0.0.2" ? nil : "10.0.0.2"))
    }

    @Test("a peer that is no trusted proxy is the source, whatever it says")
    func spoofed() throws {
        var fixture = try WebFixture(try Self.trusting("10.0.0.0/8"))
        var trusting = try WebFixture()
        let line = WebFixture.line("/x", from: "192.0.2.7", forwarded: "198.51.100.9")

        #expect(try fixture.alerts(of: [line]).map(\.data?.srcip) == ["192.0.2.7"])
        #expect(try trusting.alerts(of: [line]).map(\.data?.srcip) == ["192.0.2.7"])
    }

    // MARK: Whitelist

    private static let injection = "/search?q=1+union+select+1,2,3"

    private func counts(
        _ change: (inout WebAllowance) throws -> Void
    ) throws -> (alerts: [String], allowed: [Int]) {
        var allowance = WebAllowance(reason: "known", place: "ossec.conf:1")
        try change(&allowance)
        var settings = WebLogSettings()
        settings.allowances = [allowance]
        var fixture = try WebFixture(settings)
        let alerts = try fixture.alerts(of: [WebFixture.line(Self.injection, status: 200)])
        return (alerts.ids, fixture.engine.counters.allowed.map(\.count))
    }

    @Test("a finding that an entry fits is none, and is counted")
    func fits() throws {
        let changes: [(inout WebAllowance) throws -> Void] = [
            { $0.path = Array("/search".utf8) }, { $0.path = Array("/s*".utf8) },
            { $0.parameter = Array("q".utf8) }, { $0.kind = Array("sqli".utf8) },
            { $0.sources = try AddressList([Array("192.0.2.0/24".utf8)]) }, { $0.rule = 101 },
            {
                $0.rule = 101
                $0.kind = Array("sqli".utf8)
            },
        ]

        for change in changes {
            let (alerts, allowed) = try counts(change)
            #expect(alerts == [])
            #expect(allowed == [1])
        }
    }

    @Test("an entry that does not fit in one thing allows nothing")
    func fitsNot() throws {
        let changes: [(inout WebAllowance) throws -> Void] = [
            { $0.path = Array("/sear".utf8) }, { $0.parameter = Array("id".utf8) },
            { $0.kind = Array("xss".utf8) }, { $0.rule = 102 },
            { $0.sources = try AddressList([Array("192.0.3.0/24".utf8)]) },
            {
                $0.path = Array("/search".utf8)
                $0.parameter = Array("id".utf8)
            },
        ]

        for change in changes {
            let (alerts, allowed) = try counts(change)
            #expect(alerts == ["101"])
            #expect(allowed == [0])
        }
    }

    @Test("an alert about something else shows what was allowed")
    func shown() throws {
        var allowance = WebAllowance(reason: "our query language", place: "ossec.conf:1")
        allowance.kind = Array("sqli".utf8)
        var settings = WebLogSettings()
        settings.allowances = [allowance]
        var fixture = try WebFixture(settings)

        let alerts = try fixture.alerts(of: [WebFixture.line(Self.injection)])

        #expect(alerts.ids == ["102"])
        #expect(alerts.first?.data?.attack == ["allowed": "our query language"])
    }

    @Test("what is allowed opens no campaign")
    func noCampaign() throws {
        var allowance = WebAllowance(reason: "known", place: "ossec.conf:1")
        allowance.sources = try AddressList([Array("192.0.2.7".utf8)])
        var settings = WebLogSettings()
        settings.allowances = [allowance]
        var fixture = try WebFixture(settings)
        let lines = (0..<20).map { _ in WebFixture.line(Self.injection, status: 200) }

        #expect(try fixture.alerts(of: lines) == [])
        #expect(fixture.engine.counters.allowed.map(\.count) == [20])
    }
}
