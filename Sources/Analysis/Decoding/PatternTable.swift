// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Patterns by number, each with a cheap test that tells of most subjects that
/// they cannot match.
///
/// The test never changes an answer: see ``Patterns/PatternNecessity``.
final class PatternTable: Sendable {
    private let patterns: PatternSet
    private let filters: [PatternFilter]
    private let needs: [Range<Int>]
    private let numbers: [UInt16]

    /// Takes what was collected.
    init(_ builder: PatternTableBuilder) {
        patterns = PatternSet(builder.patterns)
        filters = builder.filters
        needs = builder.needs
        numbers = builder.numbers
    }

    /// Whether a pattern matches.
    @inline(__always)
    func matches(
        _ pattern: Int,
        _ subject: Span<UInt8>,
        scratch: inout Captures,
        meter: inout MatchMeter
    ) -> Bool {
        patterns.matches(pattern, subject, scratch: &scratch, meter: &meter)
    }

    /// See ``Patterns/Pattern/firstMatch(in:captures:)``.
    @inline(__always)
    func firstMatch(
        _ pattern: Int,
        in subject: Span<UInt8>,
        captures: inout Captures,
        meter: inout MatchMeter
    ) -> Int? {
        patterns.firstMatch(pattern, in: subject, captures: &captures, meter: &meter)
    }

    /// Whether a pattern may match a range of the event's arena; false is
    /// certain.
    @inline(__always)
    func mayMatch(_ pattern: Int, _ range: Range<Int>, in event: inout DecodedEvent) -> Bool {
        if filters[pattern].restrictsFirst {
            guard !range.isEmpty, filters[pattern].admits(event.arena[range.lowerBound]) else {
                return false
            }
        }
        return filters[pattern].isWord || filters[pattern].needs.isEmpty
            || meetsNeeds(pattern, range, in: &event)
    }

    private func meetsNeeds(
        _ pattern: Int,
        _ range: Range<Int>,
        in event: inout DecodedEvent
    ) -> Bool {
        event.coverLog()
        guard event.signature.covers(range) else { return true }
        for index in filters[pattern].needs where isMet(index, event.signature) {
            return true
        }
        return false
    }

    @inline(__always)
    private func isMet(_ need: Int, _ signature: borrowing LogSignature) -> Bool {
        for index in needs[need] where !signature.contains(Int(numbers[index])) {
            return false
        }
        return true
    }
}
