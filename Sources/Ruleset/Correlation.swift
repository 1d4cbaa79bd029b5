// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel
package import Patterns

/// What makes a rule wait for several events (§5.8).
package struct Correlation: Sendable {
    /// Where earlier events are sought.
    package enum Source: Sendable {
        /// Events whose final rule has the id of `if_matched_sid`: index of
        /// the sid list.
        case sid(Int)
        /// Index of the group list.
        case group(Int)
        /// All recent events of the same category whose log matches.
        case regex(OSRegex)
    }

    package let source: Source
    /// The number N of `frequency="N"`.
    ///
    /// The rule fires on the N-th event; 2 when absent.
    package let frequency: Int
    /// Seconds.
    package let timeframe: Int
    /// Whether events of other agents count too (`global_frequency`).
    package let countsAllAgents: Bool
    /// Both events have the field and it is equal.
    package let same: [Subject]
    /// Not both events have the field with an equal value.
    package let different: [Subject]
    /// All must exist in both events and be equal.
    package let sameFields: [FieldName]
    /// None may exist in both and be equal.
    package let differentFields: [FieldName]

    /// What `same_*` and `different_*` compare.
    package enum Subject: Sendable, Hashable {
        case fixed(StaticField)
        case location
        case sourcePlace
        case destinationPlace
    }
}
