// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import JagaTesting
import Patterns
import Testing

@Suite("What matching subjects have in common")
struct PatternNecessityTests {
    @Test(
        "texts and first bytes that a pattern needs",
        arguments: [
            ("osregex", "^Failed (\\S+) for", "fF", "failed + for"),
            ("osregex", "^\\d+abc|^x", "0123456789xX", "abc,x"),
            ("osregex", "a\\dbc\\w+(d)e", nil, "a+bc+d+e"),
            ("osregex", "ab\\dc|ab\\d+c|ab\\d(c)", nil, "ab,ab+c,ab+c"),
            ("osregex", "^\\s*abc", nil, "abc"),
            ("osregex", "ab(cd)ef", nil, "ab+cd+ef"),
            ("osregex", "ab|cde", nil, "ab,cde"),
            ("osregex", "\\d\\d", nil, nil),
            ("osregex", "(^ab)", nil, "^ab"),
            ("osregex", "^(a)", "aA", "a"),
            ("osregex", "\\da", nil, nil),
            ("osregex", "", nil, nil),
            ("osmatch", "^Ab|^cd$", "aAcC", "ab,cd"),
            ("osmatch", "ab|c", nil, "ab,c"),
            ("osmatch", "ab|cd$", nil, "ab,cd"),
            ("osmatch", "!ab", nil, nil),
            ("osmatch", "ab|", nil, nil),
            ("pcre2", "^ab", "aA", "ab"),
            ("pcre2", "(?i)^Ab+c|aB?d", nil, "ab+c,a+d"),
            ("pcre2", "(?m)^ab", nil, "ab"),
            ("pcre2", "(?i)(get|set)-item .+ X\\\\y", nil, "-item + x\\y"),
            ("pcre2", "a[^]b]c[[:alpha:]]d[\\]]e", nil, "a+c+d+e"),
            ("pcre2", "x{2}y{0,3}z{1,}\\d\\.", nil, "x+z+."),
            ("pcre2", "ab(?!c(d))e", nil, "ab+e"),
            ("pcre2", "ab|", nil, nil),
            ("pcre2", "\\d+|ab", nil, nil),
            ("pcre2", "(ab)", nil, nil),
            ("pcre2", "a(?x) b", nil, nil),
            ("pcre2", "\\Qab\\E", nil, nil),
            ("pcre2", "\\x41b", nil, nil),
            ("pcre2", "(a)\\1bc", nil, nil),
            ("pcre2", "(*UTF)ab", nil, nil),
            ("pcre2", "ab{,2}c", nil, nil),
        ]
    )
    func table(kind: String, text: String, firstBytes: String?, texts: String?) throws {
        let patternKind = try #require(PatternKind(rawValue: kind))

        let pattern = try Pattern(text.utf8, kind: patternKind, capturing: false)

        let necessity = pattern.necessity
        #expect(necessity.firstBytes == firstBytes.map { Set($0.utf8) })
        let needed = necessity.texts.map { texts in
            texts.map { list in
                list.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "+")
            }
            .joined(separator: ",")
        }
        #expect(needed == texts)
    }

    @Test("no random pattern matches a subject that lacks what it needs")
    func random() throws {
        var generator = SeededGenerator(seed: 7)
        var checked = 0
        for _ in 0..<20_000 {
            let text = RandomPattern(using: &generator).text
            let subject = Self.subject(using: &generator)
            let pattern = try Pattern(text.utf8, kind: .osregex, capturing: true)
            guard pattern.matches(subject.span) else { continue }
            checked += 1

            #expect(Self.has(subject, pattern.necessity), "seed 7: \(text) on \(subject)")
        }
        #expect(checked > 2000)
    }

    @Test(
        "what subjects begin with",
        arguments: [
            ("osregex", "^start$", "start", true), ("osregex", "^start", "start", false),
            ("osregex", "^Start|^stop", "st", false), ("osregex", "^ab\\d$", "ab", false),
            ("osregex", "start$", "", false), ("osregex", "^ab|cd", "", false),
            ("osregex", "^(ab)$", "", false), ("osmatch", "^Ab$", "ab", true),
            ("osmatch", "^ab|^ac$", "a", false), ("osmatch", "ab", "", false),
            ("pcre2", "^ab$", "ab", false), ("pcre2", "^ab*c", "a", false),
            ("pcre2", "ab", "", false), ("pcre2", "(?m)^ab", "", false),
        ]
    )
    func starts(kind: String, text: String, start: String, isWhole: Bool) throws {
        let patternKind = try #require(PatternKind(rawValue: kind))

        let pattern = try Pattern(text.utf8, kind: patternKind, capturing: false)

        let known = pattern.necessity.start
        #expect(String(decoding: known?.text ?? [], as: UTF8.self) == start)
        #expect(known?.isWhole ?? false == isWhole)
    }

    @Test("no random PCRE2 expression matches a subject that lacks what it needs")
    func randomPCRE2() throws {
        var generator = SeededGenerator(seed: 9)
        let items = [
            "a", "b", "A", "c", ".", "\\d", "\\w", "\\.", "[ab]", "[^a]", "[]a]", "(a)", "(?:ab)",
            "(a|b)", "(?!c)", "(?=a)", "\\b", "$",
        ]
        let quantifiers = ["", "", "", "", "?", "*", "+", "{2}", "{0,1}", "+?", "*+", "{1,}"]
        var checked = 0
        for _ in 0..<40_000 {
            var text = ["", "", "(?i)", "(?m)"].randomElement(using: &generator) ?? ""
            if Int.random(in: 0..<3, using: &generator) == 0 { text += "^" }
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                text += items.randomElement(using: &generator) ?? ""
                text += quantifiers.randomElement(using: &generator) ?? ""
                if Int.random(in: 0..<9, using: &generator) == 0 { text += "|" }
            }
            guard let pattern = try? Pattern(text.utf8, kind: .pcre2, capturing: false)
            else { continue }  // A quantifier behind an anchor may be refused.
            let subject = Self.subject(using: &generator)
            guard pattern.matches(subject.span) else { continue }
            checked += 1

            #expect(Self.has(subject, pattern.necessity), "seed 9: \(text) on \(subject)")
        }
        #expect(checked > 5000)
    }

    // The 12,000 cases lie outside of the checkout: see TestData.absence.
    @Test(
        "no recorded pattern matches a subject that lacks what it needs",
        .enabled(if: TestData.bytes("os-regex-cases.tsv") != nil, "test data not found")
    )
    func recorded() throws {
        let file = try #require(TestData.bytes("os-regex-cases.tsv"))
        var checked = 0
        for line in file.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(
                separator: UInt8(ascii: "\t"),
                maxSplits: 3,
                omittingEmptySubsequences: false
            )
            guard parts.count == 4, let kind = Self.kind(parts[0]),
                let pattern = try? Pattern(parts[1], kind: kind, capturing: false)
            else { continue }  // A pattern that is wrong on purpose matches nothing.
            let subject = Array(parts[2])
            guard pattern.matches(subject.span) else { continue }
            checked += 1

            let place = String(decoding: line, as: UTF8.self)
            #expect(Self.has(subject, pattern.necessity), "\(place)")
        }
        #expect(checked > 2000)
    }

    private static func kind(_ word: ArraySlice<UInt8>) -> PatternKind? {
        word.starts(with: "osregex".utf8) ? .osregex : PatternKind(attribute: word)
    }

    private static func has(_ subject: [UInt8], _ necessity: PatternNecessity) -> Bool {
        if let firstBytes = necessity.firstBytes {
            guard let first = subject.first, firstBytes.contains(first) else { return false }
        }
        let lowered = subject.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        if let start = necessity.start {
            guard lowered.starts(with: start.text) else { return false }
            guard !start.isWhole || lowered.count == start.text.count else { return false }
        }
        guard let texts = necessity.texts else { return true }
        return texts.contains { list in
            list.allSatisfy { text in
                lowered.indices.contains { lowered[$0...].starts(with: text) }
            }
        }
    }

    /// Short and of few different bytes, so that patterns often match.
    private static func subject(using generator: inout SeededGenerator) -> [UInt8] {
        let alphabet: [UInt8] = Array("abAB 1:(".utf8) + [0x00, 0xE9]
        return (0..<generator.next(below: 24)).map { _ in
            alphabet[generator.next(below: alphabet.count)]
        }
    }
}
