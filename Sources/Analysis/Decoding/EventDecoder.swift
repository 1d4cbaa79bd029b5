// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// Chooses a decoder for an event and takes its fields out.
///
/// Source: analysis-engine.md §4.3.
struct EventDecoder: Sendable {
    private let plan: DecoderPlan
    private var selector: DecoderSelector
    var json: JSONExtractor
    private var captures = Captures()
    private var ignored = Captures()
    /// By decoder.
    var limits = MatchLimits()
    private let fieldLimit: Int

    init(_ ruleset: Ruleset, fieldLimit: Int) {
        plan = DecoderPlan(ruleset)
        selector = DecoderSelector(ruleset)
        json = JSONExtractor(fieldLimit: fieldLimit)
        self.fieldLimit = fieldLimit
    }

    /// The paths that events begin with.
    func paths(_ names: FieldNameIndex) -> JSONPaths {
        JSONPaths(names: names, decoderNames: plan.writtenNames)
    }

    /// The offsets that `offset="after_…"` refers to, in the event's text.
    private struct Offsets {
        /// Behind the parent's prematch; nil when a child has none (§4.5).
        var afterParent: Int?
        var afterPrematch: Int
        var afterRegex: Int?
    }

    /// Decodes an event whose header is known.
    ///
    /// `text` is the event's text, as at the beginning of its arena.
    mutating func decode(
        _ text: Span<UInt8>,
        protectsContainer: Bool,
        into event: inout DecodedEvent
    ) {
        guard let choice = selector.select(plan, text, &event, &limits) else { return }
        event.decoder = choice.decoder
        event.category = plan.nodes[choice.decoder].category
        let children = plan.nodes[choice.decoder].children
        guard !children.isEmpty else {
            let offsets = Offsets(
                afterParent: choice.afterPrematch,
                afterPrematch: choice.afterPrematch
            )
            extract(from: choice.decoder, text, offsets, protectsContainer, &event)
            return
        }
        guard let (position, offsets) = chooseChild(children, choice, text, &event) else { return }
        extractChain(from: position, of: children, text, offsets, protectsContainer, &event)
    }

    /// Takes the fields of a log that is a JSON object, as the event's decoder says.
    mutating func extractJSON(_ text: Span<UInt8>, into event: inout DecodedEvent) {
        guard let decoder = event.decoder else { return }
        limits.begin()
        json.extract(
            0..<text.count,
            of: text,
            options: plan.nodes[decoder].json,
            protectsContainer: false,
            into: &event
        )
    }

    // MARK: Choosing a child

    private mutating func chooseChild(
        _ children: Range<Int>,
        _ choice: DecoderSelector.Choice,
        _ text: Span<UInt8>,
        _ event: inout DecodedEvent
    ) -> (Int, Offsets)? {
        var position = children.lowerBound
        while position < children.upperBound {
            let child = plan.children[position]
            let prematch = plan.nodes[child.decoder].prematch
            guard prematch >= 0 else {
                // The event's decoder stays the parent.
                let offsets = Offsets(afterParent: nil, afterPrematch: choice.afterPrematch)
                return (position, offsets)
            }
            let start =
                plan.nodes[child.decoder].prematchIsAfterParent
                ? choice.afterPrematch : event.log.lowerBound
            let range = start..<event.log.upperBound
            if let after = match(prematch, of: child.decoder, text, range, &event) {
                event.decoder = child.decoder
                event.category = plan.nodes[child.decoder].category
                return (position, Offsets(afterParent: choice.afterPrematch, afterPrematch: after))
            }
            position = skipChain(from: position, to: children.upperBound)
        }
        return nil
    }

    /// The child behind one whose prematch failed: the rest of its chain is
    /// skipped with it.
    private func skipChain(from position: Int, to end: Int) -> Int {
        var position = position
        while position < end, plan.children[position].hasNext { position += 1 }
        return position + 1
    }

    // MARK: Extraction

    private mutating func extractChain(
        from start: Int,
        of children: Range<Int>,
        _ text: Span<UInt8>,
        _ offsets: Offsets,
        _ protectsContainer: Bool,
        _ event: inout DecodedEvent
    ) {
        var offsets = offsets
        var position = start
        while position < children.upperBound {
            let child = plan.children[position]
            switch plan.nodes[child.decoder].extraction {
            case .none: return
            case .plugin(let plugin, _):
                run(plugin, text, offsets, protectsContainer, &event)
            case .regex(let pattern, let offset, let order):
                guard event.fields.count < fieldLimit else { return }
                let range = subject(offset, offsets, event.log)
                if !limits.isOff(child.decoder),
                    let after = apply(pattern, order, text, range, &event)
                {
                    offsets.afterRegex = after
                } else if limits.wasCut(child.decoder) || !child.hasNext {
                    return
                }
            }
            guard child.hasNext else { return }
            position += 1
        }
    }

    /// Extraction on a top-level decoder without children.
    private mutating func extract(
        from decoder: Int,
        _ text: Span<UInt8>,
        _ offsets: Offsets,
        _ protectsContainer: Bool,
        _ event: inout DecodedEvent
    ) {
        switch plan.nodes[decoder].extraction {
        case .none: return
        case .plugin(let plugin, _): run(plugin, text, offsets, protectsContainer, &event)
        case .regex(let pattern, let offset, let order):
            guard !limits.isOff(decoder) else { return }
            let range = subject(offset, offsets, event.log)
            _ = apply(pattern, order, text, range, &event)
            _ = limits.wasCut(decoder)
        }
    }

    private func subject(
        _ offset: LogDecoder.TextOffset,
        _ offsets: Offsets,
        _ log: Range<Int>
    ) -> Range<Int> {
        let start =
            switch offset {
            case .log: log.lowerBound
            case .afterParent: offsets.afterParent ?? offsets.afterPrematch
            case .afterPrematch: offsets.afterPrematch
            case .afterRegex: offsets.afterRegex ?? offsets.afterPrematch
            }
        return start..<log.upperBound
    }

    /// Runs a regex and assigns its captures; where the text behind it starts, or
    /// nil when it does not match.
    private mutating func apply(
        _ pattern: Int,
        _ order: Range<Int>,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ event: inout DecodedEvent
    ) -> Int? {
        guard plan.patterns.mayMatch(pattern, range, in: &event),
            let result = plan.patterns.firstMatch(
                pattern,
                in: text.extracting(range),
                captures: &captures,
                meter: &limits.meter
            )
        else { return nil }
        for index in 0..<min(captures.count, order.count) {
            let capture = captures[index]
            let value =
                range.lowerBound + capture.lowerBound..<range.lowerBound + capture.upperBound
            assign(plan.orders[order.lowerBound + index], value, &event)
        }
        return MatchOffset.following(result, in: range)
    }

    private func assign(
        _ field: DecoderPlan.OrderedField,
        _ value: Range<Int>,
        _ event: inout DecodedEvent
    ) {
        switch field {
        case .fixed(let field): event[field] = value
        case .dynamic(let name, let path):
            event.append(name, writtenName: .path(path), value: value)
        }
    }

    private mutating func match(
        _ pattern: Int,
        of decoder: Int,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ event: inout DecodedEvent
    ) -> Int? {
        guard plan.patterns.mayMatch(pattern, range, in: &event), !limits.isOff(decoder)
        else { return nil }
        let result = plan.patterns.firstMatch(
            pattern,
            in: text.extracting(range),
            captures: &ignored,
            meter: &limits.meter
        )
        guard !limits.wasCut(decoder), let result else { return nil }
        return MatchOffset.following(result, in: range)
    }

    /// Runs a plug-in; its offset and options are those of the event's decoder.
    private mutating func run(
        _ plugin: LogDecoder.Plugin,
        _ text: Span<UInt8>,
        _ offsets: Offsets,
        _ protectsContainer: Bool,
        _ event: inout DecodedEvent
    ) {
        guard let decoder = event.decoder else { return }
        switch plugin {
        case .json:
            guard let range = pluginInput(decoder, offsets, event.log) else { return }
            json.extract(
                range,
                of: text,
                options: plan.nodes[decoder].json,
                protectsContainer: protectsContainer,
                into: &event
            )
        case .pf: PFExtractor.extract(text, &event)
        case .symantec: SymantecExtractor.extract(text, &event)
        case .sonicWall: SonicWallExtractor.extract(text, &event)
        case .ossecAlert: OSSECAlertExtractor.extract(text, &event)
        }
    }

    private func pluginInput(
        _ decoder: Int,
        _ offsets: Offsets,
        _ log: Range<Int>
    ) -> Range<Int>? {
        guard case .plugin(_, let offset) = plan.nodes[decoder].extraction else { return log }
        switch offset {
        case .log, .afterRegex: return log
        case .afterParent: return offsets.afterParent.map { $0..<log.upperBound }
        case .afterPrematch: return offsets.afterPrematch..<log.upperBound
        }
    }
}

/// Where the text behind a match starts.
enum MatchOffset {
    /// One byte behind the result of a match in `range` of an event's text, but
    /// not behind its end.
    ///
    /// A result before the subject is the byte there; before the text there is
    /// none, which leaves an empty rest. Source: analysis-engine.md §2.2.4.
    static func following(_ result: Int, in range: Range<Int>) -> Int {
        if result < 0 { return range.lowerBound == 0 ? range.upperBound : range.lowerBound }
        return min(range.lowerBound + result + 1, range.upperBound)
    }
}
