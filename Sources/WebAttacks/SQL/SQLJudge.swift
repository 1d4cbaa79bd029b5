// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Tells SQL that would join a server's statement from text that only sounds so.
///
/// Two questions: does the value complete a condition or statement, to its last
/// token (``SQLParser``), alone or after a quote that ends the server's own text;
/// and does it hold a phrase that only statements have (``SQLPhrases``).
struct SQLJudge: Sendable {
    private(set) var lexer = SQLLexer()

    mutating func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if lexer.read(form, .ignored) { SQLPhrases.judge(lexer.tokens, form, &verdicts) }
        if lexer.read(form, .texts) { judgePlain(form, &verdicts) }
        if form.has("'") { judgeQuote(UInt8(ascii: "'"), form, &verdicts) }
        if form.has("\"") { judgeQuote(UInt8(ascii: "\""), form, &verdicts) }
        if form.has("'"), form.has("\"") { tester(form, &verdicts) }
        if form.has("`") { judgeQuote(UInt8(ascii: "`"), form, &verdicts) }
    }

    /// `x'y<'">z`: the marks that testers send together, to see which one breaks.
    private func tester(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        var start = 0
        while start < form.tokens.count {
            var end = start
            var marks: UInt8 = 0
            while end < form.tokens.count, form.tokens[end].kind == .mark,
                end == start || form.tokens[end].gap == .none
            {
                switch form.tokens[end].byte {
                case 0x27: marks |= 1
                case 0x22: marks |= 2
                case UInt8(ascii: "("), UInt8(ascii: "<"), UInt8(ascii: ")"), UInt8(ascii: ","):
                    marks |= 4
                default: break
                }
                end += 1
            }
            let isJoined =
                start > 0 && form.tokens[start].gap == .none
                && (end >= form.tokens.count || form.tokens[end].gap == .none)
            if marks == 7, isJoined || end >= form.tokens.count {
                let range = Int(form.tokens[start].start)..<Int(form.tokens[end - 1].end)
                verdicts.add(.sqlInjection, 58, range, "marks that testers send together")
                return
            }
            start = max(end, start + 1)
        }
    }

    // MARK: After a quote

    private mutating func judgeQuote(
        _ quote: UInt8,
        _ form: borrowing ValueForm,
        _ verdicts: inout Verdicts
    ) {
        guard lexer.read(form, .endsText(quote)), !lexer.isApostrophe || lexer.tokens.count > 2
        else { return }
        if quote == UInt8(ascii: "\""), isPhrase(form) { return }
        // `$('#id')`: a selector of a page's script.
        if form.isMark(0, "$"), form.isMark(1, "("), lexer.tokens[0].index == 2 { return }
        let shape = SQLParser.parse(lexer.tokens, form)
        let start = lexer.tokens[0].range.upperBound - 1
        let range = start..<form.bytes.count
        guard lexer.tokens.count > 1 else {
            judgeLoneQuote(quote, form, range, &verdicts)
            return
        }
        guard shape.isComplete, !isQuoteOfProse(shape, form) else { return }
        let isSingle = quote != UInt8(ascii: "\"")
        // Inches, and code in the quotes of prose.
        let isMeasure = !isSingle && start > 0 && ByteClass.isDigit(form.bytes[start - 1])
        let isProse =
            lexer.wordsBefore > 4 || isMeasure && shape.logic == 0 && !shape.hasComment
            || quote == UInt8(ascii: "`") && shape.logic == 0 && shape.unions == 0
                && shape.comparisons == 0
        // Without a blank it is no prose, whichever quote it is.
        let isTight = form.tokens.allSatisfy { $0.gap == .none }
        let (score, reason) = scoreAfterQuote(
            shape,
            isSingle: isSingle || isTight && !isMeasure && lexer.wordsBefore < 2,
            isProse: form.spacedWords > 3 && form.has("#")
        )
        verdicts.add(.sqlInjection, isProse ? score - 30 : score, range, reason)
    }

    /// `"union select"`: words in quotes, as searches take them.
    private func isPhrase(_ form: borrowing ValueForm) -> Bool {
        let last = form.tokens.count - 1
        guard last > 2, form.isMark(0, "\""), form.isMark(last, "\"") else { return false }
        return form.tokens[1..<last].allSatisfy { $0.kind == .word }
    }

    /// A short value with one quote at its end, the first thing a tester tries.
    private func judgeLoneQuote(
        _ quote: UInt8,
        _ form: borrowing ValueForm,
        _ range: Range<Int>,
        _ verdicts: inout Verdicts
    ) {
        guard quote != UInt8(ascii: "`"), form.bytes.count <= 31, form.tokens.count <= 3,
            let first = form.tokens.first
        else { return }
        let isMeasure = first.kind == .number && quote == UInt8(ascii: "\"")
        let isShort = form.tokens.allSatisfy { $0.kind != .mark || $0.start == range.lowerBound }
        // `the players'`, `James'`: whose it is.
        let isOwner =
            first.kind == .word && form.tokens.count == 2 && first.count > 4
            && form.lower[Int(first.end) - 1] == 0x73
            && quote == 0x27
        if isShort, !isMeasure, !isOwner, form.tokens.allSatisfy({ $0.gap == .none }) {
            verdicts.add(.sqlInjection, 50, range, "a lone quote at the end of a short value")
        }
    }

    private func scoreAfterQuote(
        _ shape: SQLParser.Shape,
        isSingle: Bool,
        isProse: Bool
    ) -> (score: Int, reason: String) {
        let operations = shape.logic + shape.comparisons + shape.arithmetic
        let others =
            shape.numbers + shape.calls + shape.variables + shape.constants + shape.selects
        if shape.unions > 0, shape.selects > 0 {
            return (95, "a quote ends the text, then a union of statements")
        }
        if shape.stacked > 0, shape.selects > 0 || shape.calls > 0 {
            return (85, "a quote ends the text, then a second statement")
        }
        if shape.tokens == 2, lexer.tokens.last?.kind == .semicolon, lexer.wordsBefore < 6 {
            return (52, "a quote ends the text, and a semicolon the statement")
        }
        if shape.stacked > 0 { return (65, "a quote ends the text, then a second statement") }
        if shape.logic > 0, shape.comparisons > 0 {
            let isProseLike = !isSingle && others == 0 && shape.comparisons == shape.wordComparisons
            return (isProseLike ? 45 : 88, "a quote ends the text, then a condition")
        }
        if shape.hasComment {
            let reason = "a quote ends the text, and a comment hides the rest of the statement"
            if isProse, shape.tokens < 4 { return (40, reason) }
            return (shape.tokens > 2 || shape.surplusCloses > 0 ? 85 : 75, reason)
        }
        if shape.orders > 0 || shape.unions > 0 {
            return (75, "a quote ends the text, then a clause of SQL")
        }
        if operations > 0, others > 0, !shape.isDangling {
            return (75, "a quote ends the text, then an expression")
        }
        if shape.logic > 0, shape.endsOpen {
            return (
                isSingle || shape.arithmetic > 0 ? 60 : 45,
                "a quote ends the text, then a condition"
            )
        }
        if operations > 0, shape.endsOpen {
            let words = shape.wordComparisons
            return (
                isSingle || words == 0 && shape.comparisons > 0 ? 60 : 45,
                "an expression between two quoted texts"
            )
        }
        if shape.surplusCloses > 0, !shape.isDangling || shape.logic > 0 {
            return (
                shape.tokens > 2 ? 65 : 52, "a quote and parentheses that end the server's text"
            )
        }
        if operations > 0, shape.names > 0, !shape.isDangling {
            return (isSingle ? 60 : 40, "a quote ends the text, then an expression")
        }
        if shape.logic > 0, isSingle, lexer.wordsBefore == 0, shape.tokens <= 5 {
            return (54, "a quote ends the text, then a condition begins")
        }
        return (20, "a quote")
    }

    // MARK: As it stands

    private func judgePlain(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if isCallBegun(form) {
            verdicts.add(
                .sqlInjection,
                52,
                0..<form.bytes.count,
                "a function of SQL, and its parenthesis"
            )
        }
        guard lexer.tokens.count > 1 else { return }
        let shape = SQLParser.parse(lexer.tokens, form)
        guard shape.isComplete else { return }
        let (score, reason) = scorePlain(shape, form)
        guard score > 0 else { return }
        verdicts.add(.sqlInjection, score, 0..<form.bytes.count, reason)
    }

    private func scorePlain(
        _ shape: SQLParser.Shape,
        _ form: borrowing ValueForm
    ) -> (score: Int, reason: String) {
        let values = shape.numbers + shape.texts + shape.calls + shape.variables + shape.constants
        if shape.unions > 0, shape.selects > 0, shape.tokens > 3 {
            // `union station and select hotels`: words, and nothing that a database counts or names.
            let isProse =
                values + shape.stars + shape.commas + shape.groups + shape.surplusCloses == 0
                && !shape.hasComment && !form.has("'")
            return (isProse ? 40 : 90, "a union of statements")
        }
        if shape.stacked > 0, shape.selects > 0, shape.tokens > 3 {
            // `exec assistant; declare bankruptcy`
            let isProse = values + shape.stars + shape.commas == 0 && !shape.hasComment
            return (
                isProse ? 40 : 75, "a second statement behind a semicolon"
            )
        }
        if shape.stacked > 0, shape.calls > 0 { return (70, "a call behind a semicolon") }
        if shape.dangerousCalls > 0 {
            // `sleep (2024)` is the name of a film.
            let isTitle = shape.tokens <= 4 && form.tokens.count > 1 && form.tokens[1].gap != .none
            return (isTitle ? 40 : 70, "a function that attacks use")
        }
        if isFormula(shape, form) || isSpokenStatement(form) {
            return (40, "whole by itself, or spoken of")
        }
        // `title ~ "x" and label in ("y")`: the query of a search, a name in each part.
        let isSearch =
            shape.names >= shape.comparisons && shape.numbers + shape.calls + shape.variables == 0
            && shape.logic > 0 && !shape.leads && !shape.hasComment && shape.surplusCloses == 0
            && shape.selects + shape.unions + shape.stacked == 0 && shape.comparisons > 1
            && !form.has("'")
        if isSearch { return (40, "a query of names and texts") }
        if shape.logic > 0, shape.constants > 0, shape.numbers > 0, shape.names == 0,
            !shape.isDangling, shape.comparisons == 0
        {
            return (58, "a condition of numbers and constants")
        }
        if shape.logic > 0, shape.comparisons > 0, values > 0 {
            let isQuotedProse =
                shape.numbers + shape.calls + shape.variables + shape.constants == 0
                && shape.comparisons == shape.wordComparisons && shape.logic < 2 && !shape.leads
            return (isQuotedProse ? 40 : 80, "a condition of SQL")
        }
        if shape.logic > 0, shape.comparisons > 0, isSameName() {
            return (60, "a condition that is always true")
        }
        if shape.selects > 0, isSelect(form), shape.isDangling == false {
            let parts = values + shape.stars + shape.commas + shape.groups
            if shape.wordComparisons > 0, shape.texts + shape.clauses == 0 {
                return (40, "a select")
            }
            return (parts > 0 ? 70 : shape.tokens == 4 ? 40 : 20, "a statement of SQL")
        }
        if shape.filters > 0, shape.comparisons > shape.wordComparisons, values > 1, shape.names < 3
        {
            return (65, "a clause with a condition")
        }
        if shape.orders > 0, shape.tokens > 3, values > 1 {
            return (65, "a number, then a clause of SQL")
        }
        if shape.unions > 0, shape.names == 0, values > 0,
            shape.hasComment || shape.tokens > 3 || form.has("#")
        {
            return (58, "a value, a union, and a comment")
        }
        if shape.hasComment { return scoreComment(shape) }
        if shape.leads, shape.wordComparisons > 0, shape.constants == 1, shape.tokens == 2,
            form.isWord(0, "like")
        {
            return (52, "a comparison that continues an expression")
        }
        if shape.leads, shape.logic > 0, shape.tokens <= 5, form.hasNear("(exists", from: 0) {
            return (52, "a condition that continues another")
        }
        if shape.leads, shape.commas > 0, shape.variables > 0, shape.tokens == 2 {
            return (56, "a variable that continues a list")
        }
        if shape.surplusCloses > 0, shape.logic > 0, values > 0 {
            return (60, "a condition that ends a group")
        }
        if shape.leads, shape.calls > 0, shape.texts + shape.numbers + shape.commas > 0,
            !shape.isDangling
        {
            return (60, "a call of SQL that continues an expression")
        }
        if shape.comparisons > shape.wordComparisons, shape.texts > 1, shape.endsOpen,
            shape.tokens <= 4,
            form.has("'")
        {
            return (56, "a comparison of quoted texts")
        }
        if shape.calls > 1, shape.tokens <= 8, shape.arithmetic + shape.commas == 0,
            shape.names + shape.constants <= 2, !shape.isDangling
        {
            return (56, "nested functions of SQL")
        }
        if shape.logic > 0, shape.leads, values > 0, !shape.isDangling {
            return (
                shape.calls + shape.variables + shape.texts > 0 ? 60 : 40,
                "a condition that continues another"
            )
        }
        if shape.logic > 0, shape.calls > 0 || shape.variables > 0, !shape.isDangling {
            return (55, "a condition of SQL")
        }
        if shape.comparisons > shape.wordComparisons, shape.calls > 0, !shape.isDangling {
            return (55, "a comparison of SQL")
        }
        return scoreValue(shape, form)
    }

    /// Values that only a database computes: `char(97)+char(98)`, `version()`.
    private func scoreValue(
        _ shape: SQLParser.Shape,
        _ form: borrowing ValueForm
    ) -> (score: Int, reason: String) {
        if shape.numbers > 0, shape.constants > 0, shape.wordComparisons > 0, shape.names == 0,
            shape.tokens <= 5
        {
            return (54, "a comparison with nothing")
        }
        if form.tokens.count == 3, form.isWord(1, "like"), shape.numbers == 2 {
            return (52, "a comparison of numbers")
        }
        let isSpelled =
            form.isWord(0, "char") || form.isWord(0, "chr") || form.isWord(0, "nchar")
            || form.isWord(0, "unhex")
        if shape.calls > 0, shape.calls == shape.names, isSpelled, form.isMark(1, "("),
            shape.numbers + shape.texts > 0,
            shape.arithmetic + shape.logic > 0 || form.isWord(0, "unhex")
        {
            return (58, "letters spelled by their numbers")
        }
        let isServer =
            form.isWord(0, "version") || form.isWord(0, "user") || form.isWord(0, "database")
            || form.isWord(0, "schema") || form.isWord(0, "system_user")
            || form.isWord(0, "session_user") || form.isWord(0, "current_user")
        if isServer, form.tokens.count == 3, form.isMark(1, "("), form.isMark(2, ")"),
            form.tokens[1].gap == .none
        {
            return (50, "a function that names the database, alone")
        }
        return (0, "")
    }

    /// `1-- x`, `(1 or 1) --`.
    private func scoreComment(_ shape: SQLParser.Shape) -> (score: Int, reason: String) {
        let reason = "an expression, and a comment hides the rest of the statement"
        let values = shape.numbers + shape.texts + shape.variables + shape.calls + shape.constants
        guard values > 0, let comment = lexer.tokens.last, comment.kind == .comment else {
            return (0, "")
        }
        if shape.groups > 0 || shape.logic > 0 || shape.surplusCloses > 0 { return (65, reason) }
        let isShort = comment.range.count <= 14 && shape.names == 0
        return (isShort && lexer.tokens.count == 2 ? 55 : 30, reason)
    }

    /// `substr(`, and no more.
    private func isCallBegun(_ form: borrowing ValueForm) -> Bool {
        guard lexer.tokens.count == 2, lexer.tokens[0].kind == .name, lexer.tokens[1].kind == .open
        else { return false }
        return form.roles(lexer.tokens[0].index).contains(.sqlFunction)
    }

    private func isSelect(_ form: borrowing ValueForm) -> Bool {
        for token in lexer.tokens
        where token.kind == .statement && form.isWord(token.index, "select") {
            return true
        }
        return false
    }

    /// `a=a`.
    private func isSameName() -> Bool {
        for index in lexer.tokens.indices.dropFirst().dropLast()
        where lexer.tokens[index].kind == .comparison
            && lexer.tokens[index].byte == UInt8(ascii: "=")
            && lexer.tokens[index - 1].kind == .name && lexer.tokens[index + 1].kind == .name
            && lexer.tokens[index - 1].byte == lexer.tokens[index + 1].byte
            && lexer.tokens[index - 1].range.count == lexer.tokens[index + 1].range.count
        {
            return true
        }
        return false
    }
}
