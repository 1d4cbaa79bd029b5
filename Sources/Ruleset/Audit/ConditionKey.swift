// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// A condition as far as two of them can be told to ask the same.
enum ConditionKey: Hashable {
    case decodedAs(Int)
    case text(FieldReference, PatternKind, [UInt8], isNegated: Bool)
    case exact(FieldReference, [UInt8], isNegated: Bool)
    case check(Condition.CompiledCheck)
    case minimumSize(Int)
    case time(Condition.TimeWindow)
    case weekday(Set<Int>)

    /// Nil for a condition that remembers, or that cannot be compared.
    init?(_ condition: Condition) {
        switch condition {
        case .decodedAs(let name): self = .decodedAs(name)
        case .text(let field, let pattern, let isNegated):
            self = .text(field, pattern.kind, pattern.source, isNegated: isNegated)
        case .exact(let field, let bytes, let isNegated):
            self = .exact(field, bytes, isNegated: isNegated)
        case .check(let check): self = .check(check)
        case .minimumSize(let count): self = .minimumSize(count)
        case .time(let window): self = .time(window)
        case .weekday(let days): self = .weekday(days)
        case .address, .outputChanged, .firstTimeSeen, .list: return nil
        }
    }
}

/// What a rule asks of an event, for finding rules that ask less.
struct ConditionSet {
    /// More conditions than this are not compared with subsets of theirs.
    private static let limit = 8

    /// Those that can be compared.
    let keys: Set<ConditionKey>
    /// Whether they are all that the rule asks.
    let isWhole: Bool

    init(_ rule: Rule) {
        let found = rule.conditions.map(ConditionKey.init)
        keys = Set(found.compactMap { $0 })
        isWhole = rule.correlation == nil && !found.contains { $0 == nil }
    }

    /// All sets that ask no more than this one, the empty one included.
    var subsets: [Set<ConditionKey>] {
        guard keys.count <= Self.limit else { return [[], keys] }
        var all: [Set<ConditionKey>] = [[]]
        for key in keys { all += all.map { $0.union([key]) } }
        return all
    }
}
