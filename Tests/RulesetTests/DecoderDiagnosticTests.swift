// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset
import Testing

/// A decoder file with a mistake, and what is said about it.
struct DecoderFault: Sendable, CustomTestStringConvertible {
    let text: String
    let faults: [String]

    init(_ text: String, _ faults: String...) {
        self.text = text
        self.faults = faults
    }

    var testDescription: String { text }
}

@Suite("Mistakes in decoder files")
struct DecoderDiagnosticTests {
    static let cases = [
        DecoderFault("<rule/>", "unknown-element 1:1"),
        DecoderFault("<!-- nothing -->", "no-elements 0:0"),
        DecoderFault("", "empty-file 0:0"),
        DecoderFault("<decoder><prematch>a</prematch></decoder>", "missing-attribute 1:1"),
        DecoderFault(
            "<decoder name=\"a\" id=\"1\"><prematch>a</prematch></decoder>",
            "unknown-attribute 1:19"
        ),
        DecoderFault(
            "<decoder status=\"on\" name=\"a\"><prematch>a</prematch></decoder>",
            "unknown-attribute 1:10",
            "bad-attribute 1:22"
        ),
        DecoderFault("<decoder name=\"a\"></decoder>", "empty-element 1:1"),
        DecoderFault(
            "<decoder name=\"a\">\n  <prematsch>a</prematsch></decoder>",
            "missing-option 1:1",
            "unknown-option 2:3"
        ),
        DecoderFault("<decoder name=\"a\"><accumulate/></decoder>", "missing-option 1:1"),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex>(b)</regex></decoder>",
            "missing-option 1:48"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><order>id</order></decoder>",
            "missing-option 1:1"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><fts>id</fts></decoder>",
            "missing-option 1:1"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex>(b)</regex><order>id,</order>"
                + "</decoder>",
            "bad-field 1:66"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex>(b)</regex>"
                + "<order>srcip, name2</order><fts>name2</fts></decoder>",
            "bad-field 1:91"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><fts>x</fts>"
                + "<regex>(b)</regex><order>x</order></decoder>",
            "(without-effect 1:46)"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch offset=\"after_parent\">a</prematch></decoder>",
            "bad-offset 1:29"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch offset=\"after_regex\">a</prematch></decoder>",
            "bad-offset 1:29"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex offset=\"after_parnet\">(b)</regex>"
                + "<order>id</order></decoder>",
            "(bad-offset 1:48)"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex offset=\"after_regex\">(b)</regex>"
                + "<order>id</order></decoder>",
            "bad-offset 1:48"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex>(b)</regex>"
                + "<regex offset=\"after_prematch\">c</regex><order>id</order></decoder>",
            "bad-offset 1:66"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch>"
                + "<plugin_decoder>XML_Decoder</plugin_decoder></decoder>",
            "bad-value 1:57"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex>(b)</regex><order>id</order>"
                + "<plugin_decoder>JSON_Decoder</plugin_decoder></decoder>",
            "conflicting-options 1:1"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><type>weblog</type></decoder>",
            "bad-value 1:47"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch>"
                + "<json_null_field>none</json_null_field></decoder>",
            "(bad-value 1:58)"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch type=\"osmatch\">a</prematch></decoder>",
            "(bad-pattern-type 1:29)"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a\\q</prematch></decoder>",
            "bad-pattern 1:30"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch>a</prematch><regex>b\n c(d</regex>"
                + "<order>id</order></decoder>",
            "bad-pattern 2:3"
        ),
        DecoderFault(
            "<decoder name=\"a\"><prematch type=\"pcre2\">a[</prematch></decoder>",
            "bad-pattern 1:44"
        ),
        DecoderFault(
            "<decoder name=\"a\"><program_name>a</program_name><prematch>"
                + String(repeating: "a", count: 1024) + "</prematch></decoder>",
            "(text-too-long 1:59)"
        ),
        DecoderFault(
            "<decoder name=\"a\"><parent>b</parent><prematch>x</prematch></decoder>\n"
                + "<decoder name=\"b\"><prematch>x</prematch></decoder>",
            "unknown-parent 1:27"
        ),
    ]

    @Test("each mistake is told with its place", arguments: cases)
    func mistake(_ fault: DecoderFault) {
        let loading = load(decoders: [fault.text])

        #expect(loading.faults == fault.faults)
    }

    @Test("the mistakes of all decoders and all files are told together")
    func together() {
        let broken = "<decoder name=\"a\"><prematch>a\\q</prematch><bad/></decoder>"
        let malformed = "<decoder name=\"b\"><prematch>a</prematch>"

        let loading = load(
            decoders: [broken + "\n" + broken, malformed],
            rules: ["<group name=\"g\"><rule id=\"2\" level=\"99\"/></group>"]
        )

        #expect(loading.ruleset == nil)
        #expect(
            loading.diagnostics.map(\.file) == ["d1.xml", "d1.xml", "d1.xml", "d1.xml", "d2.xml"]
                + ["r1.xml", "r1.xml", "r1.xml"]
        )
    }

    @Test("a decoder whose parent is wrong itself is not blamed")
    func noCascade() {
        let parent = "<decoder name=\"a\"><prematch>a\\q</prematch></decoder>"
        let child = "<decoder name=\"b\"><parent>a</parent><prematch>b</prematch></decoder>"
        let grandchild = "<decoder name=\"c\"><parent>b</parent><prematch>c</prematch></decoder>"

        #expect(load(decoders: [parent, child]).faults == ["bad-pattern 1:30"])
        #expect(load(decoders: ["<decoder", child]).faults.count == 1)
        #expect(
            load(decoders: [child + "\n" + grandchild]).faults == ["unknown-parent 1:27"]
        )
    }

    @Test("a grandchild is refused with the reason")
    func grandchild() {
        let text = """
            <decoder name="a"><prematch>a</prematch></decoder>
            <decoder name="b"><parent>a</parent><prematch>b</prematch></decoder>
            <decoder name="c"><parent>b</parent><prematch>c</prematch></decoder>
            """

        let loading = load(decoders: [text])

        #expect(loading.faults == ["unknown-parent 3:27"])
        #expect(
            loading.diagnostics.first?.hint
                == "it is a child itself; a decoder tree has two levels"
        )
    }

    @Test("a word near a known one is suggested")
    func suggestion() {
        let loading = load(decoders: ["<decoder name=\"a\"><prematsch>a</prematsch></decoder>"])

        #expect(loading.diagnostics.contains { $0.hint == "did you mean \"prematch\"?" })
    }

    @Test("decoders that name each other as parents are told, each with its parent")
    func circle() {
        let loading = load(
            decoders: [
                """
                <decoder name="a"><parent>b</parent><regex>(x)</regex><order>id</order></decoder>
                <decoder name="b"><parent>c</parent><regex>(x)</regex><order>id</order></decoder>
                <decoder name="c"><parent>a</parent><regex>(x)</regex><order>id</order></decoder>
                <decoder name="d"><parent>a</parent><regex>(x)</regex><order>id</order></decoder>
                """
            ]
        )

        #expect(loading.ruleset == nil)
        #expect(loading.faults == ["circle 1:19", "circle 2:19", "circle 3:19"])
    }
}
