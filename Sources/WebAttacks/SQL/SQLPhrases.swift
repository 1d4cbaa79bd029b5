// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Phrases that stand in statements and hardly anywhere else, whatever is around.
///
/// Quotes are passed over here, so that a statement inside a text counts too.
enum SQLPhrases {
    static func judge(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        var columns: Int?
        var unionAt: Int?
        for at in 0..<tokens.count {
            switch tokens[at].kind {
            case .statement:
                if form.isWord(tokens[at].index, "select") {
                    columns = at
                    if let union = unionAt { addUnion(tokens, union, at, &verdicts) }
                    inner(tokens, at, form, &verdicts)
                } else {
                    statement(tokens, at, form, &verdicts)
                }
            case .union: unionAt = at
            case .clause:
                if let union = unionAt { values(tokens, union, at, form, &verdicts) }
                if let select = columns { from(tokens, select, at, form, &verdicts) }
                clause(tokens, at, form, &verdicts)
            case .name, .variable:
                name(tokens, at, form, &verdicts)
                if tokens[at].kind == .name { family(tokens, at, form, &verdicts) }
            case .cast: cast(tokens, at, form, &verdicts)
            case .logic: condition(tokens, at, form, &verdicts)
            case .comparison where isWord(tokens, at, form, "match"):
                if isWord(tokens, at + 2, form, "against")
                    || isWord(tokens, at + 4, form, "against")
                {
                    verdicts.add(
                        .sqlInjection,
                        70,
                        range(tokens, at, at + 2),
                        "a search of SQL's own"
                    )
                }
            case .prefix, .open, .close, .comment: break
            default: break
            }
            if unionAt != nil, !keepsUnion(tokens, at, form) { unionAt = nil }
        }
    }

    static func range(_ tokens: borrowing [SQLToken], _ from: Int, _ to: Int) -> Range<Int> {
        tokens[from].range.lowerBound..<tokens[min(to, tokens.count - 1)].range.upperBound
    }

    static func kind(_ tokens: borrowing [SQLToken], _ at: Int) -> SQLKind? {
        at >= 0 && at < tokens.count ? tokens[at].kind : nil
    }

    static func byte(_ tokens: borrowing [SQLToken], _ at: Int) -> UInt8 {
        at >= 0 && at < tokens.count ? tokens[at].byte : 0
    }

    static func isWord(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ word: StaticString
    ) -> Bool {
        at >= 0 && at < tokens.count && form.isWord(tokens[at].index, word)
    }

    // MARK: Union and select

    private static func keepsUnion(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm
    ) -> Bool {
        switch tokens[at].kind {
        case .union, .open, .prefix: true
        case .name: isWord(tokens, at, form, "all")
        default: false
        }
    }

    private static func addUnion(
        _ tokens: borrowing [SQLToken],
        _ union: Int,
        _ select: Int,
        _ verdicts: inout Verdicts
    ) {
        // `European Union select committee`: words before and behind, and nothing else.
        let isTitle =
            union > 0 && kind(tokens, union - 1) == .name && select + 2 >= tokens.count
        let isProse =
            kind(tokens, select + 1) == .name
            && (isTitle
                || kind(tokens, select + 2) == .name && kind(tokens, select + 3) ?? .name == .name)
        let score = isProse ? 45 : 92
        verdicts.add(
            .sqlInjection,
            score,
            range(tokens, union, select + 1),
            "a union with a second select"
        )
    }

    /// `select … from …`, if the columns are not prose.
    private static func from(
        _ tokens: borrowing [SQLToken],
        _ select: Int,
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        guard isWord(tokens, at, form, "from"), at > select + 1, at - select < 48,
            at + 1 < tokens.count
        else { return }
        var neighbours = 0
        var marks = 0
        for index in select + 1..<at {
            switch tokens[index].kind {
            case .name where kind(tokens, index - 1) == .name: neighbours += 1
            case .comma, .open, .variable, .number: marks += 1
            case .arithmetic where byte(tokens, index) == UInt8(ascii: "*"): marks += 2
            default: break
            }
        }
        let behind = kind(tokens, at + 2)
        let endsWell =
            behind == nil || behind == .clause || behind == .comment || behind == .close
            || behind == .semicolon || behind == .comma
        let follows = kind(tokens, at + 1)
        guard
            follows == .name || follows == .open || follows == .statement || follows == .variable
                || follows == .constant || follows == .clause
        else { return }
        // `select * from users is slow`, a statement in a sentence's backquotes.
        let table = tokens[at + 1].index
        let isMention =
            form.isFollowedByProse(table) && form.tokens.count > table + 2
            || form.isQuotedInProse(tokens[select].index, table)
        if isMention { return }
        let isList = marks > 0 && neighbours <= 2
        if isList && (endsWell || marks > 1) {
            verdicts.add(
                .sqlInjection,
                85,
                range(tokens, select, at + 1),
                "a select with columns and a table"
            )
        } else if at == select + (kind(tokens, select + 1) == .prefix ? 3 : 2), endsWell,
            behind != .clause || at + 3 < tokens.count,
            behind != nil || select == 0 || kind(tokens, select - 1) == .open
        {
            verdicts.add(
                .sqlInjection,
                behind == nil ? 55 : 70,
                range(tokens, select, at + 1),
                "a select from a table"
            )
        }
    }

    /// `or (select …`, `in (select …`, `select @x`, `select pg_sleep`.
    private static func inner(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        if kind(tokens, at - 1) == .open, let before = kind(tokens, at - 2) {
            let isCondition =
                before == .logic || before == .comparison && !isWord(tokens, at - 2, form, "is")
            if isCondition {
                verdicts.add(
                    .sqlInjection,
                    70,
                    range(tokens, at - 2, at),
                    "a select within a condition"
                )
            }
        }
        nested(tokens, at, form, &verdicts)
        guard at + 1 < tokens.count else { return }
        let isVariable = kind(tokens, at + 1) == .variable && tokens[at + 1].range.count > 1
        let isDangerous = form.roles(tokens[at + 1].index).contains(.sqlDangerous)
        if isVariable || isDangerous {
            verdicts.add(
                .sqlInjection,
                62,
                range(tokens, at, at + 1),
                "a select of a variable or function"
            )
        }
    }

    // MARK: Clauses, names, casts

    private static func clause(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        if isWord(tokens, at, form, "into"), at + 1 < tokens.count,
            isWord(tokens, at + 1, form, "outfile") || isWord(tokens, at + 1, form, "dumpfile")
        {
            verdicts.add(.sqlInjection, 85, range(tokens, at, at + 1), "output into a file")
        }
        if isWord(tokens, at, form, "procedure"), isWord(tokens, at + 1, form, "analyse") {
            verdicts.add(.sqlInjection, 85, range(tokens, at, at + 1), "procedure analyse")
        }
        if isWord(tokens, at, form, "case") { cases(tokens, at, form, &verdicts) }
        guard isWord(tokens, at, form, "order") || isWord(tokens, at, form, "group"),
            isWord(tokens, at + 1, form, "by"), at + 2 < tokens.count
        else { return }
        let isNumbered =
            kind(tokens, at + 2) == .number
            && (ends(tokens, at + 3) || kind(tokens, at + 3) == .comma)
        let isBehindValue =
            at > 0 && (kind(tokens, at - 1) == .number || kind(tokens, at - 1) == .close)
        if isNumbered, isBehindValue || kind(tokens, at + 3) == .comment || at <= 1 {
            verdicts.add(
                .sqlInjection,
                75,
                range(tokens, at, at + 2),
                "columns counted by order or group"
            )
        }
    }

    private static func cases(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        guard at + 4 < tokens.count else { return }
        var hasWhen = false
        for index in at + 1..<min(at + 24, tokens.count) {
            if isWord(tokens, index, form, "when"), index <= at + 2 { hasWhen = true }
            if hasWhen, isWord(tokens, index, form, "then"), index > at + 2 {
                let isProse = kind(tokens, at + 1) == .name && kind(tokens, at + 2) == .name
                if !isProse {
                    verdicts.add(
                        .sqlInjection,
                        75,
                        range(tokens, at, index),
                        "a case with when and then"
                    )
                }
                return
            }
        }
    }

    private static func name(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        let token = tokens[at]
        let roles = form.roles(token.index)
        if token.kind == .variable {
            let name = token.range.lowerBound + 2
            if token.range.count > 3, form.hasText(at: name - 2, "@@"),
                ByteClass.isLetter(form.lower[name]), form.spacedWords < 4 || form.has("(")
            {
                verdicts.add(.sqlInjection, 65, token.range, "a variable of the database server")
            }
            return
        }
        var start = token.range.lowerBound
        if token.byte == UInt8(ascii: "[") { start += 1 }
        if form.hasText(at: start, "information_schema") || form.hasText(at: start, "sqlite_master")
            || form.hasText(at: start, "pg_catalog") || form.hasText(at: start, "xp_cmdshell")
            || form.hasText(at: start, "utl_http.") || form.hasText(at: start, "utl_inaddr.")
            || form.hasText(at: start, "dbms_") || form.hasText(at: start, "mysql.user")
        {
            if isSpokenOf(tokens, at, form) { return }
            verdicts.add(.sqlInjection, 80, token.range, "a catalogue or package of the database")
            return
        }
        if roles.contains(.sqlCatalog), isBehindFrom(tokens, at, form) {
            verdicts.add(.sqlInjection, 75, token.range, "a catalogue of the database")
        }
        if isWord(tokens, at, form, "if"), kind(tokens, at + 1) == .number,
            kind(tokens, at + 2) == .comparison, kind(tokens, at + 3) == .number,
            form.proseStart > tokens[at + 3].index + 1 || at + 4 >= tokens.count
        {
            verdicts.add(.sqlInjection, 65, range(tokens, at, at + 3), "a condition of numbers")
        }
        guard kind(tokens, at + 1) == .open, roles.contains(.sqlFunction) else { return }
        call(tokens, at, form, roles, &verdicts)
    }

    /// `xp_cmdshell disabled by default?`: a name among words, that nothing uses.
    private static func isSpokenOf(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm
    ) -> Bool {
        let before = kind(tokens, at - 1)
        guard before == nil || before == .name || isWord(tokens, at - 1, form, "is") else {
            return false
        }
        return form.isFollowedByProse(tokens[at].index)
            || form.isPrecededByProse(tokens[at].index) && at + 1 == tokens.count
    }

    private static func isBehindFrom(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm
    ) -> Bool {
        isWord(tokens, at - 1, form, "from")
            || byte(tokens, at - 1) == UInt8(ascii: ",")
                && kind(tokens, at + 1) == .clause
    }

    /// A function of SQL where an expression would hold it.
    private static func call(
        _ tokens: borrowing [SQLToken],
        _ at: Int,
        _ form: borrowing ValueForm,
        _ roles: Roles,
        _ verdicts: inout Verdicts
    ) {
        let isJoined = form.tokens[tokens[at + 1].index].gap == .none
        guard isJoined, at + 2 < tokens.count else { return }
        let before = kind(tokens, at - 1)
        let inExpression =
            before == .logic || before == .comparison || before == .arithmetic || before == .comma
            || before == .statement || before == .open || before == .semicolon || before == .prefix
        let isEmpty = kind(tokens, at + 2) == .close
        if isEmpty, form.spacedWords > 3 { return }
        // `sleep(5) vs usleep in php`
        if let end = form.closing(tokens[at + 1].index), form.proseStart <= end + 1,
            form.isFollowedByProse(end) || form.isWord(end + 1, "from"),
            before == nil || before == .name
                || form.isWord(end + 1, "from") && form.isFollowedByProse(end + 2)
        {
            return
        }
        if roles.contains(.sqlDangerous), inExpression || isArgument(tokens, at + 2) && at <= 2 {
            verdicts.add(
                .sqlInjection,
                80,
                range(tokens, at, at + 2),
                "a function that attacks use"
            )
            return
        }
        if kind(tokens, at + 2) == .statement, isWord(tokens, at + 2, form, "select") {
            verdicts.add(.sqlInjection, 80, range(tokens, at, at + 2), "a select in a function")
            return
        }
        if at == 0, kind(tokens, 3) == .open, isWord(tokens, 0, form, "cast"),
            form.roles(tokens[2].index).contains(.sqlFunction), form.find(" as ") != nil
        {
            verdicts.add(.sqlInjection, 58, range(tokens, 0, 3), "a cast of a function's value")
        }
        guard inExpression, at > 0 else { return }
        let isHex =
            kind(tokens, at + 2) == .number
            && form.hasText(at: tokens[at + 2].range.lowerBound, "0x")
        let inner =
            kind(tokens, at + 2) == .name && at + 3 < tokens.count && kind(tokens, at + 3) == .open
            && form.roles(tokens[at + 2].index).contains(.sqlFunction)
        if isHex || inner || before == .statement || before == .logic && isArgument(tokens, at + 2)
        {
            verdicts.add(
                .sqlInjection,
                65,
                range(tokens, at, at + 2),
                "functions of SQL in an expression"
            )
        }
    }

    private static func isArgument(_ tokens: borrowing [SQLToken], _ at: Int) -> Bool {
        switch kind(tokens, at) {
        case .number, .text, .variable, .open, .statement, .close: true
        case .arithmetic, .comparison: true
        default: false
        }
    }
}
