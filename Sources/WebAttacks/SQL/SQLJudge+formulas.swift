// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What reads like SQL and is complete without it.
extension SQLJudge {
    /// `like '%x%' performance in postgres`: the last text holds a sentence, where an
    /// injection leaves a word for the server's own quote to end.
    func isQuoteOfProse(_ shape: SQLParser.Shape, _ form: borrowing ValueForm) -> Bool {
        guard shape.logic + shape.unions + shape.stacked + shape.orders == 0, !shape.hasComment,
            let last = lexer.tokens.last, last.isOpen
        else { return false }
        var words = 0
        for at in last.index + 1..<max(last.index + 1, form.tokens.count) {
            guard form.tokens[at].gap == .blank else { continue }
            words += form.tokens[at].kind == .word ? 1 : 0
        }
        return words > 1
    }

    /// `select * from visits is slow today`.
    func isSpokenStatement(_ form: borrowing ValueForm) -> Bool {
        guard lexer.tokens[0].kind == .statement,
            let from = lexer.tokens.firstIndex(where: {
                $0.kind == .clause && form.isWord($0.index, "from")
            }), from + 2 < lexer.tokens.count
        else { return false }
        let table = lexer.tokens[from + 1].index
        return form.isFollowedByProse(table) && form.tokens.count > table + 2
    }

    /// `price > 100 and price < 200`, `between 1 and 10`, `f(x) = sin(x)`,
    /// `=IF(A1>5,"yes","no")`: complete by themselves, and not the rest of anything.
    func isFormula(_ shape: SQLParser.Shape, _ form: borrowing ValueForm) -> Bool {
        guard shape.selects + shape.unions + shape.stacked + shape.surplusCloses == 0,
            !shape.hasComment, !shape.endsOpen, shape.dangerousCalls == 0
        else { return false }
        let first = lexer.tokens[0]
        if shape.leads {
            // A sheet's formula, or a range that is said.
            let isSheet =
                first.byte == UInt8(ascii: "=") && first.range.count == 1
                && lexer.tokens.count > 2 && lexer.tokens[1].kind == .name
                && lexer.tokens[2].kind == .open && form.isMark(form.tokens.count - 1, ")")
            let isRange =
                form.isWord(first.index, "between") && shape.logic == 1
                && lexer.tokens.count == 4 && shape.numbers == 2
            return isSheet || isRange
        }
        guard first.kind == .name, shape.comparisons > 0 else { return false }
        var isLeft = true
        for at in lexer.tokens.indices {
            let token = lexer.tokens[at]
            guard token.kind == .comparison else { continue }
            // Left of each comparison stands a name, right of it a number or call.
            isLeft =
                isLeft && !ByteClass.isLetter(token.byte) && at > 0
                && lexer.tokens[at - 1].kind == .name
                && (at < 2 || lexer.tokens[at - 2].kind == .logic)
                && isNumber(at + 1)
        }
        let isFilter =
            isLeft && shape.texts + shape.constants + shape.variables == 0
            && (shape.logic > 0 && shape.comparisons == shape.logic + 1 && shape.calls == 0)
        // `f(x) = sin(x)`, `y = sin(x) + cos(x)`
        let isNamedByLetter =
            form.isMark(1, "=")
            || form.isMark(1, "(") && form.tokens.count > 3 && form.tokens[2].count == 1
                && form.isMark(3, ")")
        let isFunction =
            shape.logic + shape.texts + shape.variables + shape.constants == 0
            && first.range.count == 1 && isNamedByLetter
        return isFilter || isFunction
    }

    /// A number, or one with its sign.
    private func isNumber(_ at: Int) -> Bool {
        guard at < lexer.tokens.count else { return false }
        if lexer.tokens[at].kind == .number { return true }
        return lexer.tokens[at].byte == UInt8(ascii: "-") && at + 1 < lexer.tokens.count
            && lexer.tokens[at + 1].kind == .number
    }
}
