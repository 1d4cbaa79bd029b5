// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns
import Testing

@Suite("The worked examples of the specification")
struct ExampleTests {
    @Test("there are all 138 of them")
    func count() {
        #expect(Example.all.map(\.number) == Array(1...138))
    }

    @Test("an example gives what Wazuh gives", arguments: Example.all)
    func outcome(_ example: Example) {
        let pattern = Array(example.pattern.utf8)
        let subject = Array(example.subject.utf8)

        let outcome: Example.Outcome =
            switch example.engine {
            case .osregex: Self.outcome(pattern, .osregex, capturing: true, subject)
            case .osregex0: Self.outcome(pattern, .osregex, capturing: false, subject)
            case .osmatch: OSMatch(pattern).matches(subject) ? .yes : .no
            case .wordmatch: WordMatch(pattern).matches(subject) ? .yes : .no
            case .pcre2: Self.outcome(pattern, .pcre2, capturing: true, subject)
            }

        #expect(outcome == example.outcome)
    }

    private static func outcome(
        _ pattern: [UInt8],
        _ kind: PatternKind,
        capturing: Bool,
        _ subject: [UInt8]
    ) -> Example.Outcome {
        guard let pattern = try? Pattern(pattern, kind: kind, capturing: capturing) else {
            return .badPattern
        }
        var captures = Captures()
        guard let result = pattern.firstMatch(in: subject, captures: &captures) else {
            return .no
        }
        return .at(result, captures.texts(of: subject))
    }
}
