// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// Finds the Sigma rules of an event, with all that they remember between
/// events.
///
/// It reads decoded events and changes nothing of what XML rules see.
struct SigmaMatcher: Sendable {
    let plan: SigmaPlan
    private var views: SigmaViews
    private var prefilter: SigmaPrefilter
    /// What the prefilter looked at of the current event.
    private var lookedAt: [Range<Int>] = []
    var counters: SigmaCounters
    /// By source, whether the current event is its.
    private var sourceHolds: [Bool]
    /// By correlation, the last event that it counted.
    private var countedEvents: [Int]
    private var eventNumber = 0
    /// Rules of the current event that alert, as indices into ``Ruleset/rules``:
    /// those of greater level first, then correlations.
    private(set) var matches: [Int] = []
    /// Matches beyond ``matchLimit``.
    private(set) var droppedMatches = 0

    /// How many detections may alert for one event.
    static let matchLimit = 32

    /// `fingerprints` are those of ``Ruleset/rules``.
    init(_ rules: SigmaRules, fingerprints: [UInt64]) {
        plan = SigmaPlan(rules)
        views = SigmaViews(plan.views, soughtTexts: plan.soughtTexts)
        prefilter = plan.prefilter
        counters = SigmaCounters(
            rules.correlations,
            identities: rules.correlations.map { fingerprints[$0.rule] }
        )
        sourceHolds = Array(repeating: false, count: plan.sources.count)
        countedEvents = Array(repeating: 0, count: rules.correlations.count)
    }

    /// Finds the ``matches`` of an event and counts it; `now` is in seconds.
    ///
    /// A rule whose expression goes beyond the limits does not hold.
    mutating func match(
        _ event: DecodedEvent,
        at now: Int64,
        _ limits: inout MatchLimits
    ) {
        matches.removeAll(keepingCapacity: true)
        guard !plan.isEmpty else { return }
        start(event)
        var fired: [Int] = []
        for index in plan.detections.indices where prefilter.mayHold(index, eventNumber) {
            let detection = plan.detections[index]
            guard sourceHolds[detection.source], !limits.isOff(detection.rule) else { continue }
            let isHolding = holds(detection.root, event, &limits.meter)
            guard !limits.wasCut(detection.rule), isHolding else { continue }
            if !detection.isSilent { note(detection.rule) }
            for feed in detection.feeds where count(plan.feeds[feed], event, now) {
                fired.append(plan.correlations[plan.feeds[feed].correlation].rule)
            }
        }
        matches += fired
    }

    private mutating func note(_ rule: Int) {
        if matches.count < Self.matchLimit {
            matches.append(rule)
        } else {
            droppedMatches &+= 1
        }
    }

    /// Looks at what an event is.
    private mutating func start(_ event: DecodedEvent) {
        eventNumber &+= 1
        views.start()
        lookedAt.removeAll(keepingCapacity: true)
        for index in plan.sources.indices {
            sourceHolds[index] = plan.sources[index].requirements.allSatisfy { signs in
                signs.contains { SigmaSource.holds($0, event, decoderName: decoderName) }
            }
            guard sourceHolds[index] else { continue }
            for view in plan.lookedViews[index] { look(at: view, event) }
        }
    }

    /// Lets the prefilter look at a view's text, unless it is part of another that
    /// it saw.
    private mutating func look(at view: Int, _ event: DecodedEvent) {
        guard let range = views.range(view, event) else { return }
        for other in lookedAt
        where range.lowerBound >= other.lowerBound && range.upperBound <= other.upperBound {
            return
        }
        lookedAt.append(range)
        prefilter.look(at: event.arena.span.extracting(range), of: eventNumber)
    }

    /// ``LogDecoder/nameID`` of the current event; set by the engine.
    var decoderName = -1

    // MARK: Expressions

    private mutating func holds(
        _ step: Int,
        _ event: DecodedEvent,
        _ meter: inout MatchMeter
    ) -> Bool {
        switch plan.steps[step] {
        case .all(let range):
            for child in range where !holds(plan.children[child], event, &meter) { return false }
            return true
        case .any(let range):
            for child in range where holds(plan.children[child], event, &meter) { return true }
            return false
        case .not(let step): return !holds(step, event, &meter)
        case .test(let test): return holds(plan.tests[test], event, &meter)
        }
    }

    private mutating func holds(
        _ test: SigmaPlan.Test,
        _ event: DecodedEvent,
        _ meter: inout MatchMeter
    ) -> Bool {
        if case .isNull = test.comparison { return isNull(test.views, event) }
        for index in test.views {
            let view = plan.viewLists[index]
            guard let range = views.range(view, event) else { continue }
            if holds(test.comparison, view, range, event, &meter) { return true }
        }
        return false
    }

    private mutating func isNull(_ list: Range<Int>, _ event: DecodedEvent) -> Bool {
        for index in list {
            guard let range = views.range(plan.viewLists[index], event) else { continue }
            if !ByteCompare.starts(event.arena.span.extracting(range), "null") || range.count != 4 {
                return false
            }
        }
        return true
    }

    private mutating func holds(
        _ comparison: SigmaPlan.Comparison,
        _ view: Int,
        _ range: Range<Int>,
        _ event: DecodedEvent,
        _ meter: inout MatchMeter
    ) -> Bool {
        let text = event.arena.span.extracting(range)
        switch comparison {
        case .text(let glob):
            return views.mayMatch(glob, of: plan.globs, view, event)
                && plan.globs.matches(glob, text)
        case .regex(let regex): return plan.regexes[regex].matches(text, meter: &meter)
        case .network(let network): return plan.networks[network].contains(text)
        case .number(let relation, let number):
            guard let value = SigmaNumber.value(of: text) else { return false }
            return SigmaNumber.holds(value, relation, number)
        case .exists: return true
        case .isNull: return false
        case .equalsField(let others, let placement, let isCased):
            for index in others {
                guard let other = views.range(plan.viewLists[index], event) else { continue }
                let value = event.arena.span.extracting(other)
                if SigmaFieldText.holds(text, value, placement, isCased: isCased) { return true }
            }
            return false
        }
    }

    // MARK: Correlations

    /// Counts the event for a correlation, once however many of its rules hold;
    /// whether it fires.
    private mutating func count(_ feed: SigmaPlan.Feed, _ event: DecodedEvent, _ now: Int64) -> Bool
    {
        let correlation = feed.correlation
        guard countedEvents[correlation] != eventNumber else { return false }
        var group = counters.hash(of: correlation)
        for field in feed.groupBy {
            guard let range = firstRange(field, event) else { return false }
            group.combine(event.arena.span.extracting(range))
        }
        var value: UInt64?
        if let field = feed.value {
            guard let range = firstRange(field, event) else { return false }
            var hash = counters.hash(of: correlation)
            hash.combine(event.arena.span.extracting(range))
            value = hash.value
        }
        countedEvents[correlation] = eventNumber
        return counters.count(correlation, group: group.value, value: value, at: now)
    }

    private mutating func firstRange(_ list: Range<Int>, _ event: DecodedEvent) -> Range<Int>? {
        for index in list {
            if let range = views.range(plan.viewLists[index], event) { return range }
        }
        return nil
    }

    // MARK: Explaining

    /// Whether a detection is about the log source of the event matched last.
    func isAboutEvent(_ detection: Int) -> Bool {
        sourceHolds[plan.detections[detection].source]
    }

    /// What stands against a detection, for the event that was matched last: each
    /// search identifier's answer; nil when it holds.
    mutating func obstacle(_ index: Int, _ rule: SigmaDetection, _ event: DecodedEvent) -> String? {
        let detection = plan.detections[index]
        var meter = MatchMeter()
        if holds(detection.root, event, &meter) { return nil }
        var answers: [String] = []
        for (search, place) in zip(rule.searches, detection.searches) {
            let isTrue = holds(plan.searchRoots[place], event, &meter)
            answers.append("\(search.name) is \(isTrue)")
        }
        return "condition \(rule.conditionText): " + answers.joined(separator: ", ")
    }
}
