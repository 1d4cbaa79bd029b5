// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Outputs
import Testing

@Suite("JSON as outputs read it")
struct JSONTreeTests {
    @Test(
        "text comes back as it was, in its order",
        arguments: [
            #"{"b":1,"a":[true,false,null,"x\n\"y\\"],"c":{},"d":[]}"#, #""é""#, "-1.5e3", "[]",
        ]
    )
    func same(text: String) {
        #expect(JSONTreeReader.read(Array(text.utf8))?.bytes == Array(text.utf8))
    }

    @Test(
        "what is no JSON is nil",
        arguments: [
            "", "{", "[1,]", #"{"a"}"#, "tru", "1 2", #""\x""#, #""\u12"#, "\"a", "{\"a\":1,}", "+",
            #""\u+123""#, String(repeating: "[", count: 100_000),
        ]
    )
    func bad(text: String) {
        #expect(JSONTreeReader.read(Array(text.utf8)) == nil)
    }

    @Test("pairs of units are one character, halves and bad bytes are marks")
    func surrogates() {
        #expect(JSONTreeReader.read(Array(#""😀""#.utf8)) == "😀")
        #expect(JSONTreeReader.read(Array(#""\ud83dx""#.utf8)) == "\u{FFFD}x")
        #expect(JSONTreeReader.read([0x22, 0xFF, 0x22]) == "\u{FFFD}")
    }

    @Test("paths find members, also those whose names have dots")
    func paths() {
        let tree: JSONTree = ["data": ["a.b": ["c": 5], "x": "y"]]
        #expect(tree.at("data.a.b.c")?.text == "5")
        #expect(tree.at("data.x")?.text == "y")
        #expect(tree.at("data.z") == nil)
    }

    @Test("an alert's time is read with its offset; what is none is nil")
    func time() throws {
        let alert = try Samples.alert(1)
        #expect(alert.time?.nanoseconds == Samples.noon + 123_000_000)
        let line = #"{"timestamp":"9999-99-99T99:99:99.999+9999","rule":{"id":"1","level":99}}"#
        let other = OutputAlert(line: Array(line.utf8))
        #expect(other?.time == nil)
        #expect(other?.level == 16)
    }
}

@Suite("Which alerts an output tells")
struct OutputFilterTests {
    @Test("everything that is given must hold")
    func all() throws {
        let alert = try Samples.alert(1)
        var filter = OutputFilter()
        #expect(filter.passes(alert))
        filter.minimumLevel = 6
        filter.ruleIDs = [31103]
        filter.groups = ["attack"]
        filter.agents = ["watch"]
        #expect(filter.passes(alert))
        filter.agents = ["001"]
        #expect(!filter.passes(alert))
    }

    @Test("each one alone can leave an alert out")
    func each() throws {
        let alert = try Samples.alert(1)
        var filters = [OutputFilter](repeating: OutputFilter(), count: 4)
        filters[0].minimumLevel = 7
        filters[1].ruleIDs = [1]
        filters[2].groups = ["att"]
        filters[3].isForMail = true
        for filter in filters { #expect(!filter.passes(alert)) }
    }
}
