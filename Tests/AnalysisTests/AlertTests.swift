// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Alerts")
struct AlertTests {
    private static let login = """
        <group name="local,"><rule id="100100" level="5"><decoded_as>app</decoded_as>\
        <description>Login failed for $(dstuser)</description>\
        <group>auth,pci_dss_10.2.4,</group></rule></group>
        """

    @Test("an alert has the keys of Wazuh's, in its order")
    func example() throws {
        let decoders = #"""
            <decoder name="app"><program_name>^app$</program_name></decoder>
            <decoder name="app"><parent>app</parent><prematch>^fail </prematch>
            <regex offset="after_prematch">^(\S+)</regex><order>user</order></decoder>
            """#
        var fixture = try Fixture(decoders: decoders, rules: Self.login)
        fixture.engine.alertOffset = 4711

        let alerts = fixture.alerts(of: ["Feb  1 10:00:00 h app[9]: fail ann"])

        #expect(
            alerts == [
                #"{"timestamp":"2026-02-01T10:00:00.123+0000","rule":{"level":5,"#
                    + #""description":"Login failed for ann","id":"100100","firedtimes":1,"#
                    + #""mail":false,"groups":["local","auth"],"pci_dss":["10.2.4"]},"#
                    + #""agent":{"id":"000","name":"mgr"},"manager":{"name":"mgr"},"#
                    + #""id":"1769940000.4711","full_log":"Feb  1 10:00:00 h app[9]: fail ann","#
                    + #""predecoder":{"program_name":"app","timestamp":"Feb  1 10:00:00","#
                    + #""hostname":"h"},"decoder":{"parent":"app","name":"app"},"#
                    + #""data":{"dstuser":"ann"},"location":"/var/log/app.log"}"#
            ]
        )
        #expect(fixture.engine.alertOffset == 4711 + alerts[0].utf8.count + 1)
    }

    @Test("metadata stands between id and groups, mitre first")
    func metadata() throws {
        let text = """
            <group name="local,"><rule id="100" level="12"><decoded_as>json</decoded_as>\
            <description>x</description><mitre><id>T1078</id></mitre>\
            <info type="cve">2021-1</info><options>no_full_log</options>\
            <options>no_counter</options></rule></group>
            """
        var fixture = try Fixture(rules: text)

        let alert = try #require(fixture.alerts(of: [#"{"a":1}"#]).first)

        #expect(
            alert.contains(
                #""id":"100","mitre":{"id":["T1078"],"tactic":["Defense Evasion","Persistence","#
                    + #""Privilege Escalation","Initial Access"],"technique":["Valid Accounts"]},"#
            )
        )
        #expect(alert.contains(#""mail":true,"groups":["local"]}"#))
        #expect(!alert.contains("full_log"))
        #expect(!alert.contains("firedtimes"))
    }

    @Test("names collide ignoring case, the first wins; dots make objects")
    func data() throws {
        var fixture = try Fixture(rules: rule(100, "<decoded_as>json</decoded_as>"))
        let line =
            #"{"srcip":"1","b":{"c":"2","C":"3"},"SRCIP":"4","b.d":"5","srcip.x":"6","e":"","#
            + #""f":"[1, 2","g":"[1, 2]"}"#

        let alert = try #require(fixture.alerts(of: [line]).first)

        #expect(
            alert.contains(
                #""data":{"srcip":"1","b":{"c":"2","d":"5"},"f":"[1, 2","g":[1,2]},"#
            )
        )
    }

    @Test("a container's fields come from its source, never from the log")
    func container() throws {
        let identity = ContainerIdentity(
            id: "c0ffee",
            name: "/web",
            image: "nginx",
            imageID: "",
            labels: ["a.b": "x"]
        )
        let manager = AgentIdentity(id: "000", name: "mgr")
        let source = EventSource(agent: manager, location: "docker:web", container: identity)
        let rules = rule(
            100,
            #"<field name="container.name">^web$</field>"#
                + "<description>$(container.labels.a.b) </description>"
        )
        var fixture = try Fixture(rules: rules, source: source)
        let line =
            #"{"container":{"name":"evil","ID":"1"},"Container.Name":"evil","containers":"y"}"#

        let alert = try #require(fixture.alerts(of: [line, "plain"]).first)

        #expect(
            alert.contains(
                #""data":{"container":{"id":"c0ffee","name":"web","image":"nginx","#
                    + #""labels":{"a.b":"x"}},"containers":"y"},"location":"docker:web"}"#
            )
        )
        #expect(alert.contains(#""description":"x rule 100""#))
        #expect(fixture.engine.counters.spoofedFields == 3)
        #expect(fixture.engine.counters.alerts == 2)
    }

    @Test("an agent's event has its name as hostname and its path as location")
    func agent() throws {
        let agent = AgentIdentity(id: "004", name: "web1", address: "10.0.0.9")
        let source = EventSource(agent: agent, location: "/var/log/a.log")
        let rules = rule(
            100,
            "<hostname>^web1$</hostname><location>^(web1) 10.0.0.9->/var/log/a.log$</location>"
        )
        var fixture = try Fixture(rules: rules, source: source)

        let alert = try #require(fixture.alerts(of: ["Feb  1 10:00:00 h app: x"]).first)

        #expect(alert.contains(#""agent":{"id":"004","name":"web1","ip":"10.0.0.9"},"manager""#))
        #expect(alert.contains(#""hostname":"h"},"#))
        #expect(alert.hasSuffix(#""location":"/var/log/a.log"}"#))
    }

    @Test("an agent's labels and groups stand in its alerts, dots as objects")
    func agentLabels() throws {
        var agent = AgentIdentity(id: "004", name: "web1", address: "10.0.0.9")
        agent.labels = AgentLabels([
            .init(key: "place", value: "cellar \"1\""), .init(key: "team.name", value: "red"),
            .init(key: "_system", value: "x"), .init(key: "team.mail", value: "r@x"),
        ])
        agent.groups = ["web", "front"]
        let source = EventSource(agent: agent, location: "/var/log/a.log")
        var fixture = try Fixture(rules: rule(100, "<match>x</match>"), source: source)

        let alert = try #require(fixture.alerts(of: ["x"]).first)

        #expect(
            alert.contains(
                #""agent":{"id":"004","name":"web1","ip":"10.0.0.9","#
                    + #""labels":{"place":"cellar \"1\"","team":{"name":"red","mail":"r@x"}},"#
                    + #""group":["web","front"]},"manager""#
            )
        )
    }

    @Test("an agentless source is shown instead of an agent")
    func agentless() throws {
        let manager = AgentIdentity(id: "000", name: "mgr")
        let location = "(ssh_linux) root@10.0.0.1->x"
        let source = EventSource(agent: manager, location: location)
        var fixture = try Fixture(rules: rule(100, "<match>x</match>"), source: source)

        let alert = try #require(fixture.alerts(of: ["x"]).first)

        #expect(!alert.contains(#""agent":{"#))
        #expect(
            alert.hasSuffix(
                #""location":"x","agentless":{"script":"ssh_linux","user":"root","#
                    + #""host":"10.0.0.1"}}"#
            )
        )
    }

    @Test("the hostname of a classic header is echoed even without the rest")
    func hostnameEcho() throws {
        var fixture = try Fixture(rules: rule(100, "<match>x</match>"))

        let alerts = fixture.alerts(of: [
            "Feb  1 10:00:00 h1 p: x", "2015 Dec 29 10:00:01 h p: x", "x",
        ])

        #expect(alerts[0].contains(#","hostname":"h1"},"decoder":{}"#))
        #expect(!alerts[1].contains(#""hostname""#))
        #expect(!alerts[2].contains("predecoder"))
    }

    @Test("rootcheck alerts take requirements from the log")
    func rootcheck() throws {
        let text = """
            <group name="rootcheck,"><rule id="100" level="3"><match>Audit</match>\
            <description>x</description><group>pci_dss_1.1,</group></rule></group>
            """
        var fixture = try Fixture(rules: text)

        let alert = try #require(
            fixture.alerts(of: ["Audit: x {CIS: 1.4 Debian} {PCI_DSS: 2.2, 3.1}."]).first
        )

        #expect(
            alert.contains(
                #""groups":["rootcheck"],"pci_dss":["1.1","2.2","3.1"],"cis":["1.4 Debian"]}"#
            )
        )
    }

    @Test("fired times start anew with the hour")
    func hourlyCounts() throws {
        var fixture = try Fixture(rules: rule(100, "<match>x</match>"))

        let first = fixture.alerts(of: ["x", "x"])
        fixture.now += 3600
        let second = fixture.alerts(of: ["x"])

        #expect(first[1].contains(#""firedtimes":2"#))
        #expect(second[0].contains(#""firedtimes":1"#))
    }

    @Test("an entry of the batch says what a terminal needs")
    func entries() throws {
        var fixture = try Fixture(rules: Self.login)
        var batch = EventBatch()
        let time = Timestamp(nanoseconds: 1_769_940_000_000_000_000, utcOffsetSeconds: -12_600)
        batch.append([UInt8]("nothing".utf8), from: fixture.source, at: time)
        batch.append(
            [UInt8]("Feb  1 10:00:00 h app: fail ann 1.2.3.4".utf8),
            from: fixture.source,
            at: time,
            originNanoseconds: 7
        )
        var alerts = AlertBatch()

        fixture.engine.analyze(batch, into: &alerts)

        let entry = try #require(alerts.entries.first)
        #expect(alerts.entries.count == 1)
        #expect(
            String(decoding: alerts.text[entry.description], as: UTF8.self)
                == "Login failed for ann"
        )
        #expect(String(decoding: alerts.text[entry.sourceAddress], as: UTF8.self) == "1.2.3.4")
        #expect(entry.ruleID == 100_100 && entry.level == 5)
        #expect(entry.originNanoseconds == 7 && entry.event == 1)
        #expect(entry.json.upperBound + 1 == alerts.bytes.count && alerts.bytes.last == 10)
        let line = String(decoding: alerts.bytes[entry.json], as: UTF8.self)
        #expect(line.hasPrefix(#"{"timestamp":"2026-02-01T06:30:00.000-0330""#))
    }
}
