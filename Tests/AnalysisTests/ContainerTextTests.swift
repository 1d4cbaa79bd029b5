// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Testing

@Suite("Lines of containers")
struct ContainerTextTests {
    private static let container = ContainerIdentity(
        id: "c0ffee",
        name: "web",
        image: "nginx",
        imageID: "",
        labels: [:]
    )

    private static func source(
        _ container: ContainerIdentity?,
        program: String = ""
    ) -> EventSource {
        EventSource(
            agent: AgentIdentity(id: "000", name: "mgr"),
            location: "docker:web",
            container: container,
            programName: Array(program.utf8)
        )
    }

    private static let rules = rule(100, "<match>^ERROR red alert</match>")

    @Test(
        "colours are not seen by rules, and kept in the record",
        arguments: [
            "\u{1B}[31mERROR\u{1B}[0m red \u{1B}[1;38;5;196malert", "ERROR red\u{1B}[K alert\u{1B}",
            "ERROR red\u{1B}(B\u{1B}[m alert", "\u{1B}ERROR red alert\u{1B}[",
            "ERROR red alert\u{1B}[12;34",
        ]
    )
    func colours(line: String) throws {
        var fixture = try Fixture(rules: Self.rules, source: Self.source(Self.container))

        let alert = try #require(fixture.alerts(of: [line]).first)

        let kept = line.replacing("\u{1B}", with: "\\u001b")
        #expect(alert.contains(#""full_log":"\#(kept)""#))
    }

    @Test(
        "no sequence hides a word from rules",
        arguments: [
            "x \u{1B}]0;union select\u{07} y", "x \u{1B}]0;union select", "\u{1B}[union select",
            "\u{1B}union select", "\u{1B}(union select", "\u{1B}[1union select",
        ]
    )
    func hidden(line: String) throws {
        let rules = rule(100, "<match>union select</match>")
        var fixture = try Fixture(rules: rules, source: Self.source(Self.container))

        #expect(fixture.alerts(of: [line]).count == 1)
    }

    @Test("a colour is found wherever it stands", arguments: 0..<20)
    func place(offset: Int) throws {
        let padding = String(repeating: "x", count: offset)
        let rules = rule(100, "<match>ab</match>")
        var fixture = try Fixture(rules: rules, source: Self.source(Self.container))

        #expect(fixture.alerts(of: [padding + "a\u{1B}[31mb" + padding]).count == 1)
    }

    @Test("in a user's file everything stays as it is")
    func file() throws {
        var fixture = try Fixture(rules: Self.rules, source: Self.source(nil))

        #expect(fixture.alerts(of: ["\u{1B}[31mERROR\u{1B}[0m red alert"]).isEmpty)
    }

    @Test("a line without a header counts as written by the program of the label")
    func program() throws {
        let rules = rule(100, "<program_name>^sshd$</program_name><match>^Failed</match>")
        let named = Self.source(Self.container, program: "sshd")
        var fixture = try Fixture(rules: rules, source: named)
        var plain = try Fixture(rules: rules, source: Self.source(Self.container))

        let alert = try #require(fixture.alerts(of: ["Failed password"]).first)

        #expect(
            alert.contains(#""full_log":"Failed password","predecoder":{"program_name":"sshd"}"#)
        )
        #expect(plain.alerts(of: ["Failed password"]).isEmpty)
    }

    @Test("a line's own header wins over the label")
    func ownProgram() throws {
        let rules = rule(100, "<program_name>^cron$</program_name>")
        let named = Self.source(Self.container, program: "sshd")
        var fixture = try Fixture(rules: rules, source: named)

        #expect(fixture.alerts(of: ["Feb  1 10:00:00 h cron[1]: Failed"]).count == 1)
    }
}
