// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Whether a piece of code is spoken of: words stand beside it where no language takes
/// words, so nothing could run the whole.
extension ValueForm {
    /// Where the words begin that end the value: `… vs usleep in php`.
    ///
    /// Words behind blanks on one line, with the marks of prose between them; the
    /// number of tokens if there are none. Look-up is linear once a value.
    static func proseStart(_ tokens: borrowing [Token]) -> Int {
        var start = tokens.count
        var at = tokens.count - 1
        while at >= 0 {
            let token = tokens[at]
            if token.gap == .line { return start }
            if token.kind == .mark {
                guard isProseMark(tokens, at) else { return start }
            } else if token.gap == .blank {
                start = at
            }
            at -= 1
        }
        return start
    }

    /// `?`, `,`, `.` and `!` behind a word, an apostrophe or hyphen within one.
    private static func isProseMark(_ tokens: borrowing [Token], _ at: Int) -> Bool {
        let token = tokens[at]
        guard token.gap == .none, at > 0, tokens[at - 1].kind != .mark else { return false }
        let isLast = at + 1 == tokens.count
        switch token.byte {
        case UInt8(ascii: "?"), UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "!"):
            return isLast || tokens[at + 1].gap == .blank
        case UInt8(ascii: "'"), UInt8(ascii: "-"):
            return !isLast && tokens[at + 1].kind == .word && tokens[at + 1].gap == .none
        default:
            return false
        }
    }

    /// Whether nothing but words follows a token, up to the value's end, and they are
    /// not the rest of an expression: `alert(1) not showing`, not `sleep(5) limit 1`.
    func isFollowedByProse(_ last: Int) -> Bool {
        let next = last + 1
        guard last >= 0, next < tokens.count, proseStart <= next, tokens[next].gap == .blank,
            tokens[next].kind == .word
        else { return false }
        if isFollowedByWord(last) { return true }
        // `select count(*) from visits is slow`
        if isWord(next, "is"), next + 1 < tokens.count, isPlainWord(next + 1) { return true }
        // `in chrome not working`: two words that nothing joins.
        for at in next..<min(next + 8, tokens.count - 1)
        where isPlainWord(at) && isPlainWord(at + 1) && tokens[at + 1].gap == .blank {
            return true
        }
        return false
    }

    /// Whether a plain word stands behind a token and a blank, whatever follows.
    func isFollowedByWord(_ last: Int) -> Bool {
        let next = last + 1
        return next < tokens.count && tokens[next].gap == .blank && isPlainWord(next)
            && tokens[next].count > 1
    }

    /// Whether nothing but words follows a token, up to the value's end.
    func hasOnlyWordsBehind(_ last: Int) -> Bool {
        let next = last + 1
        return next < tokens.count && proseStart <= next && tokens[next].gap == .blank
            && tokens[next].kind == .word
    }

    /// Whether two words that nothing joins stand right before a token: `how does sleep(`.
    func isPrecededByProse(_ at: Int) -> Bool {
        at > 1 && at < tokens.count && tokens[at].gap == .blank && tokens[at - 1].gap == .blank
            && isPlainWord(at - 1) && isPlainWord(at - 2)
    }

    /// A word that is no keyword of SQL or operator of script; `not` before such a word.
    private func isPlainWord(_ at: Int) -> Bool {
        let token = tokens[at]
        guard token.kind == .word, !ByteClass.isDigit(token.byte) else { return false }
        if sql(at) == .not {
            return at + 1 < tokens.count && tokens[at + 1].kind == .word && sql(at + 1) == .name
        }
        return sql(at) == .name && !isWord(at, "instanceof") && !isWord(at, "of")
            && !isWord(at, "if")
    }

    /// Where the parenthesis ends that opens here, within the next tokens.
    func closing(_ open: Int) -> Int? {
        guard isMark(open, "(") else { return nil }
        var depth = 0
        for at in open..<min(open + 32, tokens.count) {
            if isMark(at, "(") { depth += 1 }
            if isMark(at, ")") { depth -= 1 }
            if depth == 0 { return at }
        }
        return nil
    }

    /// Whether a piece stands between backquotes in a sentence: ``the `<b>` tag is``.
    func isQuotedInProse(_ first: Int, _ last: Int) -> Bool {
        isMark(first - 1, "`") && isMark(last + 1, "`") && spacedWords > 3
            && (first < 2 || tokens[first - 1].gap == .blank)
            && (last + 2 >= tokens.count || tokens[last + 2].gap == .blank
                || isMark(last + 2, ",") || isMark(last + 2, "."))
    }
}
