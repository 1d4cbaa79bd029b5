// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Testing

@Suite("Labels of agents")
struct AgentLabelsTests {
    private static func json(_ pairs: [(String, String)]) -> String {
        var output: [UInt8] = []
        AgentLabels(pairs.map { .init(key: $0.0, value: $0.1) }).appendJSON(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test("dots make objects in objects, and of two with one name the later one counts")
    func nesting() {
        #expect(
            Self.json([("a.b", "1"), ("c", "2"), ("a.d.e", "3"), ("c", "4")])
                == #"{"a":{"b":"1","d":{"e":"3"}},"c":"4"}"#
        )
    }

    @Test("a text in the way of an object gives way, and the other way round")
    func conflicts() {
        #expect(Self.json([("a", "1"), ("a.b", "2")]) == #"{"a":{"b":"2"}}"#)
        #expect(Self.json([("a.b", "1"), ("a", "2")]) == #"{"a":"2"}"#)
        #expect(Self.json([("...", "1")]) == "{}")
    }

    @Test("names of the system, long ones and too many are left out")
    func bounds() {
        let long = String(repeating: "x", count: 1_025)
        #expect(Self.json([("_ip", "1"), ("", "2"), (long, "3"), ("a", long)]) == "{}")
        let many = (0..<100).map { AgentLabels.Label(key: "k\($0)", value: "v") }
        #expect(AgentLabels(many).labels.count == 64)
    }
}
