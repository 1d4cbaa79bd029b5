// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

extension SQLPhrases {
    static func statement(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        let found: Int?
        if isWord(tokens, at, form, "insert") || isWord(tokens, at, form, "replace") {
            let isIt =
                isWord(tokens, at + 1, form, "into") && kind(tokens, at + 2) == .name
                && (kind(tokens, at + 3) == .open || isWord(tokens, at + 3, form, "values")
                    || isWord(tokens, at + 3, form, "select")
                        && kind(tokens, at + 4) != .clause)
            found = isIt ? at + 3 : nil
        } else if isWord(tokens, at, form, "delete") {
            // The whole of a text, `delete from history` is a wish; behind something, a statement.
            found =
                isWord(tokens, at + 1, form, "from") && kind(tokens, at + 2) == .name
                    && ends(tokens, at + 3) && (at > 0 || at + 3 < tokens.count) ? at + 2 : nil
        } else if isWord(tokens, at, form, "update") {
            found =
                kind(tokens, at + 1) == .name && isWord(tokens, at + 2, form, "set")
                    && kind(tokens, at + 4) == .comparison ? at + 4 : nil
        } else if isWord(tokens, at, form, "waitfor") {
            found =
                (isWord(tokens, at + 1, form, "delay") || isWord(tokens, at + 1, form, "time"))
                    && kind(tokens, at + 2) != .name ? at + 1 : nil
        } else if isWord(tokens, at, form, "declare") {
            found = kind(tokens, at + 1) == .variable ? at + 1 : nil
        } else if isWord(tokens, at, form, "copy") {
            found = copy(tokens, at, form)
        } else if isWord(tokens, at, form, "attach") {
            let isIt =
                isWord(tokens, at + 1, form, "database") && form.has("'")
                && (at == 0 || kind(tokens, at - 1) == .semicolon)
            found = isIt ? at + 1 : nil
        } else if isWord(tokens, at, form, "exec") || isWord(tokens, at, form, "execute") {
            found = execution(tokens, at, form)
        } else {
            found = definition(tokens, at, form)
        }
        if let end = found {
            verdicts.add(
                .sqlInjection,
                85,
                range(tokens, at, end),
                "a statement that changes or runs something"
            )
        }
    }

    static func ends(_ tokens: borrowing [SQLToken], _ at: Int) -> Bool {
        switch kind(tokens, at) {
        case nil, .clause, .semicolon, .comment, .close: true
        default: false
        }
    }

    private static func execution(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm
    ) -> Int? {
        guard at + 1 < tokens.count else { return nil }
        let next = tokens[at + 1].range.lowerBound
        let isProcedure =
            form.hasText(at: next, "xp_") || form.hasText(at: next, "sp_")
            || form.hasText(at: next, "master") || form.hasText(at: next, "immediate")
        if isProcedure || kind(tokens, at + 1) == .variable { return at + 1 }
        let isText =
            kind(tokens, at + 1) == .open
            && (kind(tokens, at + 2) == .variable || isWord(tokens, at + 2, form, "char"))
        return isText ? at + 2 : nil
    }

    /// `copy (select '') to program 'id'`, `copy x from '/etc/passwd'`.
    private static func copy(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm
    ) -> Int? {
        guard form.has("'") else { return nil }
        for index in at + 2..<max(at + 2, min(at + 10, tokens.count))
        where isWord(tokens, index, form, "to") || isWord(tokens, index, form, "from") {
            let isPath = byte(tokens, index + 1) == UInt8(ascii: "/")
            return isPath || isWord(tokens, index + 1, form, "program") ? index + 1 : nil
        }
        return nil
    }

    /// `grant all on *.* to x`.
    private static func grant(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm
    ) -> Int? {
        var hasStar = kind(tokens, at - 1) == .semicolon
        var hasObject = false
        for index in at + 1..<max(at + 1, min(at + 12, tokens.count)) {
            if isWord(tokens, index, form, "on") { hasObject = true }
            if byte(tokens, index) == UInt8(ascii: "*") { hasStar = true }
            guard isWord(tokens, index, form, "to") || isWord(tokens, index, form, "from") else {
                continue
            }
            if hasObject && hasStar || kind(tokens, index + 2) == .semicolon { return index }
        }
        return nil
    }

    /// `drop table x`, `create user x`, `grant all on`.
    private static func definition(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm
    ) -> Int? {
        let isDefinition =
            isWord(tokens, at, form, "drop") || isWord(tokens, at, form, "alter")
            || isWord(tokens, at, form, "truncate") || isWord(tokens, at, form, "create")
        if isDefinition, at + 2 < tokens.count,
            form.roles(tokens[at + 1].index).contains(.sqlObject)
        {
            let next = kind(tokens, at + 3)
            // `create table lamp` is a lamp; `drop table x` is none.
            let start = tokens[at].range.lowerBound
            let isCreate =
                isWord(tokens, at, form, "create") && form.bytes[start + 1] == form.lower[start + 1]
            let endsWell = isCreate ? next != nil && ends(tokens, at + 3) : ends(tokens, at + 3)
            return kind(tokens, at + 2) == .name
                && (endsWell || next == .open || isWord(tokens, at + 3, form, "identified"))
                ? at + 2 : nil
        }
        if isWord(tokens, at, form, "create"), isWord(tokens, at + 1, form, "or"),
            isWord(tokens, at + 2, form, "replace"), at + 4 < tokens.count,
            form.roles(tokens[at + 3].index).contains(.sqlObject)
        {
            return at + 3
        }
        if isWord(tokens, at, form, "grant") || isWord(tokens, at, form, "revoke") {
            return grant(tokens, at, form)
        }
        if isWord(tokens, at, form, "shutdown"), at > 0, kind(tokens, at - 1) == .semicolon {
            return at
        }
        return nil
    }
}
