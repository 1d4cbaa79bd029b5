// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Daemon
import EventModel
import Testing

@Suite("<command>, <active-response> and <responses>")
struct ResponseSettingsTests {
    private static let pause = """
        <command><name>p</name><executable>docker-pause</executable>
        <timeout_allowed>yes</timeout_allowed></command>
        """

    @Test("without them nothing is done")
    func none() {
        #expect(Self.read("").settings.responses.isEmpty)
    }

    @Test("a block of Wazuh is taken as it stands")
    func stock() throws {
        let read = Self.read(
            """
            <command><name>firewall-drop</name><executable>firewall-drop</executable>
            <timeout_allowed>yes</timeout_allowed><extra_args>-x 1</extra_args></command>
            <active-response><command>firewall-drop</command><location>local</location>
            <level>7</level><rules_id>5763, 87924</rules_id>
            <rules_group>authentication_failed|docker</rules_group><timeout>600</timeout>
            <repeated_offenders>30,60,120</repeated_offenders></active-response>
            <global><white_list>10.0.0.0/8</white_list></global>
            """
        )
        let settings = read.settings.responses
        let response = try #require(settings.responses.first)

        #expect(read.diagnostics.isEmpty)
        #expect(response.name == "firewall-drop600")
        #expect(response.level == 7)
        #expect(response.ruleIDs == [5763, 87924])
        #expect(response.groups != nil)
        #expect(response.mode == .enforce)
        #expect(response.command.arguments == ["-x", "1"])
        #expect(settings.repeatedOffenders == [30, 60, 120])
        #expect(settings.protections.objection(toAddress: "10.1.1.1") != nil)
        #expect(settings.protections.objection(toAddress: "11.1.1.1") == nil)
    }

    @Test("an act of Jaga's own is a dry run until its block says enforce")
    func mode() {
        let block = "<active-response><command>p</command><location>local</location>"
        let read = Self.read(
            Self.pause + block + "<level>7</level></active-response>" + block
                + "<level>7</level><mode>enforce</mode></active-response>"
        )

        #expect(read.settings.responses.responses.map(\.mode) == [.dryRun, .enforce])
    }

    @Test(
        "words of a location stand together",
        arguments: [
            ("<location>server,local</location>", [Response.Place.server, .local]),
            ("<location>all</location>", [.all]),
            (
                "<location>local|defined-agent</location><agent_id>7</agent_id>",
                [.local, .agent("007")]
            ),
        ]
    )
    func places(text: String, places: [Response.Place]) {
        let read = Self.read(
            Self.pause + "<active-response><command>p</command><level>7</level>\(text)"
                + "</active-response>"
        )

        #expect(read.settings.responses.responses.map(\.places) == [places])
    }

    @Test(
        "what cannot be used is an error and does nothing",
        arguments: [
            (
                "<active-response><command>no</command><location>local</location></active-response>",
                "unknown-command"
            ),
            (
                "<active-response><command>p</command><location>here</location></active-response>",
                "bad-value"
            ),
            (
                "<active-response><command>p</command><location>defined-agent</location></active-response>",
                "bad-value"
            ),
            (
                "<active-response><command>p</command><location>local,defined-agent</location></active-response>",
                "bad-value"
            ),
            (
                "<active-response><command>p</command><location>local</location><rules_id>x</rules_id></active-response>",
                "bad-value"
            ),
            (
                "<active-response><command>p</command><location>local</location><mode>yes</mode></active-response>",
                "bad-value"
            ),
            ("<command><name>!p</name><executable>x</executable></command>", "bad-command"),
        ]
    )
    func mistakes(text: String, code: String) {
        let read = Self.read(Self.pause + text)

        #expect(read.diagnostics.map(\.code).contains(code))
        #expect(read.hasErrors)
        #expect(read.settings.responses.responses.isEmpty)
    }

    @Test("one block can be disabled, or all of them")
    func disabled() {
        let block =
            "<active-response><command>p</command><location>local</location><level>3</level>"
        let one = Self.read(Self.pause + block + "<disabled>yes</disabled></active-response>")
        let all = Self.read(
            Self.pause + block + "</active-response>"
                + "<active-response><disabled>yes</disabled></active-response>"
        )

        #expect(one.settings.responses.responses.isEmpty)
        #expect(!all.settings.responses.responses.isEmpty)
        #expect(all.settings.responses.isEmpty)
    }

    @Test("limits and protections of <responses>")
    func limits() {
        let read = Self.read(
            """
            <jaga><responses><never name="db*"/><never account="ann"/><never network="db_*"/><own_label>no</own_label>
            <per_minute>3</per_minute><per_minute_in_all>4</per_minute_in_all><break>2m</break>
            </responses></jaga>
            """
        )
        let settings = read.settings.responses

        #expect(read.diagnostics.isEmpty)
        #expect(settings.limits.perResponse == 3)
        #expect(settings.limits.inAll == 4)
        #expect(settings.limits.breakSeconds == 120)
        #expect(!settings.protections.honoursOwnLabel)
        #expect(settings.protections.names == ["db*"])
        #expect(settings.protections.accounts == ["ann"])
        #expect(settings.protections.networks == ["db_*"])
    }

    private static func read(_ text: String) -> OssecConfiguration {
        OssecConfiguration([UInt8]("<ossec_config>\(text)</ossec_config>".utf8), file: "o.conf")
    }
}
