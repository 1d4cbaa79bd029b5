// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset
import Testing

@Suite("The tree of decoders")
struct DecoderTreeTests {
    @Test("decoders with a program name are apart from those without, in load order")
    func lists() throws {
        let text = """
            <decoder name="a"><prematch>a</prematch></decoder>
            <decoder name="b"><program_name>b</program_name></decoder>
            <decoder name="c"><program_name></program_name></decoder>
            <decoder name="d"><prematch>d</prematch></decoder>
            """

        let ruleset = try #require(load(decoders: [text]).ruleset)

        #expect(ruleset.plainDecoders == [0, 3])
        #expect(ruleset.programDecoders == [1, 2])
    }

    @Test("a child goes under every top-level decoder of the name so far")
    func sharedParents() throws {
        let text = """
            <decoder name="a"><prematch>1</prematch></decoder>
            <decoder name="a"><program_name>2</program_name></decoder>
            <decoder name="x"><parent>a</parent><prematch>x</prematch></decoder>
            <decoder name="a"><prematch>3</prematch></decoder>
            <decoder name="y"><parent>a</parent><prematch>y</prematch></decoder>
            """

        let ruleset = try #require(load(decoders: [text]).ruleset)

        #expect(ruleset.childOutline(of: 0) == "2 4")
        #expect(ruleset.childOutline(of: 1) == "2 4")
        #expect(ruleset.childOutline(of: 3) == "4")
    }

    @Test("siblings of one name form a chain")
    func chain() throws {
        let text = """
            <decoder name="a"><prematch>a</prematch></decoder>
            <decoder name="x"><parent>a</parent><regex>(1)</regex><order>id</order></decoder>
            <decoder name="y"><parent>a</parent><regex>(2)</regex><order>id</order></decoder>
            <decoder name="x"><parent>a</parent><regex offset="after_regex">(3)</regex>\
            <order>id</order></decoder>
            """

        let ruleset = try #require(load(decoders: [text]).ruleset)

        #expect(ruleset.childOutline(of: 0) == "1+ 2 3")
    }

    static let brokenChains = [
        "<prematch>b</prematch><regex>(b)</regex><order>id</order>",
        "<regex>(b)</regex><order>id</order><fts>id</fts>",
        "<prematch>b</prematch>",
    ]

    @Test("a later sibling of one name must only extract", arguments: brokenChains)
    func brokenChain(_ options: String) {
        let text = """
            <decoder name="a"><prematch>a</prematch></decoder>
            <decoder name="x"><parent>a</parent><regex>(1)</regex><order>id</order></decoder>
            <decoder name="x"><parent>a</parent>\(options)</decoder>
            """

        #expect(load(decoders: [text]).faults == ["bad-sibling 3:1"])
    }

    @Test("after_regex needs a sibling of the name that searched")
    func afterRegex() {
        let text = """
            <decoder name="a"><prematch>a</prematch></decoder>
            <decoder name="y"><parent>a</parent><regex>(1)</regex><order>id</order></decoder>
            <decoder name="x"><parent>a</parent><regex offset="after_regex">(1)</regex>\
            <order>id</order></decoder>
            """

        #expect(load(decoders: [text]).faults == ["bad-offset 3:44"])
    }

    @Test("a child has its parent's name unless it uses its own")
    func names() throws {
        let text = """
            <decoder name="a"><prematch>a</prematch></decoder>
            <decoder name="x"><parent>a</parent><prematch>x</prematch></decoder>
            <decoder name="y"><parent>a</parent><prematch>y</prematch>\
            <use_own_name>true</use_own_name></decoder>
            """

        let ruleset = try #require(load(decoders: [text]).ruleset)

        #expect(ruleset.decoders.map(\.name) == ["a", "a", "y"])
        #expect(ruleset.decoders.map(\.parentName) == [nil, "a", "a"])
        #expect(ruleset.decoders[0].nameID == ruleset.decoders[1].nameID)
        #expect(ruleset.decoderNames[ruleset.decoders[2].nameID] == "y")
        #expect(ruleset.decoderNames[0].isEmpty)
    }

    @Test("order names static and dynamic fields, as Wazuh cuts them")
    func order() throws {
        let text = """
            <decoder name="a"><prematch>a</prematch><regex>(1)</regex>
            <order> srcip,user,  win.id rest,a\\,b,SrcIP</order></decoder>
            """

        let ruleset = try #require(load(decoders: [text]).ruleset)

        guard case .regex(_, .log, let order) = ruleset.decoders[0].extraction else {
            Issue.record("no regex")
            return
        }
        #expect(
            order == [
                .fixed(.srcip), .fixed(.dstuser),
                .dynamic(FieldName(index: 0), name: "win.id"),
                .dynamic(FieldName(index: 1), name: "a,b"),
                .dynamic(FieldName(index: 2), name: "SrcIP"),
            ]
        )
    }

    @Test("every option of a decoder reaches the compiled one")
    func options() throws {
        let text = """
            <decoder name="a"><program_name>^p</program_name></decoder>
            <decoder name="b" status="on"><parent>a</parent>
            <prematch offset="after_parent" type="pcre2">x</prematch>
            <regex offset="after_prematch">(1)</regex><order>kind, srcip</order>
            <fts>kind, name, location, user, extra_data</fts><ftscomment>first</ftscomment>
            <accumulate/><type>web-log</type></decoder>
            <decoder name="c"><parent>a</parent><prematch>c</prematch>
            <plugin_decoder offset="after_prematch">JSON_Decoder</plugin_decoder>
            <json_null_field>discard</json_null_field>
            <json_array_structure>csv</json_array_structure></decoder>
            """

        let ruleset = try #require(load(decoders: [text]).ruleset)

        let child = ruleset.decoders[1]
        #expect(child.prematch?.isAfterParent == true)
        #expect(child.prematch?.pattern.kind == .pcre2)
        #expect(child.category == .webLog)
        #expect(child.accumulates)
        #expect(child.firstTimeSeenComment == "first")
        #expect(child.firstTimeSeen?.fixed == [.dstuser, .data])
        #expect(child.firstTimeSeen?.includesLocation == true)
        #expect(child.firstTimeSeen?.dynamic == [FieldName(index: 0)])
        let json = ruleset.decoders[2]
        #expect(json.json.discardsNull && json.json.joinsArrays)
        guard case .plugin(.json, .afterPrematch) = json.extraction else {
            Issue.record("no plugin")
            return
        }
    }
}
