// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// Finds the rule of an event, with all that rules remember between events.
///
/// Source: analysis-engine.md §5.6 to §5.9.
struct RuleMatcher: Sendable {
    /// What rules can ask besides the event's fields.
    struct Circumstances {
        /// Number of the event's agent.
        let agent: Int
        let time: Timestamp
    }

    /// The node of the rule that won.
    struct Winner {
        let node: Int
        /// Node of the rule above it in the tree; nil at the top.
        let parent: Int?
    }

    let ruleset: Ruleset
    let plan: RulePlan
    var memory: CorrelationMemory
    var firstTimes: FirstTimeSeenStore
    var outputs = OutputStore()
    /// Reused key of dictionary look-ups.
    var key: [UInt8] = []
    /// Reused by matches whose captures nobody wants.
    var captures = Captures()
    /// By rule, those of Sigma included.
    var limits = MatchLimits()
    private(set) var previous = PreviousEvents()
    /// Rules that were looked at, whether they held or not.
    private(set) var evaluations = 0
    /// Level for which the current event was claimed by a frequency test.
    private(set) var claimedLevel = 0
    /// How often each rule fired; indices as in ``RulePlan/entries``.
    var firedCounts: [Int]
    /// What was tried, while somebody wants to know.
    private(set) var trials: [RuleTrial]?
    private var depth = 0

    init(_ ruleset: Ruleset, memorySize: Int) {
        self.ruleset = ruleset
        plan = RulePlan(ruleset)
        memory = CorrelationMemory(plan: plan.correlation, limit: memorySize)
        firstTimes = FirstTimeSeenStore(ruleset)
        firedCounts = Array(repeating: 0, count: ruleset.rules.count)
    }

    /// The first rule in depth-first order that holds and has no holding child
    /// that may win.
    mutating func match(
        _ event: inout DecodedEvent,
        _ circumstances: Circumstances
    ) -> Winner? {
        let plan = plan
        let subject = Subject(
            plan: plan,
            decoderName: event.decoder.map { plan.decoderNames[$0] } ?? plan.decoderNameCount,
            circumstances: circumstances
        )
        let category = Int(event.category.rawValue)
        guard category < plan.roots.count else { return nil }
        return evaluateChildren(plan.roots[category], of: nil, subject, &event)
    }

    /// What stays the same while an event's rules are tried.
    struct Subject {
        /// The matcher's own, kept alive once for all rules.
        let plan: RulePlan
        /// Name of the event's decoder.
        let decoderName: Int
        let circumstances: Circumstances
    }

    /// Begins a new event.
    mutating func start() {
        previous.reset()
        claimedLevel = 0
        depth = 0
    }

    private mutating func evaluateChildren(
        _ group: ChildTable.Group,
        of parent: Int?,
        _ subject: Subject,
        _ event: inout DecodedEvent
    ) -> Winner? {
        let isTracing = trials != nil
        let plan = subject.plan
        let range =
            isTracing ? group.all : plan.children.range(group, decoderName: subject.decoderName)
        let hasSignature = event.hasSignature()
        var place = range.lowerBound
        while true {
            if !isTracing {
                let rest = place..<range.upperBound
                place = plan.gates.first(in: rest, &event, hasSignature: hasSignature)
            }
            guard place < range.upperBound else { return nil }
            let node = plan.children[place]
            if let winner = evaluate(node, parent, subject, &event) {
                return winner
            }
            place += 1
        }
    }

    private mutating func evaluate(
        _ node: Int,
        _ parent: Int?,
        _ subject: Subject,
        _ event: inout DecodedEvent
    ) -> Winner? {
        let plan = subject.plan
        let rule = plan.nodes[node].rule
        if limits.isOff(rule) { return nil }
        evaluations &+= 1
        let failure = firstFailure(of: rule, subject, &event)
        if trials != nil { note(node, parent, failure, event) }
        guard failure == nil else { return nil }
        let group = plan.nodes[node].children
        depth += 1
        defer { depth -= 1 }
        if !group.all.isEmpty,
            let winner = evaluateChildren(group, of: node, subject, &event)
        {
            return winner
        }
        if plan.entries[rule].isSilent { return nil }
        firedCounts[rule] &+= 1
        return Winner(node: node, parent: parent)
    }

    /// What stands against a rule: the index of a condition, the frequency test
    /// (behind the last condition), or nothing.
    private mutating func firstFailure(
        of rule: Int,
        _ subject: Subject,
        _ event: inout DecodedEvent
    ) -> Int? {
        let plan = subject.plan
        let steps = plan.entries[rule].steps
        for index in steps {
            if !holds(plan.steps[index], rule, subject, &event) {
                return index - steps.lowerBound
            }
        }
        let test = plan.entries[rule].test
        if test >= 0, !correlates(rule, test, &event, subject.circumstances) { return steps.count }
        return nil
    }

    private mutating func correlates(
        _ rule: Int,
        _ test: Int,
        _ event: inout DecodedEvent,
        _ circumstances: Circumstances
    ) -> Bool {
        let found = memory.search(
            test,
            for: &event,
            agent: circumstances.agent,
            now: circumstances.time.seconds,
            meter: &limits.meter
        )
        guard !limits.wasCut(rule), let found else {
            previous.removeAll()
            return false
        }
        claimedLevel = plan.correlation.tests[test].level
        previous.fill(found.sequences)
        return true
    }

    // MARK: Memory

    /// Counts a rule that fired without being evaluated.
    mutating func countFiring(of rule: Int) {
        firedCounts[rule] &+= 1
    }

    /// Forgets the hour's counts (§5.12).
    mutating func resetFiredCounts() {
        for index in firedCounts.indices { firedCounts[index] = 0 }
    }

    /// Takes the quoted events back.
    mutating func discardPrevious() {
        previous.removeAll()
    }

    /// Replaces the quoted events by a rule's old output.
    mutating func quoteOutput(_ output: Range<Int>) {
        previous.setOutput(output)
    }

    /// Stores an event for later frequency tests under its rule.
    mutating func remember(
        _ event: inout DecodedEvent,
        rule: Int,
        _ circumstances: Circumstances
    ) {
        let entry = plan.entries[rule]
        let remembrance = CorrelationMemory.Remembrance(
            rule: rule,
            agent: circumstances.agent,
            arrival: circumstances.time.seconds,
            claimedLevel: claimedLevel,
            sidList: entry.sidList,
            groupLists: entry.groupLists
        )
        memory.store(&event, remembrance, groupLists: plan.groupLists)
    }

    // MARK: Explaining

    /// Keeps, from now on, what is tried.
    mutating func startTracing() {
        trials = []
    }

    /// Returns what was tried and stops keeping it.
    mutating func takeTrials() -> [RuleTrial] {
        defer { trials = nil }
        return trials ?? []
    }

    private mutating func note(
        _ node: Int,
        _ parent: Int?,
        _ failure: Int?,
        _ event: DecodedEvent
    ) {
        let rule = ruleset.rules[plan.nodes[node].rule]
        let outcome = failure.map { RuleExplanation(ruleset).text(rule, failure: $0, event) }
        trials?.append(
            RuleTrial(
                ruleID: rule.id,
                depth: depth,
                description: rule.description.raw,
                obstacle: outcome,
                hasChildren: !plan.nodes[node].children.all.isEmpty,
                node: node,
                parent: parent
            )
        )
    }
}
