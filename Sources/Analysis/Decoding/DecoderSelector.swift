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
    private var programs = ByteStringTable(comparison: .exact)
    /// Ranges of ``candidates``, by number of the program.
    private var ranges: [Range<Int>] = []
    private var candidates: [Int] = []
    private var ignored = Captures()

    init(_ ruleset: Ruleset) {
        programDecoders = ruleset.programDecoders
    }

    /// The first decoder that takes the event; nil when none does.
    mutating func select(
        _ plan: DecoderPlan,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent,
        _ limits: inout MatchLimits
    ) -> Choice? {
        guard let program = event.header.programName else {
            return firstPlain(plan, text, &event, &limits)
        }
        let known = admitted(plan, text.extracting(program), &limits)
        var choice: Choice?
        for index in known {
            choice = take(candidates[index], plan, text, &event, &limits)
            if choice != nil { break }
        }
        if program.count > Self.rememberedCount { forget() }
        return choice
    }

    private mutating func firstPlain(
        _ plan: DecoderPlan,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent,
        _ limits: inout MatchLimits
    ) -> Choice? {
        let log = event.log
        let hasSignature = event.hasSignature()
        let first = log.isEmpty ? nil : text[log.lowerBound]
        for place in plan.selection.places(firstByte: first) {
            let candidate = plan.selection[place]
            if hasSignature, !event.signature.contains(candidate.pair) { continue }
            if let choice = take(candidate.decoder, plan, text, &event, &limits) { return choice }
        }
        return nil
    }

    private mutating func take(
        _ decoder: Int,
        _ plan: DecoderPlan,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent,
        _ limits: inout MatchLimits
    ) -> Choice? {
        let log = event.log
        let prematch = plan.nodes[decoder].prematch
        guard prematch >= 0 else {
            return Choice(decoder: decoder, afterPrematch: log.lowerBound)
        }
        guard plan.patterns.mayMatch(prematch, log, in: &event), !limits.isOff(decoder)
        else { return nil }
        let result = plan.patterns.firstMatch(
            prematch,
            in: text.extracting(log),
            captures: &ignored,
            meter: &limits.meter
        )
        guard !limits.wasCut(decoder), let result else { return nil }
        return Choice(decoder: decoder, afterPrematch: MatchOffset.following(result, in: log))
    }

    /// The decoders whose program name matches, as a range of ``candidates``.
    private mutating func admitted(
        _ plan: DecoderPlan,
        _ program: Span<UInt8>,
        _ limits: inout MatchLimits
    ) -> Range<Int> {
        if let known = programs.find(program) { return ranges[known] }
        if programs.count >= Self.rememberedPrograms { forget() }
        let start = candidates.count
        for decoder in programDecoders {
            let pattern = plan.nodes[decoder].programName
            let isAdmitted =
                pattern < 0
                || plan.patterns.matches(
                    pattern,
                    program,
                    scratch: &ignored,
                    meter: &limits.meter
                )
            if isAdmitted, !limits.wasCut(decoder) { candidates.append(decoder) }
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
