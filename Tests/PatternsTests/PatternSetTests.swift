// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Patterns
import Testing

/// A set of patterns against each of them alone.
@Suite("Pattern sets")
struct PatternSetTests {
    private static func answers(_ patterns: [Pattern], on subject: [UInt8]) -> [Bool] {
        let set = PatternSet(patterns)
        var scratch = Captures()
        var meter = MatchMeter()
        return patterns.indices.map {
            set.matches($0, subject.span, scratch: &scratch, meter: &meter)
        }
    }

    @Test(
        "an os_regex of literals at the beginning matches what begins with them, or is them",
        arguments: [
            ("^start$", "start", true), ("^start$", "STArt", true), ("^start$", "starts", false),
            ("^start$", "star", false), ("^start$", "", false), ("^start$", " start", false),
            ("^start", "start", true), ("^start", "Started", true), ("^start", "star", false),
            ("^start", "restart", false), ("^a_b$", "a_b", true), ("^a_b$", "a\u{7F}b", false),
            ("^a[b$", "A[b", true), ("^a[b$", "a{b", false), ("^é$", "é", true),
            ("^é$", "É", false),
            ("^exec: ", "exec: sh", true), ("^exec: ", "exec:", false), ("^a\\$$", "a$", true),
            ("^a|^b", "b", true), ("^ab|^c$", "cd", false),
        ]
    )
    func words(text: String, subject: String, expected: Bool) throws {
        let pattern = try Pattern(Array(text.utf8), kind: .osregex, capturing: false)

        #expect(Self.answers([pattern], on: Array(subject.utf8)) == [expected])
        #expect(pattern.matches(Array(subject.utf8).span) == expected)
    }

    @Test("random literals give what the scan gives", arguments: 1...4 as ClosedRange<UInt64>)
    func literals(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters = Array("abAZ09 _[{:/".utf8) + [0x00, 0xE9]
        var matchCount = 0

        for _ in 0..<4_000 {
            let word = (0..<1 + random.next(below: 12)).map { _ in random.one(of: letters) }
            let text = [UInt8(ascii: "^")] + word + (random.once(in: 2) ? [UInt8(ascii: "$")] : [])
            guard let pattern = try? Pattern(text, kind: .osregex, capturing: random.once(in: 2))
            else { continue }
            var subject = word
            switch random.next(below: 6) {
            case 0: subject.append(random.one(of: letters))
            case 1: subject.removeLast()
            case 2: subject[random.next(below: subject.count)] = random.one(of: letters)
            case 3: subject = subject.map { $0 &- 0x61 < 26 ? $0 & 0xDF : $0 | 0x20 }
            case 4: subject.insert(random.one(of: letters), at: 0)
            default: break
            }

            let expected = pattern.matches(subject.span)

            #expect(
                Self.answers([pattern], on: subject) == [expected],
                "seed \(seed): \(text) on \(subject)"
            )
            if expected { matchCount += 1 }
        }

        #expect(matchCount > 500, "seed \(seed)")
    }

    @Test("random patterns give what each gives alone", arguments: 1...4 as ClosedRange<UInt64>)
    func generated(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes: [UInt8] = Array("abAB 1:(".utf8) + [0x00, 0xE9]

        for _ in 0..<500 {
            let patterns = try (0..<6).map { _ in
                let text = RandomPattern(using: &random).text
                return try Pattern(Array(text.utf8), kind: .osregex, capturing: random.once(in: 2))
            }
            let subject = (0..<random.next(below: 24)).map { _ in random.one(of: bytes) }

            let expected = patterns.map { $0.matches(subject.span) }

            #expect(Self.answers(patterns, on: subject) == expected, "seed \(seed)")
        }
    }
}
