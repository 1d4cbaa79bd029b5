// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// Texts with wildcards, by number.
struct SigmaGlobTable: Sendable {
    /// ``SigmaGlob/Piece`` without `*`.
    private enum Piece: Sendable {
        /// Range of ``literals``.
        case bytes(Range<Int>)
        case anyCharacter
        case dash
    }

    private struct Glob: Sendable {
        /// Range of ``segments``: what stands between the stars.
        let segments: Range<Int>
        let beginsWithStar: Bool
        let endsWithStar: Bool
        let isCased: Bool
        /// Range of ``pairs``.
        let pairs: Range<Int>
    }

    private var globs: [Glob] = []
    /// Ranges of ``pieces``, none empty.
    private var segments: [Range<Int>] = []
    private var pieces: [Piece] = []
    private var literals: [UInt8] = []
    /// Numbers of ``SigmaSignature`` that a subject must have.
    private var pairs: [UInt16] = []

    /// More looks are not worth it.
    private static let pairLimit = 8

    /// Adds a text and returns its number.
    mutating func add(_ glob: SigmaGlob) -> Int {
        let firstSegment = segments.count
        let firstPair = pairs.count
        addPairs(of: glob)
        for part in glob.pieces.split(separator: .anything) {
            let start = pieces.count
            for piece in part { add(piece) }
            segments.append(start..<pieces.count)
        }
        globs.append(
            Glob(
                segments: firstSegment..<segments.count,
                beginsWithStar: glob.pieces.first == .anything,
                endsWithStar: glob.pieces.last == .anything,
                isCased: glob.isCased,
                pairs: firstPair..<pairs.count
            )
        )
        return globs.count - 1
    }

    private mutating func add(_ piece: SigmaGlob.Piece) {
        switch piece {
        case .bytes(let bytes):
            let start = literals.count
            literals += bytes
            pieces.append(.bytes(start..<literals.count))
        case .anyCharacter: pieces.append(.anyCharacter)
        case .dash: pieces.append(.dash)
        case .anything: return
        }
    }

    /// Pairs from all over the text: its ends tell it apart as well as its front.
    private mutating func addPairs(of glob: SigmaGlob) {
        var all: [UInt16] = []
        for case .bytes(let bytes) in glob.pieces {
            for (first, second) in zip(bytes, bytes.dropFirst()) {
                let pair = SigmaSignature.pair(first, second)
                if !all.contains(pair), all.count < 256 { all.append(pair) }
            }
        }
        let stride = max(all.count / Self.pairLimit, 1)
        for (index, pair) in all.enumerated() where index % stride == 0 { pairs.append(pair) }
    }

    /// Whether a subject of this signature may match; false is certain.
    @inline(__always)
    func mayMatch(_ number: Int, _ signature: Span<UInt64>) -> Bool {
        for index in globs[number].pairs where !SigmaSignature.contains(pairs[index], signature) {
            return false
        }
        return true
    }

    /// Whether the whole subject matches.
    func matches(_ number: Int, _ subject: Span<UInt8>) -> Bool {
        let glob = globs[number]
        guard !glob.segments.isEmpty else { return glob.beginsWithStar || subject.isEmpty }
        var middle = glob.segments
        var position = 0
        var end = subject.count
        if !glob.beginsWithStar {
            let segment = segments[middle.removeFirst()]
            guard let after = match(segment, subject, at: 0, glob.isCased) else { return false }
            position = after
            if middle.isEmpty, !glob.endsWithStar, glob.segments.count == 1 { return after == end }
        }
        if !glob.endsWithStar, let last = middle.popLast() {
            guard let start = matchBackward(segments[last], subject, glob.isCased) else {
                return false
            }
            end = start
        }
        for segment in middle {
            guard let after = find(segments[segment], subject, from: position, glob.isCased) else {
                return false
            }
            position = after
        }
        return position <= end
    }

    // MARK: Segments

    /// Where the text behind the leftmost match from a place on begins.
    ///
    /// The leftmost match also ends first, since a segment spans as many
    /// characters wherever it matches.
    private func find(
        _ segment: Range<Int>,
        _ subject: Span<UInt8>,
        from start: Int,
        _ isCased: Bool
    ) -> Int? {
        guard case .bytes(let literal) = pieces[segment.lowerBound] else {
            for place in start...max(start, subject.count) {
                if let after = match(segment, subject, at: place, isCased) { return after }
            }
            return nil
        }
        let first = literals[literal.lowerBound]
        var place = start
        while place + literal.count <= subject.count {
            if Self.folded(subject[place], isCased) == first,
                let after = match(segment, subject, at: place, isCased)
            {
                return after
            }
            place += 1
        }
        return nil
    }

    /// Where the text behind a match that begins here begins.
    private func match(
        _ segment: Range<Int>,
        _ subject: Span<UInt8>,
        at start: Int,
        _ isCased: Bool
    ) -> Int? {
        var position = start
        for index in segment {
            switch pieces[index] {
            case .bytes(let literal):
                guard isPresent(literal, subject, at: position, isCased) else { return nil }
                position += literal.count
            case .anyCharacter:
                guard position < subject.count else { return nil }
                position += UTF8Step.forward(subject, from: position)
            case .dash:
                guard position < subject.count else { return nil }
                let count = UTF8Step.forward(subject, from: position)
                guard Self.isDash(subject.extracting(position..<position + count)) else {
                    return nil
                }
                position += count
            }
        }
        return position
    }

    /// Where the match that ends with the subject begins.
    private func matchBackward(_ segment: Range<Int>, _ subject: Span<UInt8>, _ isCased: Bool)
        -> Int?
    {
        var position = subject.count
        for index in segment.reversed() {
            switch pieces[index] {
            case .bytes(let literal):
                position -= literal.count
                guard position >= 0, isPresent(literal, subject, at: position, isCased) else {
                    return nil
                }
            case .anyCharacter:
                guard position > 0 else { return nil }
                position -= UTF8Step.backward(subject, from: position)
            case .dash:
                guard position > 0 else { return nil }
                let count = UTF8Step.backward(subject, from: position)
                guard Self.isDash(subject.extracting(position - count..<position)) else {
                    return nil
                }
                position -= count
            }
        }
        return position
    }

    @inline(__always)
    private func isPresent(
        _ literal: Range<Int>,
        _ subject: Span<UInt8>,
        at start: Int,
        _ isCased: Bool
    ) -> Bool {
        guard literal.count <= subject.count - start else { return false }
        let offset = start - literal.lowerBound
        for index in literal where Self.folded(subject[index + offset], isCased) != literals[index]
        {
            return false
        }
        return true
    }

    @inline(__always)
    private static func folded(_ byte: UInt8, _ isCased: Bool) -> UInt8 {
        isCased ? byte : ByteCompare.lowered(byte)
    }

    /// Whether a character is one of those that `windash` exchanges.
    private static func isDash(_ character: Span<UInt8>) -> Bool {
        switch character.count {
        case 1: character[0] == UInt8(ascii: "-") || character[0] == UInt8(ascii: "/")
        // En dash, em dash, horizontal bar: U+2013 to U+2015.
        case 3: character[0] == 0xE2 && character[1] == 0x80 && (0x93...0x95).contains(character[2])
        default: false
        }
    }
}

/// Walks over characters; a byte that is part of none is one itself.
enum UTF8Step {
    /// How many bytes the character at a place has.
    static func forward(_ text: Span<UInt8>, from place: Int) -> Int {
        let count = length(text[place])
        guard place + count <= text.count else { return 1 }
        for index in place + 1..<place + count where text[index] & 0xC0 != 0x80 { return 1 }
        return count
    }

    /// How many bytes the character in front of a place has.
    static func backward(_ text: Span<UInt8>, from place: Int) -> Int {
        for count in 2...4 where place >= count && length(text[place - count]) == count {
            if forward(text, from: place - count) == count { return count }
        }
        return 1
    }

    private static func length(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }
}
