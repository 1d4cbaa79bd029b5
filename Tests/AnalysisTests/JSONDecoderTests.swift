// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Testing

@Suite("The JSON decoder")
struct JSONDecoderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let json: String
        let fields: [String]

        init(_ json: String, _ fields: String...) {
            self.json = json
            self.fields = fields
        }

        var testDescription: String { json }
    }

    static let cases: [Case] = [
        // The example of §4.5; the alert parses the array again.
        Case(
            #"{"user":"ann","n":{"a":[1,2],"b":null},"id":7}"#,
            "dstuser=ann",
            "id=7",
            "n.a=[1,2]",
            "n.b=null"
        ),
        Case(
            #"{"a":3.0,"b":1.5,"c":4294967296,"d":-0,"e":2147483647,"f":2147483648}"#,
            "a=3",
            "b=1.500000",
            "c=4294967296.000000",
            "d=0",
            "e=2147483647",
            "f=2147483648.000000"
        ),
        Case(
            #"{"a":-2147483648,"b":1e2,"c":0.0000005,"d":0.0000015,"e":1e400,"f":12345678901}"#,
            "a=-2147483648",
            "b=100",
            "c=0.000000",
            "d=0.000002",
            "e=inf",
            "f=12345678901.000000"
        ),
        Case(
            #"{"a":1e22,"b":-1.0000005,"c":9.9999999,"d":1644409321665613312}"#,
            "a=10000000000000000000000.000000",
            "b=-1.000001",
            "c=10.000000",
            "d=1644409321665613312.000000"
        ),
        Case(
            #"{"docker":{"time":4294967296,"timeNano":1644409321665613123}}"#,
            "docker.time=4294967296",
            "docker.timeNano=1644409321665613123"
        ),
        Case(#"{"a":true,"b":false,"c":null,"d":"","e":{}}"#, "a=true", "b=false", "c=null"),
        Case(
            #"{"a":"x\"\\\/\b\f\n\r\tA\u00e9\ud83d\ude00"}"#,
            "a=x\"\\/\u{8}\u{c}\n\r\tAé😀"
        ),
        Case(
            #"{"a":["x",{"b":[],"c":1.50,"d":{}}],"e":[]}"#,
            #"a=["x",{"b":[],"c":1.5,"d":{}}]"#,
            "e=[]"
        ),
        Case(
            #"{"srcip":"a","SrcIP":"b","systemname":"s","system_name":"t"}"#,
            "srcip=a",
            "system_name=s"
        ),
        Case(#"{"dstuser":"a","user":"b"}"#, "dstuser=a", "user=b"),
        Case(#"{"user":"b","dstuser":"a"}"#, "dstuser=a"),
        Case(#"{"a":1,"A":2,"a":3}"#, "a=1"),
        Case(#"{"a":1,"a.b":2,"c.d":3,"c":4}"#, "a=1", "c.d=3"),
        Case(#"{"a" : 1 } trailing {"#, "a=1"),
        Case(#"{"":1,"b":{"":2}}"#, "=1", "b.=2"),
        // Malformed: no fields at all.
        Case(#"{"a":1,}"#), Case(#"{"a":1"#), Case(#"{"a":"x"#), Case(#"{"a":"\x"}"#),
        Case(#"{"a":"\ud800"}"#), Case(#"{"a":[1,]}"#), Case(#"{"a":nul}"#),
        Case(#"{"a":-}"#), Case(#"{"a" 1}"#), Case(#"{"srcip":"x","a":}"#),
        Case(#"{"a":1-2}"#),
    ]

    @Test("turns leaves into fields named by their path", arguments: cases)
    func fields(_ example: Case) throws {
        var fixture = try Fixture(rules: rule(100, "<decoded_as>json</decoded_as>"))

        #expect(fixture.fields(of: example.json) == example.fields)
        #expect(fixture.inspect(example.json).rule?.id == 100)
    }

    @Test("rules see an array as readable text, not as the alert writes it")
    func arrayText() throws {
        let pattern = #"^\["a", 1.5, {\n\t\t"k":\tnull\n\t}\]$"#
        var fixture = try Fixture(
            rules: rule(100, #"<field name="A" type="pcre2">"# + pattern + "</field>")
        )

        let report = fixture.inspect(#"{"a":["a",1.50,{"k":null}]}"#)

        #expect(report.rule?.id == 100)
        #expect(String(decoding: report.dataJSON, as: UTF8.self) == #"{"a":["a",1.5,{"k":null}]}"#)
    }

    @Test("null may be discarded and arrays joined with commas")
    func options() throws {
        var fixture = try Fixture(
            decoders: """
                <decoder name="json"><prematch>^{</prematch>
                <plugin_decoder>JSON_Decoder</plugin_decoder>
                <json_null_field>discard</json_null_field>
                <json_array_structure>csv</json_array_structure></decoder>
                """,
            rules: rule(100, "<decoded_as>json</decoded_as>")
        )

        let line = #"{"n":null,"a":[1,"x",null,true],"b":[1,{"c":2}],"d":[[1]],"e":[]}"#
        #expect(fixture.fields(of: line) == ["a=1,x,null,true", "b=1,"])
    }

    @Test("nesting of 1000 is read, of 1001 is not, of 100,000 is no trap")
    func depth() throws {
        var fixture = try Fixture(rules: rule(100, "<decoded_as>json</decoded_as>"))
        func nested(_ count: Int) -> String {
            String(repeating: #"{"a":"#, count: count) + "1" + String(repeating: "}", count: count)
        }

        #expect(fixture.inspect(nested(1000)).fields.count == 1)
        #expect(fixture.inspect(nested(1001)).fields.isEmpty)
        #expect(fixture.inspect(nested(100_000)).fields.isEmpty)
        let arrays = #"{"a":"# + String(repeating: "[", count: 100_000)
        #expect(fixture.inspect(arrays).fields.isEmpty)
    }

    @Test("of a million keys 256 are kept and the rest is counted")
    func manyKeys() throws {
        var fixture = try Fixture(rules: rule(100, "<decoded_as>json</decoded_as>"))
        let members = (0..<100_000).map { "\"k\($0)\":\($0)" }.joined(separator: ",")

        let report = fixture.inspect("{" + members + "}")

        #expect(report.fields.count == 256)
        #expect(fixture.engine.counters.droppedFields == 100_000 - 256)
    }
}
