// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A token as a database would see it.
struct SQLToken: Sendable {
    var kind: SQLKind
    /// The character of an operator, the first one of a word.
    var byte: UInt8
    /// A text whose closing quote is missing: the server adds it.
    var isOpen = false
    /// Bytes in the value's form.
    var range: Range<Int>
    /// Index of its first token in the form.
    var index: Int
}
