// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The comparison of `if_group`: alternatives of plain text anywhere in the
/// list of groups, or after `^` at its start, without regard to ASCII case.
///
/// It knows no word boundaries: `web` also finds the group `web-log`.
///
/// Source: analysis-engine.md §2.4.
package struct WordMatch: Sendable {
    private struct Alternative {
        let isPrefix: Bool
        let text: Range<Int>
    }

    private let texts: [UInt8]
    private let alternatives: [Alternative]
    private let matchesEverything: Bool

    /// Compiles a pattern; every text is one.
    ///
    /// An empty one matches nothing, and one that ends in `|` everything.
    package init(_ pattern: some Collection<UInt8>) {
        let lowered = pattern.map(\.asciiLowered)
        texts = lowered
        matchesEverything = lowered.last == UInt8(ascii: "|")
        alternatives = lowered.split(separator: UInt8(ascii: "|")).map { text in
            let isPrefix = text.first == UInt8(ascii: "^")
            let rest = isPrefix ? text.dropFirst() : text
            return Alternative(isPrefix: isPrefix, text: rest.startIndex..<rest.endIndex)
        }
    }

    /// Whether an alternative is in the subject.
    package func matches(_ subject: Span<UInt8>) -> Bool {
        if matchesEverything { return true }
        let all = texts.span
        for alternative in alternatives {
            let text = all.extracting(alternative.text)
            let isFound =
                alternative.isPrefix
                ? ByteSearch.isPresent(text, in: subject, at: 0)
                : ByteSearch.contains(subject, text)
            if isFound { return true }
        }
        return false
    }
}
