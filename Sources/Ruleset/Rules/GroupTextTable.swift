// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// The group texts of all rules, each once, and which of them `if_group` found.
///
/// Rules share few texts and look for few groups, so answers are kept.
struct GroupTextTable {
    private var texts: [[UInt8]] = []
    private var numbers: [String: Int] = [:]
    private var answers: [[UInt8]: [Bool]] = [:]

    /// The number of a text, which is made when the text is new.
    mutating func number(of text: String) -> Int {
        if let number = numbers[text] { return number }
        numbers[text] = texts.count
        texts.append(Array(text.utf8))
        return texts.count - 1
    }

    /// Whether `if_group` finds a text, by its number.
    ///
    /// Source: analysis-engine.md §2.4.
    mutating func found(byIfGroup pattern: [UInt8]) -> [Bool] {
        var known = answers[pattern] ?? []
        if known.count < texts.count {
            let match = WordMatch(pattern)
            for text in texts[known.count...] { known.append(match.matches(text.span)) }
            answers[pattern] = known
        }
        return known
    }

    /// Whether `if_matched_group` finds a text, by its number.
    func found(byIfMatchedGroup pattern: [UInt8]) -> [Bool] {
        let match = OSMatch(pattern)
        return texts.map { match.matches($0.span) }
    }
}
