// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import OSXML
import Testing

@Suite("The limits of a file")
struct OSXMLLimitTests {
    private func parse(_ text: String) throws(OSXMLError) -> OSXMLDocument {
        try OSXMLDocument.parse(Array(text.utf8), variables: true)
    }

    private func nested(_ depth: Int) -> String {
        String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }

    @Test("1,024 levels are read, one more is not")
    func depth() throws {
        #expect(try parse(nested(1_024)).roots.count == 1)

        let error = #expect(throws: OSXMLError.self) { try parse(nested(1_025)) }

        #expect(error?.code == .tooDeep)
        #expect(error?.position == SourcePosition(line: 1, column: 3_073))
    }

    @Test("100,000 levels end at the first too many")
    func manyLevels() {
        let error = #expect(throws: OSXMLError.self) { try parse(nested(100_000)) }

        #expect(error?.code == .tooDeep)
    }

    @Test(
        "20,480 bytes of name, text and value are read, one more is not",
        arguments: [("<", " />"), ("<a>", "</a>"), ("<a x='", "'/>"), ("<a ", "='1'/>")]
    )
    func length(before: String, after: String) throws {
        let longest = String(repeating: "x", count: 20_480)
        #expect(try parse(before + longest + after).roots.count == 1)

        let error = #expect(throws: OSXMLError.self) { try parse(before + longest + "x" + after) }

        #expect(error?.code == .tooLong)
    }

    @Test("text outside of elements, and comments, have no limit")
    func ignoredText() throws {
        let filler = String(repeating: "x", count: 100_000)

        #expect(try parse("\(filler)<a/><!-- \(filler) -->").roots.count == 1)
    }

    @Test("48 attributes are read, one more is not")
    func attributes() throws {
        let attributes = (1...48).map { "x\($0)='\($0)'" }.joined(separator: " ")
        #expect(try parse("<a \(attributes)/>").roots[0].attributes.count == 48)

        let error = #expect(throws: OSXMLError.self) { try parse("<a \(attributes) y='1'/>") }

        #expect(error?.code == .tooManyAttributes)
    }

    @Test("variables do not let a small file grow without end")
    func growth() {
        let value = String(repeating: "x", count: 10_000)
        let uses = String(repeating: "$v|", count: 6_000)

        let error = #expect(throws: OSXMLError.self) {
            try parse("<var name='v'>\(value)</var><a>\(uses)</a>")
        }

        #expect(error?.code == .tooLong)
    }
}
