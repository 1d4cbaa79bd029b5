// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// A ``Condition`` without references: patterns, addresses and lookups are
/// indices into the tables of ``RulePlan``.
enum RuleStep: Sendable {
    case decodedAs(Int)
    case text(FieldReference, pattern: Int, isNegated: Bool)
    /// `bytes` is a range of ``RulePlan/literals``.
    case exact(FieldReference, bytes: Range<Int>, isNegated: Bool)
    case address(StaticField, list: Int, isNegated: Bool)
    case check(Condition.CompiledCheck)
    case minimumSize(Int)
    case time(Condition.TimeWindow)
    /// Bit n is set for weekday n, 0 is Sunday.
    case weekday(UInt8)
    case outputChanged
    case firstTimeSeen
    case list(Int)
}
