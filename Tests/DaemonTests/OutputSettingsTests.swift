// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import EventModel
import Outputs
import Testing

@Suite("<integration>, <syslog_output>, mail and <outputs>")
struct OutputSettingsTests {
    private static func read(_ text: String) -> OssecConfiguration {
        OssecConfiguration(
            Array("<ossec_config>\(text)</ossec_config>".utf8),
            file: "ossec.conf"
        )
    }

    private static func alert(_ change: (String) -> String = { $0 }) throws -> OutputAlert {
        let line =
            #"{"timestamp":"2026-11-23T12:46:15.123+0000","rule":{"level":7,"id":"5710","#
            + #""mail":true,"groups":["sshd","authentication_failed"]},"#
            + #""agent":{"id":"001","name":"web"},"id":"1.1","full_log":"x","#
            + #""data":{"container":{"name":"shop","image":"nginx"}},"location":"docker:shop"}"#
        return try #require(OutputAlert(line: Array(change(line).utf8)))
    }

    @Test("without them nobody is told")
    func none() {
        #expect(Self.read("").settings.outputs.outputs.isEmpty)
    }

    @Test("integrations of Wazuh are taken as they stand")
    func integrations() throws {
        let read = Self.read(
            """
            <integration><name>slack</name><hook_url>https://hooks.slack.com/x</hook_url>
            <level>7</level><rule_id>5710, 5712</rule_id><group>sshd,web</group>
            <event_location>docker:</event_location></integration>
            <integration><name>pagerduty</name><api_key>k</api_key></integration>
            <integration><name>custom-ticket</name><hook_url>http://10.0.0.5</hook_url>
            <alert_format>json</alert_format><timeout>20</timeout><retries>5</retries>
            <max_log>200</max_log><options>{"a":1}</options></integration>
            <integration><name>slack</name><hook_url_env>HOOK</hook_url_env></integration>
            """
        )
        let outputs = read.settings.outputs.outputs

        #expect(read.diagnostics.isEmpty)
        #expect(outputs.map(\.name) == ["slack", "pagerduty", "custom-ticket", "slack-2"])
        #expect(outputs[0].filter.passes(try Self.alert()))
        for (old, new) in [
            (#""level":7"#, #""level":6"#), (#""5710""#, #""5711""#), ("sshd", "ftpd"),
            (#""docker:shop""#, #""/var/log/x""#),
        ] {
            let other = try Self.alert { $0.replacing(old, with: new) }
            #expect(!outputs[0].filter.passes(other), "\(new)")
        }
        guard case .integration(let script) = outputs[2].kind else {
            Issue.record("no script")
            return
        }
        #expect((script.timeoutSeconds, script.retries, script.logLimit) == (20, 5, 200))
        #expect(script.wantsJSON)
        #expect(script.options == ["a": 1])
    }

    @Test("each server of a syslog_output is an output of its own")
    func syslog() throws {
        let read = Self.read(
            """
            <syslog_output><server>10.0.0.9</server><server>[fd00::1]</server><port>5514</port>
            <format>cef</format><group>authentication</group><level>3</level></syslog_output>
            """
        )
        let outputs = read.settings.outputs.outputs
        guard case .syslog(let first) = outputs.first?.kind,
            case .syslog(let second) = outputs.last?.kind
        else {
            Issue.record("no syslog")
            return
        }

        #expect(read.diagnostics.isEmpty)
        #expect((first.host, first.port, first.carrier) == ("10.0.0.9", 5514, .udp))
        #expect((second.host, second.format) == ("fd00::1", .cef))
        #expect(outputs[0].filter.passes(try Self.alert()))
    }

    @Test("mail is made of global, email_alerts and mail, in whatever order")
    func mail() throws {
        let read = Self.read(
            """
            <email_alerts><email_to>db@example.org</email_to><rule_id>5710</rule_id>
            <do_not_delay>yes</do_not_delay><do_not_group>yes</do_not_group>
            <format>sms</format></email_alerts>
            <global><email_notification>yes</email_notification>
            <smtp_server>mx.example.org:587</smtp_server><email_from>jaga@example.org</email_from>
            <email_to>ops@example.org</email_to><email_maxperhour>6</email_maxperhour></global>
            <jaga><mail><encryption>required</encryption><user>jaga</user>
            <password_env>P</password_env></mail>
            <report period="weekly" at="06:30"><email_to>ops@example.org</email_to></report></jaga>
            """
        )
        let outputs = read.settings.outputs.outputs
        guard case .mail(let all) = outputs.first?.kind,
            case .mail(let granular) = outputs.last?.kind,
            case .smtp(let server) = all.server
        else {
            Issue.record("no mail")
            return
        }

        #expect(read.diagnostics.isEmpty)
        #expect(all.recipients == ["ops@example.org"])
        #expect((server.host, server.port, server.encryption) == ("mx.example.org", 587, .required))
        #expect(server.credentials?.user == "jaga")
        #expect(outputs[0].policy.rate == .init(messages: 6, seconds: 3_600))
        #expect(outputs[0].filter.passes(try Self.alert()))
        #expect(
            !outputs[0].filter.passes(
                try Self.alert { $0.replacing("\"mail\":true", with: "\"mail\":false") }
            )
        )
        #expect(granular.isShort)
        #expect((outputs[1].policy.collectSeconds, outputs[1].policy.mergesUpTo) == (0, 1))
        #expect(
            read.settings.outputs.reports == [
                ReportSchedule(period: .weekly, minute: 390, recipients: ["ops@example.org"])
            ]
        )
    }

    @Test("outputs of Jaga have filters, repeats, quiet hours and rates")
    func own() throws {
        let read = Self.read(
            """
            <jaga><outputs><output name="ops" kind="mattermost"><url_file>/x</url_file>
            <container>shop</container><agent>web</agent><repeat>10m</repeat>
            <quiet_hours except_level="13">22:00-07:00</quiet_hours><per_minute>5</per_minute>
            <queue_mb>8</queue_mb></output>
            <output name="search" kind="opensearch"><url>https://search</url><user>u</user>
            <password_file>/p</password_file></output></outputs></jaga>
            """
        )
        let outputs = read.settings.outputs.outputs

        #expect(read.diagnostics.isEmpty)
        #expect(outputs.map(\.kindName) == ["mattermost", "opensearch"])
        #expect(outputs[0].filter.passes(try Self.alert()))
        #expect(!outputs[0].filter.passes(try Self.alert { $0.replacing("shop", with: "db") }))
        #expect(outputs[0].policy.repeatSeconds == 600)
        #expect(outputs[0].policy.rate == .init(messages: 5, seconds: 60))
        #expect(outputs[0].policy.quiet == QuietHours(start: 1320, end: 420, exceptLevel: 13))
        #expect(outputs[0].limits.bytes == 8 << 20)
    }

    @Test(
        "what cannot be used is an error with its place",
        arguments: [
            ("<integration><name>slack</name></integration>", "missing-element"),
            ("<integration><name>pagerduty</name></integration>", "missing-element"),
            ("<syslog_output><format>cef</format></syslog_output>", "missing-element"),
            ("<syslog_output><server>a b</server></syslog_output>", "bad-value"),
            ("<syslog_output><server>a</server><format>leef</format></syslog_output>", "bad-value"),
            ("<global><email_to>a@b&#10;Bcc: x@y</email_to></global>", "bad-value"),
            ("<global><email_notification>yes</email_notification></global>", "mail-incomplete"),
            (
                "<jaga><outputs><output name='../x' kind='slack'/></outputs></jaga>",
                "missing-element"
            ),
            (
                "<jaga><outputs><output name='x' kind='irc'><url>x</url></output></outputs></jaga>",
                "unknown-kind"
            ),
            ("<jaga><report period='hourly'/></jaga>", "bad-report"),
        ]
    )
    func mistakes(text: String, code: String) {
        let found = Self.read(text).diagnostics
        #expect(found.contains { $0.severity == .error && $0.code == code }, "\(found)")
        #expect(Self.read(text).settings.outputs.outputs.isEmpty)
    }

    @Test(
        "what Wazuh has and Jaga has not is a warning",
        arguments: [
            "<integration><name>virustotal</name><api_key>k</api_key></integration>",
            "<integration><name>../../bin/sh</name></integration>",
            "<email_alerts><email_to>a@b</email_to></email_alerts>",
            "<syslog_output><server>a</server><colour>red</colour></syslog_output>",
        ]
    )
    func warnings(text: String) {
        let found = Self.read(text).diagnostics
        #expect(found.contains { $0.severity == .warning }, "\(found)")
        #expect(!found.contains { $0.severity == .error }, "\(found)")
    }

    @Test(
        "a report is due at its hour of the local day, a weekly one on Mondays",
        arguments: [
            // 2026-11-27 is a Friday; times are local, two hours ahead of UTC.
            (ReportSchedule.Period.daily, 420, "2026-11-27T07:00:00", "2026-11-27T07:00:00"),
            (.daily, 420, "2026-11-27T06:59:59", "2026-11-26T07:00:00"),
            (.weekly, 420, "2026-11-27T12:00:00", "2026-11-23T07:00:00"),
            (.weekly, 420, "2026-11-23T06:00:00", "2026-11-16T07:00:00"),
            (.weekly, 0, "2026-11-29T23:59:59", "2026-11-23T00:00:00"),
        ]
    )
    func due(period: ReportSchedule.Period, minute: Int, now: String, due: String) throws {
        func moment(_ text: String) throws -> Timestamp {
            let line = #"{"timestamp":"\#(text).000+0200","rule":{"id":"1","level":1}}"#
            return try #require(OutputAlert(line: Array(line.utf8))?.time)
        }
        let schedule = ReportSchedule(period: period, minute: minute, recipients: [])
        #expect(schedule.lastDue(at: try moment(now)) == (try moment(due)).seconds)
    }
}
