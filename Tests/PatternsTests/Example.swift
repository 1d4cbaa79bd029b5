// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a pattern does to a subject, as analysis-engine.md, Appendix B, lists
/// it: every row was produced by running Wazuh 4.14.7.
struct Example: Sendable, CustomStringConvertible {
    enum Engine: String {
        case osregex, osregex0, osmatch, wordmatch, pcre2
    }

    enum Outcome: Equatable {
        case no
        /// The engine tells no offset.
        case yes
        /// The result offset and the captures.
        case at(Int, [String])
        case badPattern
    }

    let number: Int
    let engine: Engine
    let pattern: String
    let subject: String
    let outcome: Outcome

    init(_ number: Int, _ engine: Engine, _ pattern: String, _ subject: String, _ outcome: Outcome)
    {
        self.number = number
        self.engine = engine
        self.pattern = pattern
        self.subject = subject
        self.outcome = outcome
    }

    var description: String { "#\(number) \(engine) \(pattern) on \(subject)" }
}
