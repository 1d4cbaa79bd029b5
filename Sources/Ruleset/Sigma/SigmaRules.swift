// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import Patterns

/// The Sigma rules of a ruleset, compiled.
///
/// Their alerts' texts are in ``Ruleset/rules`` as those of all rules are; they have
/// no place in the tree of XML rules.
package struct SigmaRules: Sendable {
    /// Rules of greater level first; equal ones in load order.
    package let detections: [SigmaDetection]
    package let correlations: [SigmaCorrelation]

    /// No rules.
    package static let none = SigmaRules(detections: [], correlations: [])
}

/// A rule that looks at one event.
package struct SigmaDetection: Sendable {
    /// Index into ``Ruleset/rules``.
    package let rule: Int
    /// Which events the rule is about.
    package let source: SigmaLogSource
    /// The search identifiers of `detection`, in order.
    package let searches: [Search]
    /// What must hold.
    package let condition: SigmaExpression
    /// The condition as written; several are joined by `or`.
    package let conditionText: String
    /// Whether the rule writes no alert: it is there for correlations alone.
    package let isSilent: Bool

    /// A named part of a detection.
    package struct Search: Sendable {
        package let name: String
        package let expression: SigmaExpression
    }
}

/// A claim about one event.
package indirect enum SigmaExpression: Sendable {
    case all([SigmaExpression])
    case any([SigmaExpression])
    case not(SigmaExpression)
    /// Index into ``SigmaDetection/searches``.
    case search(Int)
    case test(SigmaTest)
}

/// One comparison of a field.
package struct SigmaTest: Sendable {
    package let field: SigmaField
    package let comparison: Comparison

    /// What a field's value must be; it holds when one of the field's views has
    /// it.
    package enum Comparison: Sendable {
        case text(SigmaGlob)
        case regex(PCRE2Expression)
        case network(AddressList)
        case number(Relation, Double)
        case exists
        /// The field is absent, or JSON's `null`.
        case isNull
        case equalsField(SigmaField, Placement, isCased: Bool)
    }

    /// How numbers compare.
    package enum Relation: String, Sendable, CaseIterable {
        case less = "lt"
        case lessOrEqual = "lte"
        case greater = "gt"
        case greaterOrEqual = "gte"
    }

    /// Where in the field the value stands.
    package enum Placement: Sendable {
        case whole, anywhere, beginning, end
    }
}

/// A correlation rule: so many events within a time.
package struct SigmaCorrelation: Sendable {
    /// Index into ``Ruleset/rules``.
    package let rule: Int
    /// Indices into ``SigmaRules/detections``.
    package let sources: [Source]
    package let counted: Counted
    /// How many must have come, at least 1.
    package let threshold: Int
    /// Whether exactly so many are meant, and more say nothing.
    package let isExact: Bool
    /// Seconds, at least 1.
    package let timespan: Int64

    /// A rule whose events are counted.
    package struct Source: Sendable {
        /// Index into ``SigmaRules/detections``.
        package let detection: Int
        /// The fields whose values part the events, after aliases.
        package let groupBy: [SigmaField]
        /// The field whose values are counted; nil when events are.
        package let value: SigmaField?
    }

    /// What is counted.
    package enum Counted: String, Sendable {
        case events = "event_count"
        case values = "value_count"
    }
}
