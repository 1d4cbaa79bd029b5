// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What the groups of a pattern captured, as byte ranges of the subject.
///
/// Made once and passed to match after match: it allocates only until it has
/// grown to the largest pattern it met.
package struct Captures: Sendable {
    /// How many groups captured something, from the first.
    package private(set) var count = 0

    private var ranges: [Range<Int>] = []
    /// OSRegex: where each group token was passed; `unset` when it was not.
    ///
    /// A scan fills it.
    var marks: [Int] = []

    private static let unset = -1

    package init() {}

    /// The range of a capture in the subject, in bytes; 0 is the first group.
    ///
    /// A group of PCRE2 that took no part, before one that did, is an empty range
    /// at 0. An index from ``count`` on is an empty range at 0 too.
    package subscript(_ index: Int) -> Range<Int> {
        index >= 0 && index < count ? ranges[index] : 0..<0
    }

    /// Forgets all captures and keeps the memory.
    package mutating func removeAll() {
        count = 0
    }

    /// Appends one capture; a reversed one becomes empty.
    mutating func append(from start: Int, to end: Int) {
        let range = start..<max(start, end)
        if count < ranges.count {
            ranges[count] = range
        } else {
            ranges.append(range)
        }
        count += 1
    }

    /// Readies the marks of a pattern with so many group tokens.
    mutating func resetMarks(_ markCount: Int) {
        count = 0
        if marks.count < markCount {
            marks = [Int](repeating: Self.unset, count: markCount)
            return
        }
        for index in 0..<markCount { marks[index] = Self.unset }
    }

    /// Turns marks into captures, two by two, up to the first pair that lacks
    /// one.
    ///
    /// Source: analysis-engine.md §2.2.4; a reversed pair is undefined there and
    /// empty here.
    mutating func collectMarks(_ markCount: Int) {
        var index = 0
        while index + 1 < markCount {
            let start = marks[index]
            let end = marks[index + 1]
            if start == Self.unset || end == Self.unset { return }
            append(from: start, to: end)
            index += 2
        }
    }
}
