// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Testing

/// The quirks of analysis-engine.md, §4.3 and appendix C, that decoders have.
@Suite("Decoders")
struct DecoderQuirkTests {
    private static let any = rule(100, "<match>never</match>")

    /// Decoder and fields of a line: `NAME a=1 b=2`, `-` for no decoder.
    private func decode(_ decoders: String, _ line: String) throws -> String {
        var fixture = try Fixture(decoders: decoders, rules: Self.any)
        let report = fixture.inspect(line)
        let fields = report.fields.map {
            String(decoding: $0.name + [UInt8(ascii: "=")] + $0.value, as: UTF8.self)
        }
        let parent = report.decoder?.parent.map { "<\($0)" } ?? ""
        return ([(report.decoder?.name ?? "-") + parent] + fields).joined(separator: " ")
    }

    private static func top(_ name: String, _ options: String) -> String {
        #"<decoder name="\#(name)">\#(options)</decoder>"#
    }

    private static func child(_ name: String, _ options: String) -> String {
        #"<decoder name="\#(name)"><parent>p</parent>\#(options)</decoder>"#
    }

    private static func regex(_ pattern: String, _ order: String, _ offset: String = "") -> String {
        let attribute = offset.isEmpty ? "" : #" offset="\#(offset)""#
        return "<regex\(attribute)>\(pattern)</regex><order>\(order)</order>"
    }

    @Test("a program name keeps decoders without one away, and the other way round")
    func programNames() throws {
        let decoders =
            Self.top("plain", "<prematch>x</prematch>")
            + Self.top("named", "<program_name>app</program_name>")

        #expect(try decode(decoders, "Feb  1 10:00:00 h app: x") == "named")
        #expect(try decode(decoders, "Feb  1 10:00:00 h other: x") == "-")
        #expect(try decode(decoders, "x") == "plain")
    }

    @Test("a parent with children never runs its own regex")
    func parentRegex() throws {
        let parent = Self.top("p", "<prematch>^a</prematch>" + Self.regex("(\\w+)", "id"))
        let child = Self.child("c", "<prematch>zzz</prematch>" + Self.regex("(\\w+)", "url"))

        #expect(try decode(parent, "ab") == "p id=ab")
        #expect(try decode(parent + child, "ab") == "p")
    }

    @Test("a child without prematch shows its parent, the first of them wins")
    func childWithoutPrematch() throws {
        let decoders =
            Self.top("p", "<prematch>^a</prematch>") + Self.child("c", Self.regex("=(\\d+)", "id"))
            + Self.child("d", Self.regex("(\\w+)", "url"))

        #expect(try decode(decoders, "a=1") == "p id=1")
        #expect(try decode(decoders, "a=x") == "p")
    }

    @Test("a child with prematch takes the event over under its parent's name")
    func childWithPrematch() throws {
        let regex = Self.regex("^(\\w+)", "id", "after_prematch")
        let decoders =
            Self.top("p", "<prematch>^a </prematch>")
            + Self.child("c", #"<prematch offset="after_parent">^b </prematch>"# + regex)
            + Self.child(
                "own",
                #"<use_own_name>true</use_own_name><prematch offset="after_parent">^c </prematch>"#
                    + regex
            )

        #expect(try decode(decoders, "a b one") == "p<p id=one")
        #expect(try decode(decoders, "a c two") == "own<p id=two")
        #expect(try decode(decoders, "a d two") == "p")
    }

    @Test("siblings of one name extract one after the other, a failing one is passed")
    func chain() throws {
        let decoders =
            Self.top("p", "<prematch>^a </prematch>")
            + Self.child("c", Self.regex("x=(\\d+)", "id", "after_parent"))
            + Self.child("c", Self.regex("y=(\\d+)", "url", "after_regex"))
            + Self.child("c", Self.regex("z=(\\d+)", "status", "after_regex"))

        #expect(try decode(decoders, "a x=1 y=2 z=3") == "p id=1 status=3 url=2")
        #expect(try decode(decoders, "a x=1 z=3") == "p id=1 status=3")
        // The second looks behind the first only.
        #expect(try decode(decoders, "a y=2 x=1 z=3") == "p id=1 status=3")
    }

    @Test("a chain goes by the order of siblings: A, B, A ends at B")
    func brokenChain() throws {
        let decoders =
            Self.top("p", "<prematch>^a </prematch>")
            + Self.child("c", Self.regex("x=(\\d+)", "id"))
            + Self.child("d", Self.regex("y=(\\d+)", "url"))
            + Self.child("c", Self.regex("z=(\\d+)", "status"))

        #expect(try decode(decoders, "a x=1 y=2 z=3") == "p id=1 url=2")
    }

    @Test("the text behind a match starts one byte after its result offset")
    func textAfter() throws {
        // The prematch ends in a run: the byte that stopped it is lost.
        let decoders = Self.top(
            "p",
            #"<prematch>^foo:\s+</prematch>"# + Self.regex("^(\\w+)", "id", "after_prematch")
        )

        #expect(try decode(decoders, "foo: bar") == "p id=ar")
    }

    @Test("a match before the text leaves nothing behind it")
    func resultBeforeText() throws {
        let decoders = Self.top(
            "p",
            #"<prematch>^\s*</prematch>"# + Self.regex("(\\w+)", "id", "after_prematch")
        )

        #expect(try decode(decoders, "abc") == "p")
    }

    @Test("captures beyond the order are dropped, missing ones leave fields unset")
    func captures() throws {
        let pattern = #"<regex type="pcre2">(\d)(\w)(x)?(y)?</regex><order>id, a.b, url</order>"#
        let decoders = Self.top("p", "<prematch>.</prematch>" + pattern)

        #expect(try decode(decoders, "1b.") == "p id=1 a.b=b")
        #expect(try decode(decoders, "1by.") == "p id=1 url= a.b=b")
    }

    @Test("a child does not take its parent's type")
    func type() throws {
        let decoders =
            Self.top("p", "<prematch>^a</prematch><type>web-log</type>")
            + Self.child("c", "<prematch>b</prematch>" + Self.regex("(b)", "id"))
        let rules =
            rule(100, "<category>web-log</category><match>a</match>")
            + rule(101, "<category>syslog</category><match>a</match>")
        var fixture = try Fixture(decoders: decoders, rules: rules)

        #expect(fixture.rules(of: ["a", "ab"]) == "100 101")
    }

    @Test("the accumulator completes events of one id from earlier ones")
    func accumulator() throws {
        let regex = #"^(\S+) (\S*) (\S*)$"#
        let decoders = Self.top(
            "p",
            "<prematch>.</prematch>" + Self.regex(regex, "id,srcip,dstuser") + "<accumulate />"
        )
        var fixture = try Fixture(decoders: decoders, rules: Self.any)

        #expect(fixture.fields(of: "7. 10.0.0.1 ") == ["srcip=10.0.0.1", "id=7."])
        fixture.now += 120
        let second = fixture.fields(of: "7.  ann")
        #expect(second == ["srcip=10.0.0.1", "dstuser=ann", "id=7."])
        #expect(fixture.fields(of: "8.  ann") == ["srcip=", "dstuser=ann", "id=8."])
        fixture.now += 121
        #expect(fixture.fields(of: "7.  ann") == ["srcip=", "dstuser=ann", "id=7."])
    }

    @Test("packet filter, Symantec and SonicWall plug-ins")
    func plugins() throws {
        func plugin(_ name: String) -> String {
            Self.top(
                "p",
                "<prematch>.</prematch><plugin_decoder>\(name)</plugin_decoder>"
            )
        }

        let filter = "rule 0/(match) block in on em0: 10.0.0.1.99 > 10.0.0.2.80: udp 30"
        #expect(
            try decode(plugin("PF_Decoder"), filter)
                == "p protocol=UDP action=block srcip=10.0.0.1 srcport=99 dstip=10.0.0.2 "
                + "dstport=80"
        )
        #expect(
            try decode(plugin("SymantecWS_Decoder"), "1.,3=1,2=1,10=ann,11=10.0.0.1,60=http://x/")
                == "p srcip=10.0.0.1 dstuser=ann id=2=1,10=an url=http://x/"
        )
        let wall =
            "sn=1. pri=6 c=16 m=37 msg=x src=10.0.0.1:99:WAN dst=10.0.0.2:80:LAN proto=tcp/http"
        #expect(
            try decode(plugin("SonicWall_Decoder"), wall)
                == "p protocol=tcp/http action=drop srcip=10.0.0.1 srcport=99 dstip=10.0.0.2 "
                + "dstport=80 id=37 status=6"
        )
    }

    @Test("an alert of another server keeps its rule, place and addresses")
    func foreignAlert() throws {
        let decoders = Self.top(
            "ossec-alert",
            "<program_name>ossec</program_name><plugin_decoder>OSSECAlert_Decoder</plugin_decoder>"
        )
        var fixture = try Fixture(decoders: decoders, rules: Self.any)
        let line =
            "Feb  1 10:00:00 h ossec: Alert Level: 3; Rule: 100 - x; Location: far->/log; "
            + "srcip: 1.2.3.4; user: ann; the log"

        let alert = try #require(fixture.alerts(of: [line]).first)

        #expect(alert.contains(#""id":"100""#))
        #expect(alert.contains(#""data":{"srcip":"1.2.3.4","dstuser":"ann"}"#))
        #expect(alert.hasSuffix(#""location":"/var/log/app.log|far->/log"}"#))
    }
}
