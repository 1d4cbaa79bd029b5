// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Testing

@Suite("agent.conf")
struct CentralSettingsTests {
    private static let agent = AgentTraits(
        name: "web-1",
        system: "Linux |web-1 |6.1.0 |#1 SMP |x86_64 [Debian GNU/Linux|debian: 12] - Wazuh v4.14.7",
        profile: "debian, debian12"
    )

    private static func read(
        _ text: String,
        onto settings: Settings = Settings(),
        mayRunCommands: Bool = false
    ) -> OssecConfiguration {
        OssecConfiguration(
            central: Array(text.utf8),
            file: "agent.conf",
            onto: settings,
            for: agent,
            mayRunCommands: mayRunCommands
        )
    }

    private static func block(_ attributes: String, _ location: String) -> String {
        """
        <agent_config \(attributes)><localfile><log_format>syslog</log_format>
        <location>\(location)</location></localfile></agent_config>
        """
    }

    @Test(
        "a block counts when all its filters match",
        arguments: [
            ("", true), ("name=\"web-1\"", true), ("name=\"^web\"", true),
            ("name=\"db-1|web-1\"", true), ("name=\"db\"", false), ("os=\"Linux\"", true),
            ("os=\"Windows\"", false), ("profile=\"debian12\"", true),
            ("profile=\"ubuntu\"", false), ("name=\"^web\" os=\"Linux\"", true),
            ("name=\"^web\" os=\"Windows\"", false), ("overwrite=\"yes\"", true),
            ("nmae=\"web-1\"", false),
        ]
    )
    func filters(_ attributes: String, _ counts: Bool) {
        let files = Self.read(Self.block(attributes, "/var/log/a")).settings.localFiles
        #expect(files.map(\.location) == (counts ? ["/var/log/a"] : []))
    }

    @Test("its lists come behind the agent's own, and its scalars win")
    func merging() {
        let own = OssecConfiguration(
            Array(
                """
                <ossec_config><localfile><log_format>syslog</log_format><location>/own</location>
                </localfile><client_buffer><queue_size>10</queue_size></client_buffer>
                <labels><label key="a">1</label></labels></ossec_config>
                """.utf8
            ),
            file: "ossec.conf"
        ).settings
        let merged = Self.read(
            Self.block("", "/first") + Self.block("", "/second")
                + """
                <agent_config><client_buffer><queue_size>20</queue_size></client_buffer>
                <labels><label key="b">2</label></labels>
                <client><force_reconnect_interval>5m</force_reconnect_interval></client>
                </agent_config>
                """,
            onto: own
        )
        #expect(merged.settings.localFiles.map(\.location) == ["/own", "/first", "/second"])
        #expect(merged.settings.client.queueSize == 20)
        #expect(merged.settings.client.labels.map(\.key) == ["a", "b"])
        #expect(merged.settings.client.reconnectSeconds == 300)
        #expect(merged.diagnostics == [])
    }

    // Who has the manager must not have a shell on every host.
    @Test("a command is left out unless the agent allows it, and the rest counts")
    func commands() {
        let text = """
            <agent_config><localfile><log_format>command</log_format><command>id</command>
            </localfile></agent_config>
            """
        let refused = Self.read(text + Self.block("", "/var/log/a"))
        #expect(refused.diagnostics.map(\.code) == ["remote-command"])
        #expect(refused.settings.localFiles.map(\.location) == ["/var/log/a"])
        #expect(!refused.isRefused)

        let allowed = Self.read(text, mayRunCommands: true)
        #expect(allowed.settings.localFiles.count == 1)
        #expect(allowed.diagnostics == [])
    }

    @Test(
        "sections that only the agent's own file may have are left out with a warning",
        arguments: [
            "<active-response><disabled>no</disabled></active-response>",
            "<command><name>x</name><executable>x</executable></command>",
            "<client><server><address>10.0.0.1</address></server></client>",
            "<ruleset><rule_dir>x</rule_dir></ruleset>", "<jaga></jaga>",
        ]
    )
    func foreignSections(_ section: String) {
        let read = Self.read("<agent_config>\(section)</agent_config>")
        #expect(read.diagnostics.map(\.code) == ["not-central"])
        #expect(read.settings.client.servers.isEmpty)
        #expect(read.settings.responseCommands.isEmpty)
        #expect(!read.isRefused)
    }

    @Test(
        "what has a mistake is refused as a whole",
        arguments: [
            "<agent_config><localfile>",
            "<agent_config><localfile><location>/a</location></localfile></agent_config>",
            "<agent_config><client_buffer><queue_size>many</queue_size></client_buffer></agent_config>",
        ]
    )
    func mistakes(_ text: String) {
        #expect(Self.read(text).isRefused)
    }

    @Test("only 1 lets a manager have commands run, and the local file has the last word")
    func consent() {
        var options = InternalOptions()
        #expect(!options.mayRunCommands)
        options.take(
            Array("# of Wazuh\nagent.debug=2\nlogcollector.remote_commands=1\n".utf8),
            file: "internal_options.conf"
        )
        #expect(options.mayRunCommands)
        options.take(Array("logcollector.remote_commands=0".utf8), file: "local")
        #expect(!options.mayRunCommands)
        options.take(Array("logcollector.remote_commands = yes".utf8), file: "local")
        #expect(!options.mayRunCommands)
        #expect(options.diagnostics.map(\.line) == [1])
    }
}
