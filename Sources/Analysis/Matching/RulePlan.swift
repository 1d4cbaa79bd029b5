// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// The rules of a ruleset laid out for running: nodes and conditions without
/// references, in flat tables.
final class RulePlan: Sendable {
    /// A place in the rule tree.
    struct Node: Sendable {
        /// Index into ``entries``.
        let rule: Int
        /// Children in evaluation order.
        let children: ChildTable.Group
    }

    /// What evaluation needs of a rule.
    struct Entry: Sendable {
        let level: Int
        /// Range of ``steps``.
        let steps: Range<Int>
        /// Index of the frequency test; -1 for none.
        let test: Int
        let isSilent: Bool
        let logs: Bool
        let ignoreSeconds: Int64
        /// Index of the sid list it feeds; -1 for none.
        let sidList: Int
        /// Range of ``groupLists``.
        let groupLists: Range<Int>
    }

    let nodes: [Node]
    let entries: [Entry]
    let steps: [RuleStep]
    let patterns: PatternTable
    let addresses: [AddressList]
    let lookups: [ListLookup]
    let literals: FixedTexts
    let groupLists: [Int]
    let roots: [ChildTable.Group]
    /// By decoder, the number of its name.
    let decoderNames: [Int]
    let decoderNameCount: Int
    let children: ChildTable
    let gates: RuleGates
    let correlation: CorrelationPlan

    init(_ ruleset: Ruleset) {
        let builder = RulePlanBuilder(ruleset)
        nodes = builder.nodes
        entries = builder.entries
        steps = builder.steps
        patterns = PatternTable(builder.patterns)
        addresses = builder.addresses
        lookups = builder.lookups
        literals = FixedTexts(builder.literals)
        groupLists = builder.groupLists
        roots = builder.roots
        children = builder.children
        gates = RuleGates(builder.gates)
        correlation = builder.correlation
        decoderNames = ruleset.decoders.map(\.nameID)
        decoderNameCount = ruleset.decoderNames.count
    }
}

/// Lays rules out.
struct RulePlanBuilder {
    private(set) var nodes: [RulePlan.Node] = []
    private(set) var entries: [RulePlan.Entry] = []
    private(set) var steps: [RuleStep] = []
    private(set) var patterns = PatternTableBuilder()
    private(set) var addresses: [AddressList] = []
    private(set) var lookups: [ListLookup] = []
    private(set) var literals: [UInt8] = []
    private(set) var groupLists: [Int] = []
    private(set) var roots: [ChildTable.Group] = []
    private(set) var children: ChildTable
    /// By place in ``ChildTable/nodes``.
    private(set) var gates: [RuleGate] = []
    private(set) var correlation: CorrelationPlan

    init(_ ruleset: Ruleset) {
        correlation = CorrelationPlan(
            sidListCount: ruleset.sidListCount,
            groupListCount: ruleset.groupListCount
        )
        children = ChildTable(decoderNameCount: ruleset.decoderNames.count)
        entries.reserveCapacity(ruleset.rules.count)
        for rule in ruleset.rules { add(rule) }
        let decoderNames = ruleset.rules.map(Self.decoderName)
        let nameOfNode = ruleset.nodes.map { decoderNames[$0.rule] }
        for node in ruleset.nodes {
            let group = children.add(node.children, decoderNames: nameOfNode)
            nodes.append(RulePlan.Node(rule: node.rule, children: group))
        }
        roots = ruleset.roots.map { children.add($0, decoderNames: nameOfNode) }
        let gateOfRule = entries.map { RuleGate(steps[$0.steps], patterns, lookups) }
        gates = children.nodes.map { gateOfRule[ruleset.nodes[$0].rule] }
    }

    /// The decoder name that the rule's first condition wants; nil when it has no
    /// such condition.
    private static func decoderName(of rule: Rule) -> Int? {
        guard case .decodedAs(let name) = rule.conditions.first else { return nil }
        return name
    }

    private mutating func add(_ rule: Rule) {
        let start = steps.count
        for condition in rule.conditions { steps.append(step(condition)) }
        let firstGroup = groupLists.count
        groupLists += rule.feedsGroupLists
        let test = rule.correlation.map { correlation.add($0, level: rule.level) }
        entries.append(
            RulePlan.Entry(
                level: rule.level,
                steps: start..<steps.count,
                test: test ?? -1,
                isSilent: rule.isSilent,
                logs: rule.options.logs,
                ignoreSeconds: Int64(rule.ignoreSeconds),
                sidList: rule.feedsSidList ?? -1,
                groupLists: firstGroup..<groupLists.count
            )
        )
    }

    private mutating func step(_ condition: Condition) -> RuleStep {
        switch condition {
        case .decodedAs(let name): return .decodedAs(name)
        case .text(let field, let pattern, let isNegated):
            return .text(field, pattern: patterns.add(pattern), isNegated: isNegated)
        case .exact(let field, let bytes, let isNegated):
            let start = literals.count
            literals += bytes
            return .exact(field, bytes: start..<literals.count, isNegated: isNegated)
        case .address(let field, let list, let isNegated):
            addresses.append(list)
            return .address(field, list: addresses.count - 1, isNegated: isNegated)
        case .check(let check): return .check(check)
        case .minimumSize(let count): return .minimumSize(count)
        case .time(let window): return .time(window)
        case .weekday(let days):
            return .weekday(days.reduce(0) { (0..<8).contains($1) ? $0 | 1 << $1 : $0 })
        case .outputChanged: return .outputChanged
        case .firstTimeSeen: return .firstTimeSeen
        case .list(let lookup):
            lookups.append(lookup)
            return .list(lookups.count - 1)
        }
    }
}
