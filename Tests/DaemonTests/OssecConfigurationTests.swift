// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Testing

@Suite("ossec.conf")
struct OssecConfigurationTests {
    @Test("the tutorial's first block waits one interval, as Wazuh's code does")
    func tutorialBlock() {
        let read = Self.read(
            """
            <ossec_config>
              <wodle name="docker-listener">
                <disabled>no</disabled>
              </wodle>
            </ossec_config>
            """
        )

        #expect(
            read.settings.dockerListener
                == .block(Self.block(interval: 60, attempts: 5, runsOnStart: false))
        )
        #expect(read.diagnostics.map(\.code) == ["delayed-start"])
        #expect(!read.hasErrors)
    }

    @Test("logall_json turns archives on; they are off by default")
    func archives() {
        let off = Self.read("<ossec_config></ossec_config>")
        let on = Self.read(
            "<ossec_config><global><logall_json>yes</logall_json></global></ossec_config>"
        )

        #expect(!off.settings.keepsArchives)
        #expect(on.settings.keepsArchives)
        #expect(on.diagnostics.isEmpty)
    }

    @Test("a database of places is named by its path", arguments: ["geoip_db_path", "geoip_db"])
    func geoDatabase(element: String) {
        let read = Self.read(
            "<ossec_config><global><\(element)> /var/lib/geo.mmdb </\(element)></global></ossec_config>"
        )

        #expect(read.settings.geoDatabase == "/var/lib/geo.mmdb")
        #expect(read.diagnostics.isEmpty)
    }

    @Test("the tutorial's advanced block and its localfile are read to the letter")
    func advancedBlock() {
        let read = Self.read(
            """
            <ossec_config>
            <wodle name="docker-listener">
              <interval>10m</interval>
              <attempts>5</attempts>
              <run_on_start>yes</run_on_start>
              <disabled>no</disabled>
            </wodle>
            <localfile>
              <log_format>syslog</log_format>
              <location>/var/lib/docker/containers/*/*-json.log</location>
            </localfile>
            </ossec_config>
            """
        )

        #expect(
            read.settings.dockerListener
                == .block(Self.block(interval: 600, attempts: 5, runsOnStart: true))
        )
        #expect(
            read.settings.localFiles == [
                LocalFileBlock(
                    location: "/var/lib/docker/containers/*/*-json.log",
                    format: .lines
                )
            ]
        )
        #expect(read.diagnostics.isEmpty)
    }

    @Test("no block at all is a listener that always tries")
    func noBlock() {
        #expect(Self.read("<ossec_config></ossec_config>").settings.dockerListener == .automatic)
    }

    @Test(
        "interval: a number of any base and one letter",
        arguments: [
            ("60", 60), ("10m", 600), ("10minutes", 600), ("2h", 7200), ("1d", 86_400),
            ("1w", 604_800), ("0x10", 16), ("010", 8), ("5s", 5),
        ] as [(String, Int64)]
    )
    func interval(text: String, seconds: Int64) {
        let read = Self.read(Self.wodle("<interval>\(text)</interval>"))
        guard case .block(let block) = read.settings.dockerListener else {
            Issue.record("the block is off: \(read.diagnostics)")
            return
        }
        #expect(block.intervalSeconds == seconds)
    }

    @Test(
        "a bad value disables its block alone and is named with its line",
        arguments: [
            "<interval>0</interval>", "<interval>10y</interval>", "<interval>soon</interval>",
            "<interval>99999999999999999999</interval>", "<attempts>0</attempts>",
            "<attempts>abc</attempts>", "<disabled>No</disabled>", "<run_on_start>1</run_on_start>",
            "<day>32</day>", "<wday>someday</wday>", "<time>24:00</time>",
        ]
    )
    func badValue(element: String) {
        let read = Self.read(
            Self.wodle(element) + "\n"
                + "<ossec_config><localfile><location>/var/log/syslog</location>"
                + "<log_format>syslog</log_format></localfile></ossec_config>"
        )

        #expect(read.settings.dockerListener == .off)
        #expect(read.settings.localFiles.count == 1)
        let error = read.diagnostics.first { $0.severity == .error }
        #expect(error?.code == "bad-value")
        #expect(error?.line == 2)
        #expect(error?.file == "ossec.conf")
    }

    @Test("attempts are read as atol does")
    func attempts() {
        let read = Self.read(Self.wodle("<attempts>5x</attempts>"))
        #expect(
            read.settings.dockerListener
                == .block(Self.block(interval: 60, attempts: 5, runsOnStart: false))
        )
    }

    @Test("an unknown element is a warning with file and line, never fatal")
    func unknownElement() {
        let read = Self.read(Self.wodle("<intervall>10m</intervall>"))

        let warning = read.diagnostics.first { $0.code == "unknown-element" }
        #expect(warning?.severity == .warning)
        #expect(warning?.line == 2)
        #expect(!read.hasErrors)
        #expect(
            read.settings.dockerListener
                == .block(Self.block(interval: 60, attempts: 5, runsOnStart: false))
        )
    }

    @Test("sections of Wazuh that do nothing yet are named")
    func otherSections() {
        let read = Self.read(
            "<ossec_config><syscheck><frequency>1</frequency></syscheck><nonsense/></ossec_config>"
        )
        #expect(read.diagnostics.map(\.code) == ["unsupported-section", "unknown-section"])
        #expect(!read.hasErrors)
    }

    @Test(
        "a localfile that cannot be collected is an error of its block",
        arguments: [
            ("<location>/x</location>", "missing-format"),
            ("<log_format>syslog</log_format>", "missing-location"),
            ("<location>/x</location><log_format>command</log_format>", "missing-command"),
            ("<location>/x</location><log_format>eventchannel</log_format>", "unsupported-format"),
            ("<location>/x</location><log_format>text</log_format>", "bad-value"),
            ("<location>/x</location><log_format>multi-line: x</log_format>", "bad-value"),
        ]
    )
    func badLocalFile(elements: String, code: String) {
        let read = Self.read(
            "<ossec_config><localfile>\(elements)</localfile></ossec_config>"
        )
        #expect(read.settings.localFiles.isEmpty)
        #expect(read.diagnostics.map(\.code) == [code])
    }

    @Test("a schedule of days forces the interval, with a warning")
    func schedule() {
        let read = Self.read(Self.wodle("<wday>mon</wday><time>04:30</time>"))
        guard case .block(let block) = read.settings.dockerListener else {
            Issue.record("the block is off")
            return
        }
        #expect(block.weekday == 1)
        #expect(block.minuteOfDay == 270)
        #expect(block.intervalSeconds == 604_800)
        #expect(read.diagnostics.contains { $0.code == "forced-interval" })
    }

    @Test("several roots follow each other, broken XML is one error with its place")
    func malformed() {
        let read = Self.read("<ossec_config>\n<alerts>\n</ossec_config>")
        #expect(read.diagnostics.map(\.code) == ["malformed-xml"])
        #expect(read.diagnostics.first.map { $0.line > 0 } == true)
        #expect(read.hasErrors)
    }

    @Test("levels and ruleset folders are taken over")
    func engineSections() {
        let read = Self.read(
            """
            <ossec_config>
              <alerts><log_alert_level>5</log_alert_level></alerts>
              <ruleset>
                <decoder_dir>etc/decoders</decoder_dir>
                <rule_dir pattern="_rules.xml$">etc/rules</rule_dir>
                <rule_exclude>0215-policy_rules.xml</rule_exclude>
                <list>etc/lists/audit-keys</list>
              </ruleset>
            </ossec_config>
            """
        )
        #expect(read.settings.logAlertLevel == 5)
        #expect(read.settings.emailAlertLevel == 12)
        #expect(read.settings.ruleset.decoderFolders.map(\.path) == ["etc/decoders"])
        #expect(read.settings.ruleset.ruleFolders.map(\.pattern) == ["_rules.xml$"])
        #expect(read.settings.ruleset.ruleExcludes == ["0215-policy_rules.xml"])
        #expect(read.settings.ruleset.lists == ["etc/lists/audit-keys"])
        #expect(read.diagnostics.isEmpty)
    }

    private static func read(_ text: String) -> OssecConfiguration {
        OssecConfiguration([UInt8](text.utf8), file: "ossec.conf")
    }

    private static func wodle(_ element: String) -> String {
        "<ossec_config><wodle name=\"docker-listener\">\n\(element)\n</wodle></ossec_config>"
    }

    private static func block(
        interval: Int64,
        attempts: Int,
        runsOnStart: Bool
    ) -> DockerListenerBlock {
        var block = DockerListenerBlock()
        block.intervalSeconds = interval
        block.attempts = attempts
        block.runsOnStart = runsOnStart
        return block
    }
}
