// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Daemon
import EventModel
import Patterns
import Testing

@Suite("A localfile of ossec.conf")
struct LocalFileBlockTests {
    private func read(_ elements: String) -> (block: LocalFileBlock?, codes: [String]) {
        let text = "<ossec_config><localfile>\n\(elements)\n</localfile></ossec_config>"
        let read = OssecConfiguration([UInt8](text.utf8), file: "ossec.conf")
        return (read.settings.localFiles.first, read.diagnostics.map(\.code))
    }

    private let syslog = "<location>/x</location><log_format>syslog</log_format>"

    @Test("a command has its alias, its frequency and its format")
    func command() {
        let read = read(
            "<log_format>full_command</log_format><command>df -P</command><alias>disk</alias>"
                + "<frequency>60</frequency>"
        )
        let command = LocalFileBlock.Command(
            line: "df -P",
            alias: "disk",
            format: .whole,
            frequencySeconds: 60
        )
        #expect(read.block == LocalFileBlock(location: "", format: .command(command)))
        #expect(read.codes.isEmpty)
    }

    @Test("a command without alias is its own, every six minutes; words name times")
    func commandDefaults() {
        let plain = read("<log_format>command</log_format><command>w</command>")
        let daily = read(
            "<log_format>command</log_format><command>w</command><frequency>daily</frequency>"
        )
        #expect(
            plain.block?.format
                == .command(.init(line: "w", alias: "w", format: .lines, frequencySeconds: 360))
        )
        #expect(
            daily.block?.format
                == .command(.init(line: "w", alias: "w", format: .lines, frequencySeconds: 86_400))
        )
    }

    @Test("an expression that joins lines is read with its attributes")
    func multiLineRegex() throws {
        let read = read(
            "<location>/x</location><log_format>multi-line-regex</log_format>"
                + "<multiline_regex match=\"end\" replace=\"tab\" timeout=\"30\">;$</multiline_regex>"
        )
        let rule = MultiLineRegex(
            pattern: try LinePattern(";$", kind: .pcre2),
            match: .end,
            replacement: .tab,
            timeoutSeconds: 30
        )
        #expect(read.block?.format == .multiLineRegex(rule))
    }

    @Test("patterns of ignore and restrict have their kinds")
    func filters() throws {
        let read = read(
            syslog + "<ignore>a</ignore><ignore type=\"osregex\">b</ignore>"
                + "<restrict type=\"osmatch\">c</restrict>"
        )
        var filter = LineFilter()
        filter.ignores = [
            try LinePattern("a", kind: .pcre2), try LinePattern("b", kind: .osregex),
        ]
        filter.restricts = [try LinePattern("c", kind: .osmatch)]
        #expect(read.block?.options.filter == filter)
        #expect(read.codes.isEmpty)
    }

    @Test("labels are for JSON, those with an underscore are left out")
    func labels() {
        let labels = "<label key=\"a.b\">x</label><label key=\"_c\">y</label>"
        let json = read("<location>/x</location><log_format>json</log_format>" + labels)
        #expect(json.block?.options.labels == JSONLabels([("a.b", "x")]))
        #expect(json.codes == ["reserved-label"])
        #expect(read(syslog + labels).codes == ["reserved-label", "unused-label"])
    }

    @Test("conditions on the journal are gathered")
    func journal() throws {
        let read = read(
            "<location>journald</location><log_format>journald</log_format>"
                + "<filter field=\"_SYSTEMD_UNIT\">^ssh</filter>"
                + "<filter field=\"PRIORITY\" ignore_if_missing=\"yes\">[0-3]</filter>"
        )
        #expect(
            read.block?.format
                == .journal([
                    JournalFilter.Condition(
                        field: "_SYSTEMD_UNIT",
                        pattern: try LinePattern("^ssh", kind: .pcre2),
                        passesWithoutField: false
                    ),
                    JournalFilter.Condition(
                        field: "PRIORITY",
                        pattern: try LinePattern("[0-3]", kind: .pcre2),
                        passesWithoutField: true
                    ),
                ])
        )
    }

    @Test("age, binaries, backlog and the longest line are limits")
    func limits() {
        let read = read(
            syslog + "<age>2d</age><ignore_binaries>yes</ignore_binaries>"
                + "<only-future-events max-size=\"5MB\">no</only-future-events>"
                + "<max_line_size>65279</max_line_size>"
        )
        var limits = ReadingLimits()
        limits.age = .seconds(172_800)
        limits.ignoresBinaries = true
        limits.backlog = 5_242_880
        #expect(read.block?.limits == limits)
        #expect(read.block?.options.lineLimit == 65_279)
        #expect(read.block?.onlyFutureEvents == false)
        #expect(read.codes.isEmpty)
    }

    @Test("both spellings of multi-line", arguments: ["multi-line:3", "multi-line: 3"])
    func multiLine(format: String) {
        let read = read("<location>/x</location><log_format>\(format)</log_format>")
        #expect(read.block?.format == .multiLine(3))
    }

    @Test(
        "what is for other systems or other receivers is a warning",
        arguments: [
            ("<reconnect_time>5s</reconnect_time>", "foreign-element"),
            ("<query>x</query>", "foreign-element"),
            ("<target>agent,siem</target>", "unsupported-target"),
            ("<out_format target=\"siem\">x</out_format>", "unsupported-target"),
            ("<out_format>$(nothing)</out_format>", "unknown-variable"),
            ("<only-future-events max-size=\"x\">yes</only-future-events>", "bad-value"),
        ]
    )
    func warnings(element: String, code: String) {
        let read = read(syslog + element)
        #expect(read.block != nil)
        #expect(read.codes == [code])
    }

    @Test(
        "what is wrong disables the block",
        arguments: [
            ("<ignore>(</ignore>", "bad-pattern"), ("<ignore type=\"x\">a</ignore>", "bad-value"),
            ("<age>soon</age>", "bad-value"), ("<age>0s</age>", "bad-value"),
            ("<max_line_size>1</max_line_size>", "bad-value"), ("<label>x</label>", "bad-value"),
            ("<filter>x</filter>", "bad-value"), ("<frequency>never</frequency>", "bad-value"),
            ("<multiline_regex match=\"x\">a</multiline_regex>", "bad-value"),
            ("<multiline_regex timeout=\"121\">a</multiline_regex>", "bad-value"),
            ("<locaton>/y</locaton>", "unknown-element"),
        ]
    )
    func errors(element: String, code: String) {
        let read = read(syslog + element)
        #expect(read.block == nil)
        #expect(read.codes == [code])
    }

    @Test("an unknown element is named with its line")
    func unknownElement() {
        let text =
            "<ossec_config><localfile>\n\(syslog)\n<locaton>/y</locaton>\n</localfile></ossec_config>"
        let read = OssecConfiguration([UInt8](text.utf8), file: "ossec.conf")
        #expect(read.diagnostics.map(\.line) == [3])
        #expect(read.diagnostics.map(\.severity) == [.error])
    }

    @Test("a format of another system is a warning, and its block is not collected")
    func foreignFormat() {
        let read = read("<location>Security</location><log_format>eventchannel</log_format>")
        #expect(read.block == nil)
        #expect(read.codes == ["unsupported-format"])
    }

    @Test("a remote configuration runs no command unless this host allows it")
    func remoteCommand() {
        let text =
            "<ossec_config><localfile><log_format>command</log_format>"
            + "<command>w</command></localfile></ossec_config>"
        let bytes = [UInt8](text.utf8)
        let refused = OssecConfiguration(
            bytes,
            file: "agent.conf",
            origin: .remote(mayRunCommands: false)
        )
        let allowed = OssecConfiguration(
            bytes,
            file: "agent.conf",
            origin: .remote(mayRunCommands: true)
        )
        #expect(refused.settings.localFiles.isEmpty)
        #expect(refused.diagnostics.map(\.code) == ["remote-command"])
        #expect(allowed.settings.localFiles.count == 1)
    }
}
