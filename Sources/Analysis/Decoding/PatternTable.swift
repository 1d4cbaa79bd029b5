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

    private var patterns: [Pattern] = []
    private var filters: [Filter] = []
    /// Ranges of ``numbers``.
    private var needs: [Range<Int>] = []
    /// Numbers of a ``LogSignature``; those of a need must all occur.
    private var numbers: [UInt16] = []

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
            for list in texts { needs.append(add(list)) }
            filter.needs = start..<needs.count
        }
        return filter
    }

    /// Adds what texts consist of, rarest first: pairs, and single bytes that are
    /// no letters.
    private mutating func add(_ texts: [[UInt8]]) -> Range<Int> {
        var rarities: [Int: Int] = [:]
        for text in texts {
            if text.count == 1, (text[0] | 0x20) &- 0x61 >= 26 {
                rarities[LogSignature.single(text[0])] = Self.rarity(text[0])
            }
            for (first, second) in zip(text, text.dropFirst()) {
                let rarity = Self.rarity(first) + Self.rarity(second)
                rarities[LogSignature.pair(first, second)] = rarity
            }
        }
        let start = numbers.count
        let sorted = rarities.sorted { ($0.value, $0.key) > ($1.value, $1.key) }
        numbers += sorted.prefix(Self.longestNeed).map { UInt16($0.key) }
        return start..<numbers.count
    }

    /// More looks are not worth it.
    private static let longestNeed = 24

    /// How seldom a byte is in logs, from 0 to 4.
    private static func rarity(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: " "): 0
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 1
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letterRarity(byte)
        case UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"),
            UInt8(ascii: "\""):
            2
        default: 4
        }
    }

    private static func letterRarity(_ byte: UInt8) -> Int {
        let common: StaticString = "etaoinsrlcd"
        let rare: StaticString = "jkqvwxyz"
        if common.contains(byte) { return 1 }
        return rare.contains(byte) ? 3 : 2
    }

    /// Whether a pattern matches.
    @inline(__always)
    func matches(_ pattern: Int, _ subject: Span<UInt8>) -> Bool {
        patterns[pattern].matches(subject)
    }

    /// See ``Patterns/Pattern/firstMatch(in:captures:)``.
    @inline(__always)
    func firstMatch(
        _ pattern: Int,
        in subject: Span<UInt8>,
        captures: inout Captures
    ) -> Int? {
        patterns[pattern].firstMatch(in: subject, captures: &captures)
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
        for index in filters[pattern].needs where isMet(index, event.signature) {
            return true
        }
        return false
    }

    private func isMet(_ need: Int, _ signature: LogSignature) -> Bool {
        for index in needs[need] where !signature.contains(Int(numbers[index])) {
            return false
        }
        return true
    }
}

extension StaticString {
    fileprivate func contains(_ byte: UInt8) -> Bool {
        withUTF8Buffer { $0.contains(byte) }
    }
}
