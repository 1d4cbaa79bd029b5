// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns
import Synchronization
import Testing

@Suite("PCRE2")
struct PCRE2ExpressionTests {
    @Test(
        "the result is the last byte of the match, the captures go to the last that took part",
        arguments: [
            ("b+", "abbbc", 3, []),
            ("", "abc", -1, []),
            ("x*", "abc", -1, []),
            ("(a)(b)?", "ac", 0, ["a"]),
            ("(b)?(c)", "ac", 1, ["", "c"]),
            ("(?<user>\\w+)@(?<host>\\w+)", "to me@x now", 6, ["me", "x"]),
            ("$", "abc", 2, []),
        ] as [(String, String, Int, [String])]
    )
    func result(pattern: String, subject: String, result: Int, texts: [String]) throws {
        let expression = try PCRE2Expression(pattern.utf8)
        let subject = Array(subject.utf8)
        var captures = Captures()

        #expect(expression.firstMatch(in: subject, captures: &captures) == result)

        #expect(captures.texts(of: subject) == texts)
    }

    @Test("a dot is one byte, not one character")
    func bytes() throws {
        let subject = Array("\u{E9}".utf8)

        #expect(try PCRE2Expression("^..$".utf8).matches(subject))
        #expect(try !PCRE2Expression("^.$".utf8).matches(subject))
    }

    @Test("threads share an expression")
    func threads() async throws {
        let expression = try PCRE2Expression("(\\d+)-(\\d+)".utf8)

        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    var captures = Captures()
                    var wrong = 0
                    for number in 0..<2_000 {
                        let subject = Array("x \(task)-\(number) y".utf8)
                        _ = expression.firstMatch(in: subject, captures: &captures)
                        if captures.texts(of: subject) != ["\(task)", "\(number)"] { wrong += 1 }
                    }
                    return wrong
                }
            }
            return await group.reduce(0, +)
        }

        #expect(wrong == 0)
        #expect(expression.limitHits == 0)
    }
}
