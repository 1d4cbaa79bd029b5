// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// What a subject must have, without references.
struct PatternFilter: Sendable {
    /// Whether the first byte is restricted, to those of ``admits(_:)``.
    var restrictsFirst = false
    private var firstBytes: [4 of UInt64] = [0, 0, 0, 0]
    /// Whether the pattern itself costs no more than this test.
    var isWord = false
    /// Range of ``PatternTableBuilder/needs``, of which one must be met; empty for
    /// no need.
    var needs = 0..<0

    /// Whether a subject may begin with a byte.
    @inline(__always)
    func admits(_ byte: UInt8) -> Bool {
        firstBytes[Int(byte >> 6)] & 1 &<< UInt64(byte & 63) != 0
    }

    mutating func admit(_ byte: UInt8) {
        firstBytes[Int(byte >> 6)] |= 1 &<< UInt64(byte & 63)
    }
}

/// Collects the patterns of a ``PatternTable``.
struct PatternTableBuilder {
    private(set) var patterns: [Pattern] = []
    private(set) var filters: [PatternFilter] = []
    /// What every subject of a pattern begins with.
    private(set) var starts: [PatternNecessity.Start?] = []
    /// Ranges of ``numbers``.
    private(set) var needs: [Range<Int>] = []
    /// Numbers of a ``LogSignature``; those of a need must all occur.
    private(set) var numbers: [UInt16] = []

    /// Adds a pattern and returns its number.
    mutating func add(_ pattern: Pattern) -> Int {
        patterns.append(pattern)
        let necessity = pattern.necessity
        var filter = filter(necessity)
        filter.isWord = pattern.isWord
        filters.append(filter)
        starts.append(necessity.start)
        return patterns.count - 1
    }

    /// Two numbers of a ``LogSignature`` that must occur in a log for a pattern to
    /// match it; ``LogSignature/always`` where there is none.
    func rarestPair(_ pattern: Int) -> (UInt16, UInt16) {
        let always = UInt16(LogSignature.always)
        guard filters[pattern].needs.count == 1 else { return (always, always) }
        let need = needs[filters[pattern].needs.lowerBound]
        return (
            need.count > 0 ? numbers[need.lowerBound] : always,
            need.count > 1 ? numbers[need.lowerBound + 1] : always
        )
    }

    private mutating func filter(_ necessity: PatternNecessity) -> PatternFilter {
        var filter = PatternFilter()
        if let bytes = necessity.firstBytes {
            filter.restrictsFirst = true
            for byte in bytes { filter.admit(byte) }
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
}

extension StaticString {
    fileprivate func contains(_ byte: UInt8) -> Bool {
        withUTF8Buffer { $0.contains(byte) }
    }
}
