// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Patterns
import Testing

@Suite("Subjects made to hurt")
struct HostileSubjectTests {
    private static let longest = 65_536

    private func run(of text: String) -> [UInt8] {
        let piece = Array(text.utf8)
        return (0..<Self.longest).map { piece[$0 % piece.count] }
    }

    @Test(
        "os_regex ends early on what would take quadratic time or worse, and counts it",
        arguments: [#"a\w+!"#, #"\w+a\w+a\w+a\w+a\w+!"#]
    )
    func stepLimit(pattern: String) throws {
        let regex = try OSRegex(pattern)
        let subject = run(of: "a") + [0x20]

        #expect(regex.result(subject) == nil)

        #expect(regex.limitHits == 1)
    }

    @Test("a match within the step limit is not counted")
    func noLimitHit() throws {
        let regex = try OSRegex(#"\w+a\w+a\w+a\w+a\w+!"#)

        #expect(regex.result("a!") == nil)
        #expect(regex.result("1a1a1a1a1!") == 9)

        #expect(regex.limitHits == 0)
    }

    @Test("os_regex restarts at every byte of a 2,000-byte line without being cut")
    func longLine() throws {
        let regex = try OSRegex("a\\w+!")
        let subject = [UInt8](repeating: UInt8(ascii: "a"), count: 2_000) + Array(" a1!".utf8)

        #expect(regex.result(subject) == 2_003)
        #expect(regex.limitHits == 0)
    }

    @Test("os_regex finds what stands at the end of 64 KB")
    func linear() throws {
        let subject = run(of: "lorem ipsum ") + Array("user=root".utf8)
        let regex = try OSRegex("user=(\\S+)")
        var captures = Captures()

        #expect(regex.firstMatch(in: subject, captures: &captures) == 65_541)

        #expect(captures.texts(of: subject) == ["root"])
    }

    @Test("PCRE2 gives up on catastrophic backtracking, and counts it")
    func catastrophe() throws {
        let expression = try PCRE2Expression("(a+)+$".utf8)
        let subject = [UInt8](repeating: UInt8(ascii: "a"), count: 100) + [UInt8(ascii: "!")]

        #expect(!expression.matches(subject))

        #expect(expression.limitHits == 1)
        #expect(expression.matches(Array("xaaa".utf8)))
        #expect(expression.limitHits == 1)
    }

    @Test("PCRE2 goes on in the interpreter when compiled code lacks stack")
    func deepStack() throws {
        let expression = try PCRE2Expression("^(?:(a)|b)*$".utf8)
        let subject = Array(run(of: "ab").prefix(10_000))

        #expect(expression.matches(subject))

        #expect(expression.limitHits == 0)
    }

    @Test(
        "PCRE2 ends within its steps on 64 KB, whatever the expression",
        arguments: [
            "(a+)+$", "(a|a)*[!?]", "(.*a){20}[!?]", "\\w+[!?]", "[a!]*\\d++[!?]", "(a*)*\\1[bc]",
            "(?:a++b?)*[bc]|\\w+[!?]", "^(([a-z])+.)+[A-Z]([a-z])+$",
        ]
    )
    func boundedExpression(pattern: String) throws {
        let expression = try PCRE2Expression(pattern.utf8)
        var meter = MatchMeter()

        let subject = run(of: "a") + [0x3B]
        #expect(!expression.matches(subject.span, meter: &meter))

        #expect(meter.takeCut() == .ownLimit)
        #expect(expression.limitHits == 1)
    }

    @Test("PCRE2 gives the same captures when its work is counted")
    func countedCaptures() throws {
        let expression = try PCRE2Expression("user=(\\S+) from (?:(x)|(\\d+))$".utf8)
        let subject = run(of: "user= ") + Array("user=root from 12".utf8)
        var captures = Captures()

        #expect(expression.firstMatch(in: subject.span, captures: &captures) == subject.count - 1)

        #expect(captures.texts(of: subject) == ["root", "", "12"])
    }

    @Test("what others have spent is not a pattern's fault")
    func starved() throws {
        let costly = try PCRE2Expression("(a+)+$".utf8)
        var meter = MatchMeter()
        let subject = run(of: "a") + [0x21]
        #expect(!costly.matches(subject.span, meter: &meter))
        _ = meter.takeCut()

        #expect(!costly.matches(subject.span, meter: &meter))

        #expect(meter.takeCut() == .eventLimit)
        meter.begin()
        #expect(!costly.matches(subject.span, meter: &meter))
        #expect(meter.takeCut() == .ownLimit)
    }

    @Test("NUL and bytes that are no UTF-8 are bytes like others")
    func anyByte() throws {
        let subject: [UInt8] = [0xFF, 0x00, 0xC3, 0x41, 0x00, 0x42, 0xFE]
        var captures = Captures()

        let regex = try OSRegex([0x00, 0x28, 0x5C, 0x2E, 0x29, 0x61] as [UInt8], capturing: true)
        #expect(regex.firstMatch(in: subject, captures: &captures) == 3)
        #expect(captures[0] == 2..<3)
        #expect(OSMatch([0xC3, 0x61, 0x00] as [UInt8]).matches(subject))
        #expect(OSMatch([0xFE, 0x24] as [UInt8]).matches(subject))
        let expression = try PCRE2Expression("\\x00(.)A".utf8)
        #expect(expression.firstMatch(in: subject, captures: &captures) == 3)
        #expect(captures[0] == 2..<3)
    }

    @Test("an empty subject is a subject for every kind")
    func emptySubject() throws {
        let nothing: [UInt8] = []
        for kind in PatternKind.allCases {
            #expect(try Pattern("^$".utf8, kind: kind, capturing: true).matches(nothing))
            #expect(try !Pattern("a".utf8, kind: kind, capturing: true).matches(nothing))
        }
    }

    @Test("random bytes as patterns neither trap nor hang")
    func randomPatterns() {
        var generator = SeededGenerator(seed: 20_480)
        let alphabet = Array("\\\\\\dwstpDWS.()()|^$+*<a b".utf8) + [0x00, 0xFF]
        var compiled = 0
        for _ in 0..<20_000 {
            let pattern = (0..<generator.next(below: 12)).map { _ in
                alphabet[generator.next(below: alphabet.count)]
            }
            let subject = (0..<generator.next(below: 20)).map { _ in
                alphabet[generator.next(below: alphabet.count)]
            }
            var captures = Captures()
            for kind in PatternKind.allCases {
                guard let pattern = try? Pattern(pattern, kind: kind, capturing: true) else {
                    continue
                }
                compiled += 1
                let result = pattern.firstMatch(in: subject, captures: &captures)
                #expect((result != nil) == pattern.matches(subject))
                for index in 0..<captures.count {
                    #expect(captures[index].upperBound <= subject.count)
                }
            }
        }
        #expect(compiled > 30_000)
    }
}
