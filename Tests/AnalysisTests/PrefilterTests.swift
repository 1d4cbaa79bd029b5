// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import EventModel
import Patterns
import Testing

/// The cheap tests before rules and decoders, against the exact engines alone.
@Suite("Prefilter")
struct PrefilterTests {
    /// A rule's condition, and the engine that decides it.
    private struct Trial {
        let option: String
        let field: Bool
        let pattern: Pattern
    }

    @Test("the prefilter never loses a match", arguments: [11, 12, 13, 14] as [UInt64])
    func rules(seed: UInt64) throws {
        var generator = Linear(state: seed)
        var trials: [Trial] = []
        for _ in 0..<120 { trials.append(try Self.trial(using: &generator)) }
        let rules = trials.enumerated().map { rule(1000 + $0.offset, $0.element.option) }
        var fixture = try Fixture(rules: rules.joined())
        var hits = 0

        for _ in 0..<1500 {
            let value = Self.subject(using: &generator)
            let log = #"{"f":"\#(value)"}"#
            let expected = trials.firstIndex { trial in
                let subject = [UInt8]((trial.field ? value : log).utf8)
                return trial.pattern.matches(subject.span)
            }
            let found = fixture.inspect(log).rule?.id
            if expected != nil { hits += 1 }

            #expect(found == expected.map { 1000 + $0 }, "seed \(seed): \(log)")
        }
        #expect(hits > 300, "seed \(seed)")
    }

    @Test("the prefilter never loses a decoder", arguments: [21, 22] as [UInt64])
    func decoders(seed: UInt64) throws {
        var generator = Linear(state: seed)
        var patterns: [Pattern] = []
        var text = ""
        for index in 0..<80 {
            let source = Self.regex(using: &generator)
            patterns.append(try Pattern(source.utf8, kind: .osregex, capturing: false))
            text += "<decoder name=\"d\(index)\"><prematch>\(source)</prematch></decoder>"
        }
        var fixture = try Fixture(decoders: text, rules: rule(100, "<match>x</match>"))

        for _ in 0..<1500 {
            let log = Self.subject(using: &generator)
            let subject = [UInt8](log.utf8)
            let expected = patterns.firstIndex { $0.matches(subject.span) }
            let found = fixture.inspect(log).decoder?.name

            #expect(found == expected.map { "d\($0)" }, "seed \(seed): \(log)")
        }
    }

    private static func trial(using generator: inout Linear) throws -> Trial {
        switch generator.below(4) {
        case 0:
            let text = word(using: &generator) + "|" + word(using: &generator)
            let pattern = try Pattern(text.utf8, kind: .osmatch, capturing: false)
            return Trial(option: "<match>\(text)</match>", field: false, pattern: pattern)
        case 1:
            let text = "^" + word(using: &generator)
            let pattern = try Pattern(text.utf8, kind: .osregex, capturing: false)
            return Trial(
                option: "<field name=\"f\">\(text)</field>",
                field: true,
                pattern: pattern
            )
        default:
            let text = regex(using: &generator)
            let pattern = try Pattern(text.utf8, kind: .osregex, capturing: false)
            return Trial(option: "<regex>\(text)</regex>", field: false, pattern: pattern)
        }
    }

    private static func word(using generator: inout Linear) -> String {
        String((0..<2 + generator.below(3)).map { _ in generator.pick("abAB1-") })
    }

    /// An os_regex of literals and classes, anchored or not.
    private static func regex(using generator: inout Linear) -> String {
        let classes = ["\\d", "\\w+", "\\s", "\\S+", "\\.*", "\\w", "\\d*", "\\W"]
        var text = generator.below(3) == 0 ? "^" : ""
        for _ in 0..<2 + generator.below(4) {
            text +=
                generator.below(2) == 0
                ? word(using: &generator) : classes[generator.below(classes.count)]
        }
        return text
    }

    private static func subject(using generator: inout Linear) -> String {
        String((0..<6 + generator.below(24)).map { _ in generator.pick("aabbABx1- ") })
    }
}

/// A generator whose numbers repeat; Knuth's MMIX constants.
private struct Linear {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }

    mutating func pick(_ characters: String) -> Character {
        let all = Array(characters)
        return all[below(all.count)]
    }
}
