// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension SQLPhrases {
    /// `x::int`: a cast of PostgreSQL, its type in lower case.
    static func cast(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        guard at > 0, at + 1 < tokens.count, tokens[at].range.count == 2 else { return }
        let type = form.tokens[tokens[at + 1].index]
        guard form.roles(tokens[at + 1].index).contains(.sqlType) else { return }
        if kind(tokens, at - 1) == .name, form.spacedWords > 2 { return }
        guard form.bytes[Int(type.start)] == form.lower[Int(type.start)],
            ends(tokens, at + 2) || form.isWord(tokens[at + 1].index, "double")
                || kind(tokens, at + 2) == .comparison || kind(tokens, at + 2) == .arithmetic
                || kind(tokens, at + 2) == .cast || kind(tokens, at + 2) == .logic
        else { return }
        verdicts.add(.sqlInjection, 60, range(tokens, at - 1, at + 1), "a cast of PostgreSQL")
    }

    /// `or 1=1`, `and 'a'='a`: with operands that are no names, wherever it stands.
    static func condition(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        var first = at + 1
        while let next = kind(tokens, first), next == .not || next == .open || next == .prefix {
            first += 1
        }
        guard let left = kind(tokens, first), kind(tokens, first + 1) == .comparison,
            let right = kind(tokens, first + 2)
        else { return }
        if isInSentence(tokens, at, first + 2, form) { return }
        let isSymbol = !ByteClass.isLetter(byte(tokens, first + 1))
        let isCall =
            right == .name && kind(tokens, first + 3) == .open
            && form.roles(tokens[first + 2].index).contains(.sqlFunction)
        if isCall, left == .number, isSymbol {
            verdicts.add(
                .sqlInjection,
                75,
                range(tokens, at, first + 2),
                "a condition with a function of SQL"
            )
        } else if left == .number, isSymbol,
            right == .number || right == .open || right == .constant
        {
            verdicts.add(.sqlInjection, 80, range(tokens, at, first + 2), "a condition of numbers")
        } else if left == .number, right == .number || right == .open,
            isWord(tokens, first + 1, form, "like")
        {
            verdicts.add(.sqlInjection, 70, range(tokens, at, first + 2), "a condition of numbers")
        }
    }

    /// `having said that, and 1 = 2 is false`: words before that nothing joins, and words
    /// behind that no statement goes on with.
    private static func isInSentence(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ last: Int,
        _ form: borrowing ValueForm
    ) -> Bool {
        guard last < tokens.count, last + 1 < tokens.count else { return false }
        let isSpoken =
            form.isFollowedByProse(tokens[last].index)
            || kind(tokens, at - 1) == .comma && kind(tokens, at - 2) == .name
            || kind(tokens, at - 1) == .name && kind(tokens, at - 2) == .name
        return isSpoken && form.proseStart <= tokens[last].index + 1 && !form.has("'")
            && !form.has("\"") && !form.has("#")
    }
}
