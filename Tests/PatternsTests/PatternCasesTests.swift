// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Patterns
import Testing

@Suite("Lines of type, pattern and subject")
struct PatternCasesTests {
    // The 12,000 cases lie outside of the checkout: see TestData.absence.
    @Test(
        "all 12,000 random cases give Wazuh's result, byte for byte",
        .enabled(if: TestData.bytes("os-regex-cases.tsv") != nil, "test data not found")
    )
    func oracle() throws {
        let file = try #require(TestData.bytes("os-regex-cases.tsv"))
        let lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        try #require(lines.count == 12_001)

        var wrong: [String] = []
        for line in lines {
            var output: [UInt8] = []
            let expected = Array(line)
            try PatternCases.answer(expected.span, to: &output)
            if output.dropLast() != expected[...] {
                wrong.append(String(decoding: expected + output, as: UTF8.self))
            }
        }

        #expect(wrong.prefix(10) == [])
        #expect(wrong.count == 0)
    }

    @Test(
        "a line is answered with its result",
        arguments: [
            ("osregex\t(\\d+)-(\\d+)\ttel 12-345 x", "match\t7\t[12]\t[345]"),
            ("osregex0\t(\\d+)\ta1b", "match\t1"),
            ("osregex\t\\d\tabc", "nomatch\t-"),
            ("osregex\t\\q\tq", "badpattern\t-"),
            ("osmatch\t^ab\tABC", "match\t-"),
            ("osmatch\tx\t", "nomatch\t-"),
            ("osregex\t\\s*\tabc", "match\t-1"),
        ]
    )
    func answers(line: String, outcome: String) throws {
        var output: [UInt8] = []

        try PatternCases.answer(Array(line.utf8).span, to: &output)

        #expect(String(decoding: output, as: UTF8.self) == "\(line)\t\(outcome)\n")
    }

    @Test("a comment passes unchanged")
    func comment() throws {
        var output: [UInt8] = []

        try PatternCases.answer(Array("# type\tpattern".utf8).span, to: &output)

        #expect(String(decoding: output, as: UTF8.self) == "# type\tpattern\n")
    }

    @Test(
        "a line that is no case is refused and writes nothing",
        arguments: [
            ("", "1 columns: give type, pattern and subject, separated by tabs"),
            ("osregex\ta", "2 columns: give type, pattern and subject, separated by tabs"),
            ("glob\ta\tb", "unknown type \"glob\": use osregex, osregex0 or osmatch"),
        ]
    )
    func refused(line: String, message: String) {
        var output: [UInt8] = []

        let error = #expect(throws: PatternCases.LineError.self) {
            try PatternCases.answer(Array(line.utf8).span, to: &output)
        }

        #expect(error?.message == message)
        #expect(output == [])
    }
}
