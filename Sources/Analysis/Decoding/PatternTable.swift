// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Patterns by number, each with a cheap test that tells of most subjects that
/// they cannot match.
///
/// The test never changes an answer: see ``Patterns/PatternNecessity``.
struct PatternTable: Sendable {
    /// What a subject must have, without references.
    private struct Filter: Sendable {
        /// Whether the first byte is restricted, to the set in ``firstBytes``.
        var restrictsFirst = false
        var firstBytes: InlineArray<4, UInt64> = [0, 0, 0, 0]
        /// Range of ``PatternTable/needs``, of which one must be met; empty for
        /// no need.
        var needs = 0..<0
    }

    /// Pairs of bytes that a text has, of which all must occur.
    ///
    /// Short texts repeat one.
    private typealias Need = InlineArray<4, UInt16>

    private(set) var patterns: [Pattern] = []
    private var filters: [Filter] = []
    private var needs: [Need] = []

    /// Adds a pattern and returns its number.
    mutating func add(_ pattern: Pattern) -> Int {
        patterns.append(pattern)
        filters.append(filter(pattern.necessity))
        return patterns.count - 1
    }

    private mutating func filter(_ necessity: PatternNecessity) -> Filter {
        var filter = Filter()
        if let bytes = necessity.firstBytes {
            filter.restrictsFirst = true
            for byte in bytes { filter.firstBytes[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
        }
        if let texts = necessity.texts {
            let start = needs.count
            for text in texts { needs.append(Self.need(of: text)) }
            filter.needs = start..<needs.count
        }
        return filter
    }

    /// Four pairs, spread over the text.
    private static func need(of text: [UInt8]) -> Need {
        var need = Need(repeating: 0)
        let last = text.count - 2
        for index in need.indices {
            let place = last * index / 3
            need[index] = UInt16(LogSignature.pair(text[place], text[place + 1]))
        }
        return need
    }

    /// Whether a pattern may match a range of the event's arena; false is
    /// certain.
    @inline(__always)
    func mayMatch(_ pattern: Int, _ range: Range<Int>, in event: inout DecodedEvent) -> Bool {
        if filters[pattern].restrictsFirst {
            guard !range.isEmpty else { return false }
            let byte = event.arena[range.lowerBound]
            let word = filters[pattern].firstBytes[Int(byte >> 6)]
            if word & 1 &<< UInt64(byte & 63) == 0 { return false }
        }
        return filters[pattern].needs.isEmpty || meetsNeeds(pattern, range, in: &event)
    }

    private func meetsNeeds(
        _ pattern: Int,
        _ range: Range<Int>,
        in event: inout DecodedEvent
    ) -> Bool {
        event.coverLog()
        guard event.signature.covers(range) else { return true }
        for index in filters[pattern].needs {
            let need = needs[index]
            if event.signature.contains(Int(need[0])), event.signature.contains(Int(need[1])),
                event.signature.contains(Int(need[2])), event.signature.contains(Int(need[3]))
            {
                return true
            }
        }
        return false
    }
}
