// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// Tries out whether an expression searches far longer than its subject is long.
///
/// An expression is tried only when its outline allows it: a repetition inside a
/// repetition, or three and more of them. Each try ends at the engine's own limit,
/// after some milliseconds.
enum BacktrackingTrial {
    /// How fast the time grows.
    enum Growth {
        /// The limit was met on some 64 bytes.
        case exponential
        /// Or worse; the limit was met on some 512 bytes.
        case cubic
    }

    /// Repetitions that are tried; more are passed over.
    private static let tryLimit = 8

    /// How the time grows; nil when no try met the limit.
    static func growth(of expression: PCRE2Expression, _ shape: ExpressionShape) -> Growth? {
        let nested = shape.repetitions.filter(\.isNested)
        if nested.contains(where: { meetsLimit(expression, $0, count: 64) }) { return .exponential }
        guard !nested.isEmpty || shape.repetitions.count >= 3 else { return nil }
        let tried = nested + shape.repetitions.filter { !$0.isNested }
        if tried.prefix(tryLimit).contains(where: { meetsLimit(expression, $0, count: 512) }) {
            return .cubic
        }
        return nil
    }

    /// Repeats the unit to about so many bytes and puts something behind that it
    /// cannot take.
    private static func meetsLimit(
        _ expression: PCRE2Expression,
        _ repetition: ExpressionShape.Repetition,
        count: Int
    ) -> Bool {
        Set(repetition.units).contains { unit in
            guard !unit.isEmpty else { return false }
            let repeats = (count + unit.count - 1) / unit.count
            let body = repetition.lead + Array(repeatElement(unit, count: repeats).joined())
            return [[0x00], Array("!\n~".utf8)].contains { ending in
                let subject = body + ending
                let before = expression.limitHits
                _ = expression.matches(subject.span)
                return expression.limitHits > before
            }
        }
    }
}
