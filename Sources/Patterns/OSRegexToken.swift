// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// One step of a compiled os_regex, with what its neighbours mean for it.
///
/// Rulesets have a hundred thousand of them: the order of what is stored keeps one
/// at 40 bytes.
///
/// Source: analysis-engine.md §2.2.2.
struct OSRegexToken: Sendable {
    enum Kind: Sendable {
        /// One byte, either case.
        case literal
        /// One byte of a class.
        case one
        /// One or more bytes of a class.
        case plus
        /// Any number of bytes of a class.
        case star
        /// A parenthesis; open and close are the same token.
        case group
    }

    /// What a run of this class looks at while it takes bytes: the very next
    /// token, behind one parenthesis at most.
    enum Next: Sendable {
        /// Nothing follows.
        case end
        /// A class with a quantifier: a byte of it is kept, and the run goes on
        /// there.
        case run
        /// A class without quantifier: a byte of it is taken.
        case one
        /// A literal: its byte is taken and the run is over.
        case literal
    }

    /// The bytes that the token takes.
    ///
    /// A parenthesis takes `(`: the scan passes at most one for each byte and reads
    /// a second as a literal.
    let bytes: ByteSet
    /// Which parenthesis of the alternative this is, from 0; 0 for other tokens.
    let mark: Int32
    let kind: Kind
    var next: Next = .end
    /// Whether one parenthesis stands between this token and `next`.
    var passesGroup = false
    /// Whether a byte outside the class ends the whole match after a run: the
    /// token is the last, or an unquantified class before one last literal.
    var endsMatch = false

    var isClass: Bool { kind == .one || kind == .plus || kind == .star }

    /// Room that the reference gives the token; its end-of-pattern check counts
    /// in it.
    var width: Int {
        switch kind {
        case .literal, .group: 1
        case .one: 2
        case .plus, .star: 3
        }
    }
}
