// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Web campaigns")
struct CampaignTests {
    private static func injections(_ count: Int, from address: String = "192.0.2.7") -> [String] {
        (0..<count).map { number in
            WebFixture.line("/users/?id=\(number)+union+select+1,2,3", from: address)
        }
    }

    @Test("many attacks of one source are told once, and once more when they are over")
    func once() throws {
        var fixture = try WebFixture()

        let during = try fixture.alerts(of: Self.injections(40))
        fixture.now += 300
        let after = try fixture.alerts(of: [WebFixture.line("/", status: 200)])

        #expect(during.campaigns.ids == ["200"])
        #expect(during.count == 41)
        let opened = try #require(during.campaigns.first?.data)
        #expect(opened.srcip == "192.0.2.7")
        #expect(opened.campaign?["kind"] == "sqli")
        #expect(after.ids == ["201"])
        let closed = try #require(after.first?.data?.campaign)
        #expect(closed["requests"] == "40")
        #expect(closed["classes"] == "sqli 40")
        #expect(closed["answers"] == "404 40")
        #expect(closed["parameters"] == "id")
        #expect(closed["paths"] == "/users/")
        #expect(closed["from"] == "2026-02-01T10:00:00.000+0000")
        #expect(closed["to"] == "2026-02-01T10:00:39.000+0000")
    }

    @Test("a few attacks, or many over hours, are none")
    func few() throws {
        var fixture = try WebFixture()
        var alerts: [WebAlert] = []

        for line in Self.injections(30) {
            alerts += try fixture.alerts(of: [line])
            fixture.now += 60
        }

        #expect(alerts.count == 30)
        #expect(alerts.campaigns == [])
    }

    @Test("two sources at the same time are two campaigns")
    func two() throws {
        var fixture = try WebFixture()
        let lines = zip(Self.injections(12), Self.injections(12, from: "192.0.2.8"))
            .flatMap { [$0, $1] }

        let alerts = try fixture.alerts(of: lines)

        #expect(alerts.campaigns.map(\.data?.srcip) == ["192.0.2.7", "192.0.2.8"])
    }

    @Test("distinct missing paths are a search, one missing path is not")
    func missing() throws {
        var fixture = try WebFixture()

        let same = try fixture.alerts(of: (0..<40).map { _ in WebFixture.line("/gone") })
        let many = try fixture.alerts(
            of: (0..<40).map { WebFixture.line("/a\($0)", from: "192.0.2.8") }
        )

        #expect(same.campaigns == [])
        #expect(many.campaigns.map { $0.data?.campaign?["kind"] } == ["errors"])
    }

    @Test("what a rule silences is no evidence")
    func silenced() throws {
        var fixture = try WebFixture()

        let alerts = try fixture.alerts(of: (0..<40).map { WebFixture.line("/quiet/\($0)") })

        #expect(alerts == [])
        #expect(fixture.engine.counters.watchedSources == 0)
    }

    @Test("refused logins are told; a form that is shown again weighs less; pages never")
    func logins() throws {
        var fixture = try WebFixture()
        func opened(_ target: String, _ status: Int, from address: String) throws -> Int? {
            let line = WebFixture.line(target, from: address, method: "POST", status: status)
            let alerts = try fixture.alerts(of: Array(repeating: line, count: 20))
            return alerts.firstIndex { $0.data?.campaign?["kind"] == "logins" }
        }

        #expect(try opened("/api/login", 401, from: "192.0.2.1") == 7)
        #expect(try opened("/login.php", 200, from: "192.0.2.2") == 9)
        #expect(try opened("/login", 302, from: "192.0.2.3") == 14)
        #expect(try opened("/articles", 200, from: "192.0.2.4") == nil)
    }

    @Test(
        "tools are named by what their traffic shows",
        arguments: [
            ("/?id=1+union+select+1", "sqlmap/1.7.2#stable (https://sqlmap.org)", "sqlmap"),
            ("/.env", "Fuzz Faster U Fool v2.0.0-dev", "ffuf"),
            ("/.env", "gobuster/3.6", "gobuster"),
            ("/?x=%3Cscript%3Ealert(1)%3C/script%3E&wapiti", "Firefox", "wapiti"),
            ("/nmaplowercheck1700000000", "Firefox", "nmap"),
            ("/.env", "Mozilla/5.0 (compatible; Nmap Scripting Engine)", "nmap"),
            ("/.env", "Mozilla/5.00 (Nikto/2.5.0)", "nikto"),
            ("/.env", "Wfuzz/3.1.0", "wfuzz"),
            ("/.env", "Mozilla/5.0 (Hydra)", "hydra"),
            ("/.env", "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)", "dirb"),
            ("/f5d2ae43-01b5-4b4e-9f06-1a2b3c4d5e6f", "Firefox", "gobuster"),
            ("/?id=1+AND+4821=4821", "Firefox", "sqlmap"),
        ]
    )
    func tools(target: String, agent: String, name: String) throws {
        var fixture = try WebFixture()
        let lines =
            (0..<20).map { _ in WebFixture.line(target, agent: agent) }
            + (0..<20).map { WebFixture.line("/missing\($0)", agent: agent) }

        let alerts = try fixture.alerts(of: lines)
        fixture.now += 300
        let after = try fixture.alerts(of: [WebFixture.line("/", status: 200)])

        #expect(alerts.campaigns.count == 1)
        #expect(after.first?.data?.campaign?["tool"] == name)
    }

    @Test("people with a browser name no tool; a word list shows by its order")
    func noTool() throws {
        var fixture = try WebFixture()

        _ = try fixture.alerts(of: (100..<140).map { WebFixture.line("/m\($0)") })
        fixture.now += 300
        let after = try fixture.alerts(of: [WebFixture.line("/", status: 200)])

        let closed = try #require(after.first?.data?.campaign)
        #expect(closed["tool"] == nil)
        #expect(closed["method"] == "a word list in alphabetical order")
    }

    @Test("containers are named; in one of them less is enough")
    func containers() throws {
        var fixture = try WebFixture()

        let spread = try fixture.alerts(of: Array(Self.injections(3)), in: "web")
        let more = try fixture.alerts(of: Array(Self.injections(3)), in: "api")
        let one = try fixture.alerts(of: Self.injections(6, from: "192.0.2.8"), in: "web")

        #expect((spread + more).campaigns == [])
        #expect(one.campaigns.map { $0.data?.campaign?["containers"] } == ["web"])
    }

    @Test("a restart in the middle changes nothing", arguments: [3, 7, 8, 20, 39])
    func restart(after count: Int) throws {
        let lines = Self.injections(40)
        var whole = try WebFixture()
        var parted = try WebFixture()

        let expected = try whole.alerts(of: lines)
        var got = try parted.alerts(of: Array(lines[..<count]))
        parted.restart()
        got += try parted.alerts(of: Array(lines[count...]))
        whole.now += 300
        parted.now += 300
        let last = [WebFixture.line("/", status: 200)]

        #expect(got == expected)
        #expect(try parted.alerts(of: last) == whole.alerts(of: last))
    }

    @Test("the sources watched are bounded, and those that went are counted")
    func bounded() throws {
        var fixture = try WebFixture()
        let lines = (0..<5000).map { number in
            WebFixture.line("/a", from: "10.0.\(number / 250).\(number % 250)")
        }

        for start in stride(from: 0, to: lines.count, by: 100) {
            _ = try fixture.alerts(of: Array(lines[start..<start + 100]))
            fixture.now -= 100
        }

        #expect(fixture.engine.counters.watchedSources == 4096)
        #expect(fixture.engine.counters.forgottenSources == 904)
    }

    @Test("when time goes back, what was open is over")
    func timeGoesBack() throws {
        var fixture = try WebFixture()
        _ = try fixture.alerts(of: Self.injections(20))

        fixture.now -= 86_400
        let alerts = try fixture.alerts(of: Self.injections(20))

        #expect(alerts.campaigns.ids == ["201", "200"])
    }

    @Test("without the decoder, or when switched off, there are none", arguments: [true, false])
    func off(hasDecoder: Bool) throws {
        var settings = WebLogSettings()
        settings.campaigns = hasDecoder ? .off : .automatic
        let decoders = WebFixture.decoders + (hasDecoder ? WebFixture.campaign : "")
        var fixture = try WebFixture(decoders: decoders, settings)

        let alerts = try fixture.alerts(of: Self.injections(20))

        #expect(alerts.ids == Array(repeating: "101", count: 20))
    }

    @Test("who asks is told also without rules for them")
    func asked() throws {
        var settings = WebLogSettings()
        settings.campaigns = .on
        var fixture = try WebFixture(decoders: WebFixture.decoders, settings)

        let alerts = try fixture.alerts(of: Self.injections(20))

        #expect(alerts.campaigns.ids == ["509003"])
    }

    @Test("no line of a log can say that there is a campaign")
    func forged() throws {
        var fixture = try WebFixture()

        let alerts = try fixture.alerts(of: ["Web campaign opened: 192.0.2.7: 9 requests"])

        #expect(alerts == [])
    }

    @Test("old logs end with a summary of every campaign")
    func summary() throws {
        var settings = WebLogSettings()
        settings.summaryLimit = 10
        var fixture = try WebFixture(settings)
        _ = try fixture.alerts(of: Self.injections(20))
        fixture.now += 400
        _ = try fixture.alerts(of: Self.injections(10, from: "192.0.2.8"))

        let summaries = fixture.engine.endCampaigns()

        #expect(summaries.map(\.source) == ["192.0.2.7", "192.0.2.8"])
        #expect(summaries.map(\.classes) == ["sqli 20", "sqli 10"])
        #expect(summaries.map(\.answers) == ["404 20", "404 10"])
        #expect(fixture.engine.endCampaigns() == [])
    }
}
