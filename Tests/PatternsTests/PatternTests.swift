// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns
import Testing

@Suite("A pattern of any kind")
struct PatternTests {
    @Test(
        "a kind is read from an attribute in any case",
        arguments: [
            ("osregex", PatternKind.osregex), ("OSMatch", .osmatch), ("PCRE2", .pcre2),
            ("", nil), ("pcre", nil), ("osregex ", nil),
        ] as [(String, PatternKind?)]
    )
    func kind(attribute: String, kind: PatternKind?) {
        #expect(PatternKind(attribute: attribute.utf8) == kind)
    }

    @Test("captures of one match are gone after the next", arguments: PatternKind.allCases)
    func captures(kind: PatternKind) throws {
        let regex = try OSRegex("(\\d)(\\d)", capturing: true)
        let next = try Pattern("zz".utf8, kind: kind, capturing: true)
        let subject = Array("x12".utf8)
        var captures = Captures()
        _ = regex.firstMatch(in: subject, captures: &captures)
        #expect(captures.count == 0)

        let adjacent = try OSRegex("(\\d)x(\\d)", capturing: true)
        let other = Array("1x2".utf8)
        #expect(adjacent.firstMatch(in: other, captures: &captures) == 2)
        #expect(captures.texts(of: other) == ["1", "2"])

        #expect(next.firstMatch(in: other, captures: &captures) == nil)

        #expect(captures.count == 0)
        #expect(captures[0] == 0..<0)
        #expect(captures[-1] == 0..<0)
    }

    @Test(
        "the text after a match starts one byte after its result",
        arguments: [(4, 5), (0, 1), (5, 6), (6, 6), (-1, 6)]
    )
    func nextText(result: Int, start: Int) {
        let subject = Array("abcdef".utf8)

        #expect(Pattern.nextText(after: result, in: subject) == start)
    }

    @Test("the groups of the alternative with the most of them count")
    func groupCount() throws {
        #expect(try OSRegex("(a)|(b) (c)|d").groupCount == 2)
        #expect(try OSRegex("\\(a\\)").groupCount == 0)
        #expect(try PCRE2Expression("(a)|(b) (c)".utf8).groupCount == 3)
    }
}
