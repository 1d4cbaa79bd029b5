// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Patterns
import Testing

@Suite("os_regex against its specification")
struct OSRegexPropertyTests {
    @Test(
        "a random pattern gives what the transcribed algorithm gives",
        arguments: [1, 2, 3, 4] as [UInt64]
    )
    func transcript(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var matchCount = 0

        for _ in 0..<5_000 {
            let pattern = RandomPattern(using: &generator)
            let subject = Self.subject(using: &generator)
            let capturing = generator.next(below: 2) == 0
            var transcript = OSRegexTranscript(
                begin: pattern.begin,
                end: pattern.end,
                tokens: pattern.tokens,
                capturing: capturing
            )
            let expected = transcript.match(subject)

            let regex = try OSRegex(pattern.text, capturing: capturing)
            var captures = Captures()
            let result = regex.firstMatch(in: subject, captures: &captures)

            let context: Comment = "seed \(seed): \(pattern.text) on \(subject)"
            #expect(result == expected, context)
            #expect(regex.result(subject) == expected, context)
            guard expected != nil else { continue }
            matchCount += 1
            let ranges = (0..<captures.count).map { captures[$0] }
            #expect(ranges == transcript.captures, context)
        }

        #expect(matchCount > 500)
    }

    /// Short and of few different bytes, so that patterns often match.
    private static func subject(using generator: inout SeededGenerator) -> [UInt8] {
        let alphabet: [UInt8] = Array("abAB 1:(".utf8) + [0x00, 0xE9]
        return (0..<generator.next(below: 24)).map { _ in
            alphabet[generator.next(below: alphabet.count)]
        }
    }
}
