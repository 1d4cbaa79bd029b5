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

    /// Numbers of a ``LogSignature`` that must all occur; few repeat one.
    private typealias Need = InlineArray<6, UInt16>

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
            for list in texts { needs.append(Self.need(of: list)) }
            filter.needs = start..<needs.count
        }
        return filter
    }

    /// The rarest of what texts consist of: pairs, and single bytes that are no
    /// letters.
    private static func need(of texts: [[UInt8]]) -> Need {
        var parts: [(number: Int, rarity: Int)] = []
        for text in texts {
            if text.count == 1, (text[0] | 0x20) &- 0x61 >= 26 {
                parts.append((LogSignature.single(text[0]), rarity(text[0])))
            }
            for (first, second) in zip(text, text.dropFirst()) {
                let number = LogSignature.pair(first, second)
                parts.append((number, 2 + rarity(first) + rarity(second)))
            }
        }
        parts.sort { $0.rarity > $1.rarity }
        var need = Need(repeating: Self.unused)
        for (index, part) in zip(need.indices, parts) { need[index] = UInt16(part.number) }
        return need
    }

    private static let unused = UInt16.max

    /// How seldom a byte is in logs: 0, 1 or 2.
    private static func rarity(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "0")...UInt8(ascii: "9"):
            0
        case UInt8(ascii: "a")...UInt8(ascii: "z"): 1
        default: 2
        }
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
        for index in filters[pattern].needs where isMet(needs[index], event.signature) {
            return true
        }
        return false
    }

    private func isMet(_ need: Need, _ signature: LogSignature) -> Bool {
        for place in need.indices {
            if need[place] == Self.unused { return true }
            if !signature.contains(Int(need[place])) { return false }
        }
        return true
    }
}
