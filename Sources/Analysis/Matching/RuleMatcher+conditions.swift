// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns
import Ruleset

/// The single conditions of rules. Source: analysis-engine.md §5.3.
extension RuleMatcher {
    /// Whether a condition of a rule holds.
    mutating func holds(
        _ step: RuleStep,
        _ rule: Int,
        _ subject: Subject,
        _ event: inout DecodedEvent
    ) -> Bool {
        let plan = subject.plan
        switch step {
        case .decodedAs(let name): return name == subject.decoderName
        case .text(let field, let pattern, let isNegated):
            guard let range = event.range(of: field) else { return false }
            guard plan.patterns.mayMatch(pattern, range, in: &event) else { return isNegated }
            let text = event.arena.span
            let isMatch = plan.patterns.matches(
                pattern,
                text.extracting(range),
                scratch: &captures,
                meter: &limits.meter
            )
            return !limits.wasCut(rule) && isMatch != isNegated
        case .exact(let field, let bytes, let isNegated):
            guard let range = event.range(of: field) else { return false }
            let text = event.arena.span
            return plan.literals.isEqual(bytes, to: text.extracting(range)) != isNegated
        case .address(let field, let list, let isNegated):
            guard let range = event[field] else { return false }
            let text = event.arena.span
            return plan.addresses[list].contains(text.extracting(range)) != isNegated
        case .check(let check): return RuleChecks.holds(check, &event)
        case .minimumSize(let count): return event.log.count >= count
        case .time(let window): return Self.isInside(window, subject.circumstances.time.local)
        case .weekday(let days): return days >> subject.circumstances.time.local.weekday & 1 == 1
        case .outputChanged: return hasChangedOutput(rule, &event)
        case .firstTimeSeen: return firstTimes.isFirst(&event, &key)
        case .list(let index): return holds(plan.lookups[index], &event)
        }
    }

    private static func isInside(_ window: Condition.TimeWindow, _ time: CalendarTime) -> Bool {
        let minute = time.hour * 60 + time.minute
        let isInside = minute >= window.firstMinute && minute <= window.lastMinute
        return isInside != window.isNegated
    }

    private mutating func hasChangedOutput(_ rule: Int, _ event: inout DecodedEvent) -> Bool {
        let arena = event.arena
        let old = outputs.replace(
            ruleset.rules[rule].id,
            arena.span.extracting(event.hostname),
            by: arena.span.extracting(event.log)
        )
        guard let old else { return false }
        quoteOutput(event.store(old.span))
        return true
    }

    // MARK: Lists

    /// Whether a look-up in a CDB list holds (§6.3).
    private mutating func holds(_ lookup: ListLookup, _ event: inout DecodedEvent) -> Bool {
        guard let range = event.range(of: lookup.field) else { return false }
        let field = event.arena.span
        let value = field.extracting(range)
        let entries = ruleset.lists[lookup.list].entries
        switch lookup.lookup {
        case .matchKey: return find(value, entries) != nil
        case .notMatchKey: return find(value, entries) == nil
        case .matchKeyValue: return find(value, entries).map { accepts($0, lookup) } ?? false
        case .addressMatchKey: return findAddress(value, entries) != nil
        case .notAddressMatchKey: return findAddress(value, entries) == nil
        case .addressMatchKeyValue:
            // Inverted, as in Wazuh 4.14 (§6.3).
            return !(findAddress(value, entries).map { accepts($0, lookup) } ?? false)
        }
    }

    private func accepts(_ value: [UInt8], _ lookup: ListLookup) -> Bool {
        lookup.value?.matches(value.span) ?? true
    }

    private mutating func find(
        _ key: Span<UInt8>,
        _ entries: [[UInt8]: [UInt8]]
    ) -> [UInt8]? {
        self.key.removeAll(keepingCapacity: true)
        self.key.append(span: key)
        return entries[self.key]
    }

    /// The whole address, then its prefixes that end in a dot, longest first.
    private mutating func findAddress(
        _ address: Span<UInt8>,
        _ entries: [[UInt8]: [UInt8]]
    ) -> [UInt8]? {
        if let value = find(address, entries) { return value }
        var end = address.count
        while end > 0 {
            end -= 1
            guard end > 0, address[end - 1] == UInt8(ascii: ".") else { continue }
            if let value = find(address.extracting(0..<end), entries) { return value }
        }
        return nil
    }
}
