// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns
import Testing

@Suite("A pattern that is written wrongly")
struct PatternErrorTests {
    @Test(
        "os_regex names the construct, its place and the remedy",
        arguments: [
            (
                "\\d(\\w+|x)", PatternError.Code.alternationInGroup, 6,
                "a | inside a group: repeat the whole pattern on both sides of |, "
                    + "or write \\| for a literal one"
            ),
            (
                "a(b(c))", .nestedGroup, 3,
                "a group inside a group: os_regex has one level, "
                    + "write \\( for a literal parenthesis"
            ),
            ("ab(c", .unbalancedGroup, 2, "a ( without its ): write \\( for a literal parenthesis"),
            ("ab)", .unbalancedGroup, 2, "a ) without its (: write \\) for a literal parenthesis"),
            (
                "ab\\", .trailingBackslash, 2,
                "the pattern ends in a backslash: write \\\\ for a literal one"
            ),
            (
                "a\\q", .unknownEscape, 1,
                "unknown escape \\q: os_regex knows \\d \\w \\s \\t \\p \\D \\W \\S \\. "
                    + "and \\ before ( ) \\ $ < |"
            ),
        ]
    )
    func message(pattern: String, code: PatternError.Code, offset: Int, message: String) {
        let error = #expect(throws: PatternError.self) { try OSRegex(pattern) }

        #expect(error == PatternError(code, message: message, offset: offset))
    }

    @Test("every byte that os_regex does not escape is refused, and none traps")
    func escapes() {
        let known = Set("dwstpDWS.()\\$<|".utf8)
        for byte in UInt8.min...UInt8.max {
            let regex = try? OSRegex([UInt8(ascii: "\\"), byte], capturing: true)
            #expect((regex != nil) == known.contains(byte), "byte \(byte)")
        }
    }

    @Test("an expression that PCRE2 refuses tells its words and place")
    func pcre2() {
        let error = #expect(throws: PatternError.self) {
            try PCRE2Expression("ab(c".utf8)
        }

        #expect(error?.code == .invalidExpression)
        #expect(error?.offset == 4)
        #expect(
            error?.message
                == "pcre2 cannot read the expression: missing closing parenthesis"
        )
    }

    @Test(
        "20,480 bytes are a pattern of every kind, one more is none",
        arguments: PatternKind.allCases
    )
    func length(kind: PatternKind) throws {
        let longest = [UInt8](repeating: UInt8(ascii: "a"), count: 20_480)

        let pattern = try Pattern(longest, kind: kind, capturing: false)
        let error = #expect(throws: PatternError.self) {
            try Pattern(longest + [UInt8(ascii: "a")], kind: kind, capturing: false)
        }

        #expect(pattern.matches(longest))
        #expect(error?.code == .tooLong)
    }
}
