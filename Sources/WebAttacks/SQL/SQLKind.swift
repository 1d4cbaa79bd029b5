// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a token is in a statement of SQL.
enum SQLKind: UInt8, Sendable {
    /// A word without a meaning of its own: a column, a table, an alias.
    case name
    case number
    case text
    /// `@x`, `@@x`.
    case variable
    /// `null`, `true`, `current_user`.
    case constant
    /// Begins a statement: `select`, `drop`.
    case statement
    /// `union`, `intersect`, `except`.
    case union
    /// `from`, `where`, `having`, `into`.
    case clause
    /// `or`, `and`, `xor`, `||`, `&&`.
    case logic
    case not
    /// `=`, `<>`, `like`, `in`, `is`.
    case comparison
    /// `+`, `*`, `div`, `collate`.
    case arithmetic
    /// May stand before an operand: `binary`, `exists`, `any`, `distinct`.
    case prefix
    case comma
    case open
    case close
    case semicolon
    /// A comment up to the end of the line.
    case comment
    /// `::` or `:=`.
    case cast
    case other
}
