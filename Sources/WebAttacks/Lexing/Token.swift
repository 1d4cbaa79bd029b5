// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A piece of a decoded value that all languages share: a word, a number, or a mark.
///
/// A mark is one character of punctuation. Blanks aren't tokens; the token behind knows of them.
struct Token: Sendable {
    enum Kind: UInt8, Sendable { case word, number, mark }

    enum Gap: UInt8, Sendable { case none, blank, line }

    var start: Int32
    var end: Int32
    /// Index into the lexicon's entries, 0 for a word it does not know.
    var entry: UInt16
    var kind: Kind
    /// The character of a mark, the first one of a word or number, in lower case.
    var byte: UInt8
    /// What stands before it.
    var gap: Gap

    var range: Range<Int> { Int(start)..<Int(end) }
    var count: Int { Int(end - start) }

    func isMark(_ character: Unicode.Scalar) -> Bool {
        kind == .mark && byte == UInt8(ascii: character)
    }
}
