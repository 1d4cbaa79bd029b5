// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension SQLPhrases {
    /// `union values (1,2)`.
    static func values(
        _ tokens: borrowing [SQLToken],
        _ union: Int,
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        guard isWord(tokens, at, form, "values"), kind(tokens, at + 1) == .open else { return }
        verdicts.add(
            .sqlInjection,
            80,
            range(tokens, union, at + 1),
            "a union with a row of values"
        )
    }

    /// `1,(select 1)`, `1-(select 0)`: a select where a value was due.
    static func nested(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        guard kind(tokens, at - 1) == .open, form.tokens[tokens[at - 1].index].gap == .none,
            kind(tokens, at - 2) == .comma || kind(tokens, at - 2) == .arithmetic
        else { return }
        let isValue =
            switch kind(tokens, at + 1) {
            case .number, .variable, .constant, .arithmetic, .prefix: true
            case .clause: isWord(tokens, at + 1, form, "case")
            case .name: kind(tokens, at + 2) == .open
            default: false
            }
        if isValue {
            verdicts.add(.sqlInjection, 64, range(tokens, at - 2, at + 1), "a select within a list")
        }
    }

    /// Families of functions that only databases have, keywords written twice, and
    /// the table that MySQL's union takes.
    static func family(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        let token = tokens[at]
        let start = token.range.lowerBound
        let isFamily =
            switch token.byte {
            case UInt8(ascii: "p"): form.hasText(at: start, "pg_")
            case UInt8(ascii: "l"): form.hasText(at: start, "lo_")
            case UInt8(ascii: "x"): form.hasText(at: start, "xp_")
            case UInt8(ascii: "s"):
                form.hasText(at: start, "sp_") || form.hasText(at: start, "sys_context")
            case UInt8(ascii: "c"): form.hasText(at: start, "ctxsys.")
            default: false
            }
        if isFamily, kind(tokens, at + 1) == .open,
            form.tokens[tokens[at + 1].index].gap == .none, form.plainWords < 12
        {
            verdicts.add(.sqlInjection, 62, range(tokens, at, at + 1), "a function of a database")
        }
        if isDoubled(form, token, "union") || isDoubled(form, token, "select") {
            verdicts.add(
                .sqlInjection,
                70,
                token.range,
                "a keyword within a keyword, for who takes one out"
            )
        }
        if isWord(tokens, at, form, "table"), kind(tokens, at - 1) == .union,
            kind(tokens, at - 2) == .number || kind(tokens, at - 2) == nil && form.has("'")
        {
            verdicts.add(.sqlInjection, 62, range(tokens, at - 1, at), "a union with a table")
        }
    }

    /// `selselectect`.
    private static func isDoubled(
        _ form: borrowing ValueForm,
        _ token: SQLToken,
        _ keyword: StaticString
    ) -> Bool {
        let length = keyword.utf8CodeUnitCount
        guard token.range.count == 2 * length else { return false }
        let start = token.range.lowerBound
        return keyword.withUTF8Buffer { letters in
            for split in 1..<length {
                let isIt = (0..<2 * length).allSatisfy { index in
                    let expected =
                        index < split
                        ? letters[index]
                        : index < split + length ? letters[index - split] : letters[index - length]
                    return form.lower[start + index] == expected
                }
                if isIt { return true }
            }
            return false
        }
    }
}
