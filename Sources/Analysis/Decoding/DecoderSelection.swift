// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Ruleset

/// The decoders without a program name, ready for the first byte of a log.
///
/// An anchored prematch says with which bytes a log must begin. Each byte has a
/// list of its own: the decoders in their order, without those it rules out.
struct DecoderSelection: Sendable {
    /// A decoder with what tells at a glance that it does not take a log.
    struct Candidate: Sendable {
        let decoder: Int
        /// Numbers of a ``LogSignature``.
        let pair: (UInt16, UInt16)
    }

    private let candidates: [Candidate]
    /// By first byte, a range of ``candidates``; the last is of all.
    private let ranges: [Range<Int>]

    init(_ ruleset: Ruleset, _ nodes: [DecoderPlan.Node], _ patterns: PatternTableBuilder) {
        let all = ruleset.plainDecoders.map { decoder in
            let prematch = nodes[decoder].prematch
            let always = UInt16(LogSignature.always)
            let pair = prematch < 0 ? (always, always) : patterns.rarestPair(prematch)
            return Candidate(decoder: decoder, pair: pair)
        }
        var candidates: [Candidate] = []
        var ranges: [Range<Int>] = []
        for byte in UInt8.min...UInt8.max {
            let start = candidates.count
            candidates += all.filter { candidate in
                let prematch = nodes[candidate.decoder].prematch
                guard prematch >= 0, patterns.filters[prematch].restrictsFirst else { return true }
                return patterns.filters[prematch].admits(byte)
            }
            ranges.append(start..<candidates.count)
        }
        ranges.append(candidates.count..<candidates.count + all.count)
        self.candidates = candidates + all
        self.ranges = ranges
    }

    /// Places of the decoders that a log may have that begins with a byte; nil for
    /// an empty log.
    @inline(__always)
    func places(firstByte: UInt8?) -> Range<Int> {
        ranges[firstByte.map(Int.init) ?? 256]
    }

    /// The candidate at a place.
    @inline(__always)
    subscript(_ place: Int) -> Candidate { candidates[place] }
}
