// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads tokens as the rest of a condition or statement, and counts what it holds.
///
/// A small grammar with two states: an operand is due, or one was read. Prose
/// breaks it within a few words; what a server could run does not.
struct SQLParser: Sendable {
    /// What was read.
    struct Shape: Sendable {
        /// Read to its end without a fault.
        var isComplete = false
        /// Ends where an operand is due.
        var isDangling = false
        var logic = 0
        var comparisons = 0
        /// Comparisons by a word: `like`, `is`.
        var wordComparisons = 0
        var arithmetic = 0
        var texts = 0
        var numbers = 0
        var names = 0
        var constants = 0
        var variables = 0
        var calls = 0
        var dangerousCalls = 0
        var selects = 0
        var unions = 0
        var clauses = 0
        var orders = 0
        /// `where` and `having`.
        var filters = 0
        var stars = 0
        var commas = 0
        var casts = 0
        var stacked = 0
        /// Parentheses closed that were not opened here.
        var surplusCloses = 0
        var groups = 0
        var hasComment = false
        /// The last text lacks its quote.
        var endsOpen = false
        /// Begins with an operator.
        var leads = false
        var tokens = 0
    }

    private enum State: Sendable { case operand, after }

    private var shape = Shape()
    private var state = State.operand
    private var depth = 0
    private var inStatement = false
    private var isFault = false
    private var at = 0

    static func parse(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm
    ) -> Shape {
        var parser = SQLParser()
        return parser.run(tokens, form)
    }

    private mutating func run(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm
    ) -> Shape {
        while at < tokens.count, !isFault, !shape.hasComment {
            step(tokens, form)
            at += 1
            shape.tokens += 1
        }
        shape.isDangling = state == .operand && tokens.last?.kind != .semicolon
        shape.isComplete = !isFault
        if let last = tokens.last { shape.endsOpen = last.isOpen }
        return shape
    }

    private mutating func step(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm
    ) {
        let token = tokens[at]
        switch token.kind {
        case .text, .number, .variable, .constant: operand(tokens, token)
        case .name: name(tokens, form, token)
        case .prefix: prefix(tokens, form, token)
        case .not: if state == .after, !isKind(tokens, at + 1, .comparison) { isFault = true }
        case .logic, .comparison, .arithmetic: operation(tokens, token)
        case .comma: comma()
        case .open: open(tokens)
        case .close: close(tokens)
        case .semicolon: semicolon(tokens, form)
        case .statement: statement(tokens, form, token)
        case .union: union()
        case .clause: clause(tokens, form, token)
        case .cast: cast(tokens)
        case .comment: shape.hasComment = true
        case .other: isFault = true
        }
    }

    private func isKind(_ tokens: borrowing [SQLToken], _ index: Int, _ kind: SQLKind) -> Bool {
        index >= 0 && index < tokens.count && tokens[index].kind == kind
    }

    private mutating func operand(_ tokens: borrowing [SQLToken], _ token: SQLToken) {
        if state == .after {
            let joins = token.kind == .text && isKind(tokens, at - 1, .text)
            guard joins else {
                isFault = true
                return
            }
        }
        state = .after
        switch token.kind {
        case .text: shape.texts += 1
        case .number: shape.numbers += 1
        case .variable: shape.variables += 1
        default:
            shape.constants += 1
            if isKind(tokens, at + 1, .open) { shape.calls += 1 }
        }
    }

    private mutating func name(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm,
        _ token: SQLToken
    ) {
        if state == .after {
            // One alias is a column's or table's right.
            let mayHaveAlias =
                inStatement
                && (isKind(tokens, at - 1, .name) || isKind(tokens, at - 1, .close)
                    || isKind(tokens, at - 1, .text))
                && !isKind(tokens, at - 2, .name)
            if !mayHaveAlias { isFault = true }
            return
        }
        state = .after
        shape.names += 1
        guard isKind(tokens, at + 1, .open) else { return }
        let roles = form.roles(token.index)
        if roles.contains(.sqlFunction) { shape.calls += 1 }
        if roles.contains(.sqlDangerous) { shape.dangerousCalls += 1 }
    }

    private mutating func prefix(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm,
        _ token: SQLToken
    ) {
        guard state == .operand else {
            isFault = true
            return
        }
        if at + 1 >= tokens.count || isKind(tokens, at + 1, .close) { name(tokens, form, token) }
    }

    private mutating func operation(_ tokens: borrowing [SQLToken], _ token: SQLToken) {
        if state == .operand {
            operationBeforeOperand(tokens, token)
            return
        }
        count(token)
        state = .operand
    }

    private mutating func count(_ token: SQLToken) {
        switch token.kind {
        case .logic: shape.logic += 1
        case .comparison:
            shape.comparisons += 1
            if ByteClass.isLetter(token.byte) { shape.wordComparisons += 1 }
        default: shape.arithmetic += 1
        }
    }

    /// A sign, a negation, the star of all columns, or the lead of the value.
    private mutating func operationBeforeOperand(
        _ tokens: borrowing [SQLToken],
        _ token: SQLToken
    ) {
        switch token.byte {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "!"), UInt8(ascii: "~"): return
        case UInt8(ascii: "*") where inStatement || isKind(tokens, at - 1, .open):
            state = .after
            shape.stars += 1
        default:
            let isPair =
                token.kind == .comparison && isKind(tokens, at - 1, .comparison)
                && ByteClass.isLetter(token.byte)
            if isPair { return }
            guard at == 0 else {
                isFault = true
                return
            }
            shape.leads = true
            count(token)
        }
    }

    private mutating func comma() {
        let isList =
            depth > 0 || inStatement || shape.orders > 0 || at == 0 || shape.surplusCloses > 0
        guard isList, state == .after || at == 0 else {
            isFault = true
            return
        }
        if at == 0 { shape.leads = true }
        shape.commas += 1
        state = .operand
    }

    private mutating func open(_ tokens: borrowing [SQLToken]) {
        if state == .after {
            let isCall =
                isKind(tokens, at - 1, .name) || isKind(tokens, at - 1, .constant)
                || isKind(tokens, at - 1, .prefix)
                || (inStatement && isKind(tokens, at - 1, .close))
            guard isCall else {
                isFault = true
                return
            }
        } else {
            shape.groups += 1
        }
        depth += 1
        state = .operand
    }

    private mutating func close(_ tokens: borrowing [SQLToken]) {
        if state == .operand, at > 0, !isKind(tokens, at - 1, .open) {
            isFault = true
            return
        }
        state = .after
        if depth > 0 {
            depth -= 1
        } else {
            shape.surplusCloses += 1
        }
    }

    private mutating func semicolon(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm
    ) {
        guard state == .after || at == 0 || isKind(tokens, at - 1, .semicolon) else {
            isFault = true
            return
        }
        state = .operand
        depth = 0
        inStatement = false
        if at + 1 < tokens.count, !isKind(tokens, at + 1, .semicolon) {
            let begins =
                isKind(tokens, at + 1, .statement) || isKind(tokens, at + 1, .comment)
                || isKind(tokens, at + 1, .clause) && form.isWord(tokens[at + 1].index, "end")
                || (isKind(tokens, at + 1, .name) && isKind(tokens, at + 2, .open))
            if begins { shape.stacked += 1 } else { isFault = true }
        }
    }

    private mutating func statement(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm,
        _ token: SQLToken
    ) {
        let isSelect = form.isWord(token.index, "select")
        if !isSelect, isKind(tokens, at + 1, .open) || state == .after {
            name(
                tokens,
                form,
                SQLToken(kind: .name, byte: token.byte, range: token.range, index: token.index)
            )
            return
        }
        guard state == .operand else {
            isFault = true
            return
        }
        inStatement = true
        shape.selects += 1
    }

    private mutating func union() {
        guard state == .after || at == 0 else {
            isFault = true
            return
        }
        if at == 0 { shape.leads = true }
        shape.unions += 1
        state = .operand
        inStatement = true
    }

    private mutating func clause(
        _ tokens: borrowing [SQLToken],
        _ form: borrowing ValueForm,
        _ token: SQLToken
    ) {
        shape.clauses += 1
        let index = token.index
        if form.isWord(index, "having") || form.isWord(index, "where") { shape.filters += 1 }
        if form.isWord(index, "end") || form.isWord(index, "asc") {
            if state == .operand, shape.selects == 0 { isFault = true }
            return
        }
        if form.isWord(index, "case") {
            if state == .after { isFault = true }
            return
        }
        if form.isWord(index, "order") || form.isWord(index, "group") {
            guard at + 1 < tokens.count, form.isWord(tokens[at + 1].index, "by") else {
                isFault = true
                return
            }
            shape.orders += 1
            state = .operand
            return
        }
        let follows = isKind(tokens, at - 1, .clause) || isKind(tokens, at - 1, .statement)
        let standsAlone =
            form.isWord(index, "having") || form.isWord(index, "where")
            || form.isWord(index, "limit")
            || form.isWord(index, "procedure") || form.isWord(index, "into")
            || form.isWord(index, "when") || form.isWord(index, "then")
            || form.isWord(index, "else")
            || form.isWord(index, "from") || form.isWord(index, "offset")
            || form.isWord(index, "as") && isKind(tokens, at - 1, .close)
        let mayLead = at == 0 && (form.isWord(index, "having") || form.isWord(index, "where"))
        guard mayLead || follows || (state == .after && (inStatement || standsAlone)) else {
            isFault = true
            return
        }
        state = .operand
    }

    private mutating func cast(_ tokens: borrowing [SQLToken]) {
        guard state == .after else {
            isFault = true
            return
        }
        if tokens[at].byte == UInt8(ascii: ":"), at + 1 < tokens.count,
            tokens[at].range.count == 2,
            tokens[at + 1].kind == .name || tokens[at + 1].kind == .constant
        {
            shape.casts += 1
            at += 1
            return
        }
        state = .operand
    }
}
