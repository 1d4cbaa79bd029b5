// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns
import Ruleset

/// Finds the one top-level decoder that takes an event.
///
/// Decoders with a program name are tried for events that have one, all others
/// for the rest. Which decoders a program name admits is remembered by name, for
/// there are few names and many decoders.
///
/// Source: analysis-engine.md §4.3.
struct DecoderSelector: Sendable {
    /// The decoder taken, and where the text behind its prematch starts.
    struct Choice {
        let decoder: Int
        let afterPrematch: Int
    }

    /// More names than this are forgotten all at once.
    private static let rememberedPrograms = 1024
    /// A longer name is not remembered.
    private static let rememberedCount = 256

    private let programDecoders: [Int]
    private let plainDecoders: [Int]
    private var programs = ByteStringTable(comparison: .exact)
    /// Ranges of ``candidates``, by number of the program.
    private var ranges: [Range<Int>] = []
    private var candidates: [Int] = []

    init(_ ruleset: Ruleset) {
        programDecoders = ruleset.programDecoders
        plainDecoders = ruleset.plainDecoders
    }

    /// The first decoder that takes the event; nil when none does.
    mutating func select(
        _ plan: DecoderPlan,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent
    ) -> Choice? {
        guard let program = event.header.programName else {
            return Self.first(of: plainDecoders, 0..<plainDecoders.count, plan, text, &event)
        }
        let known = admitted(plan, text.extracting(program))
        let choice = Self.first(of: candidates, known, plan, text, &event)
        if program.count > Self.rememberedCount { forget() }
        return choice
    }

    private static func first(
        of decoders: [Int],
        _ range: Range<Int>,
        _ plan: DecoderPlan,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent
    ) -> Choice? {
        let log = event.log
        let subject = text.extracting(log)
        var ignored = Captures()
        for index in range {
            let decoder = decoders[index]
            let prematch = plan.nodes[decoder].prematch
            guard prematch >= 0 else {
                return Choice(decoder: decoder, afterPrematch: log.lowerBound)
            }
            guard plan.patterns.mayMatch(prematch, log, in: &event) else { continue }
            let result = plan.patterns.firstMatch(prematch, in: subject, captures: &ignored)
            if let result {
                let after = MatchOffset.following(result, in: log)
                return Choice(decoder: decoder, afterPrematch: after)
            }
        }
        return nil
    }

    /// The decoders whose program name matches, as a range of ``candidates``.
    private mutating func admitted(_ plan: DecoderPlan, _ program: Span<UInt8>) -> Range<Int> {
        if let known = programs.find(program) { return ranges[known] }
        if programs.count >= Self.rememberedPrograms { forget() }
        let start = candidates.count
        for decoder in programDecoders {
            let pattern = plan.nodes[decoder].programName
            if pattern < 0 || plan.patterns.matches(pattern, program) {
                candidates.append(decoder)
            }
        }
        ranges.append(start..<candidates.count)
        _ = programs.insert(program)
        return start..<candidates.count
    }

    private mutating func forget() {
        programs.removeAll()
        ranges.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
    }
}
