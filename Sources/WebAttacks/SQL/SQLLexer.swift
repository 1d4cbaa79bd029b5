// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads a value's tokens as SQL, as they stand or as the end of a quoted text.
///
/// Comments vanish, those of MySQL that hold code do not; a quoted text is one
/// token. With a `quote`, what stands before the first such quote is a text that
/// the server began.
struct SQLLexer: Sendable {
    enum Quotes: Sendable, Hashable {
        /// Quotes begin and end texts.
        case texts
        /// The first of these ends the server's text.
        case endsText(UInt8)
        /// No character is a quote.
        case ignored
    }

    private(set) var tokens: [SQLToken] = []
    /// Words before the quote that ends the server's text.
    private(set) var wordsBefore = 0
    /// The server's text ends in a letter, and a letter follows: an apostrophe.
    private(set) var isApostrophe = false
    private var quotes = Quotes.texts
    private var inExecutableComment = false

    init() {
        tokens.reserveCapacity(ValueForm.tokenLimit)
    }

    /// Reads a form; false when it has no such quote.
    mutating func read(_ form: borrowing ValueForm, _ quotes: Quotes) -> Bool {
        tokens.removeAll(keepingCapacity: true)
        wordsBefore = 0
        isApostrophe = false
        inExecutableComment = false
        self.quotes = quotes
        var at = 0
        if case .endsText(let quote) = quotes {
            guard let end = endOfText(form, quote) else { return false }
            at = end
        }
        while at < form.tokens.count { at = next(form, at) }
        return true
    }

    private mutating func endOfText(_ form: borrowing ValueForm, _ quote: UInt8) -> Int? {
        for index in 0..<form.tokens.count {
            let token = form.tokens[index]
            if token.kind == .mark, token.byte == quote {
                let start = Int(token.start)
                append(.text, quote, 0..<start + 1, index)
                isApostrophe = Self.isApostrophe(form, index)
                return index + 1
            }
            if token.kind == .word { wordsBefore += 1 }
        }
        return nil
    }

    private static func isApostrophe(_ form: borrowing ValueForm, _ index: Int) -> Bool {
        guard index > 0, index + 1 < form.tokens.count else { return false }
        let before = form.tokens[index - 1]
        let behind = form.tokens[index + 1]
        return before.kind == .word && behind.kind == .word && behind.gap == .none
            && form.tokens[index].gap == .none
    }

    private mutating func append(_ kind: SQLKind, _ byte: UInt8, _ range: Range<Int>, _ index: Int)
    {
        tokens.append(SQLToken(kind: kind, byte: byte, range: range, index: index))
    }

    private mutating func next(_ form: borrowing ValueForm, _ at: Int) -> Int {
        let token = form.tokens[at]
        switch token.kind {
        case .number:
            append(.number, token.byte, token.range, at)
            return at + 1
        case .word:
            return word(form, at)
        case .mark:
            return mark(form, at)
        }
    }

    /// A word, with the names behind its dots.
    private mutating func word(_ form: borrowing ValueForm, _ at: Int) -> Int {
        let token = form.tokens[at]
        if token.count <= 5, isQuote(form, at + 1), form.tokens[at + 1].gap == .none,
            isTextPrefix(token), quotes == .texts
        {
            return at + 1
        }
        var end = at + 1
        var last = token
        let mayHaveDots = form.sql(at) != .statement && form.sql(at) != .union
        while mayHaveDots, form.isMark(end, "."),
            form.tokens[end].gap == .none || end + 1 < form.tokens.count,
            end + 1 < form.tokens.count,
            form.tokens[end + 1].kind != .mark || form.isMark(end + 1, "*")
        {
            last = form.tokens[end + 1]
            end += 2
        }
        // `v$version`.
        while form.isMark(end, "$"), form.tokens[end].gap == .none, end + 1 < form.tokens.count,
            form.tokens[end + 1].kind == .word, form.tokens[end + 1].gap == .none
        {
            last = form.tokens[end + 1]
            end += 2
        }
        let kind = end > at + 1 ? .name : form.sql(at)
        append(kind, token.byte, Int(token.start)..<Int(last.end), end - 1)
        return end
    }

    /// `n'…'`, `x'…'`, `_utf8'…'`.
    private func isTextPrefix(_ token: Token) -> Bool {
        if token.byte == UInt8(ascii: "_") { return true }
        guard token.count == 1 else { return false }
        return switch token.byte {
        case UInt8(ascii: "n"), UInt8(ascii: "x"), UInt8(ascii: "b"), UInt8(ascii: "e"): true
        default: false
        }
    }

    private func isQuote(_ form: borrowing ValueForm, _ index: Int) -> Bool {
        form.isMark(index, "'") || form.isMark(index, "\"")
    }

    private mutating func mark(_ form: borrowing ValueForm, _ at: Int) -> Int {
        let token = form.tokens[at]
        switch token.byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
            return quoted(form, at)
        case UInt8(ascii: "/"):
            if isJoined(form, at, "*") { return comment(form, at) }
            append(.arithmetic, token.byte, token.range, at)
            return at + 1
        case UInt8(ascii: "-"):
            if isJoined(form, at, "-") { return lineComment(form, at, at + 2) }
            if isJoined(form, at, ">") {
                append(.arithmetic, token.byte, token.range, at)
                return form.isMark(at + 2, ">") ? at + 3 : at + 2
            }
            append(.arithmetic, token.byte, token.range, at)
            return at + 1
        case UInt8(ascii: "#"):
            if isJoined(form, at, ">") {
                append(.arithmetic, token.byte, token.range, at)
                return form.isMark(at + 2, ">") ? at + 3 : at + 2
            }
            return lineComment(form, at, at + 1)
        case UInt8(ascii: "*"):
            if inExecutableComment, isJoined(form, at, "/") {
                inExecutableComment = false
                return at + 2
            }
            append(.arithmetic, token.byte, token.range, at)
            return at + 1
        case UInt8(ascii: "\\"):
            return backslash(form, at)
        case UInt8(ascii: "@"):
            return variable(form, at)
        default:
            return operation(form, at)
        }
    }

    private func isJoined(_ form: borrowing ValueForm, _ at: Int, _ mark: Unicode.Scalar) -> Bool {
        form.isMark(at + 1, mark) && form.tokens[at + 1].gap == .none
    }

    private mutating func quoted(_ form: borrowing ValueForm, _ at: Int) -> Int {
        guard quotes != .ignored else { return at + 1 }
        let token = form.tokens[at]
        let isName = token.byte == UInt8(ascii: "`")
        var end = at + 1
        while end < form.tokens.count {
            let other = form.tokens[end]
            if other.kind == .mark, other.byte == token.byte, !form.isMark(end - 1, "\\") { break }
            end += 1
        }
        let isOpen = end >= form.tokens.count
        let stop = isOpen ? form.bytes.count : Int(form.tokens[end].end)
        append(isName && !isOpen ? .name : .text, token.byte, Int(token.start)..<stop, at)
        tokens[tokens.count - 1].isOpen = isOpen
        return end + 1
    }

    private mutating func comment(_ form: borrowing ValueForm, _ at: Int) -> Int {
        if form.isMark(at + 2, "!"), form.tokens[at + 2].gap == .none {
            inExecutableComment = true
            let next = at + 3
            let isVersion = next < form.tokens.count && form.tokens[next].kind == .number
            return isVersion ? next + 1 : next
        }
        var end = at + 2
        while end + 1 < form.tokens.count {
            if form.isMark(end, "*"), isJoined(form, end, "/") { return end + 2 }
            end += 1
        }
        append(.comment, form.tokens[at].byte, Int(form.tokens[at].start)..<form.bytes.count, at)
        return form.tokens.count
    }

    /// Skips to the next line; without one it ends the statement.
    private mutating func lineComment(_ form: borrowing ValueForm, _ at: Int, _ from: Int) -> Int {
        var end = from
        while end < form.tokens.count {
            if form.tokens[end].gap == .line { return end }
            end += 1
        }
        append(.comment, form.tokens[at].byte, Int(form.tokens[at].start)..<form.bytes.count, at)
        return form.tokens.count
    }

    private mutating func backslash(_ form: borrowing ValueForm, _ at: Int) -> Int {
        let next = at + 1
        if next < form.tokens.count, form.tokens[next].count == 1,
            form.tokens[next].byte == UInt8(ascii: "n"), form.tokens[next].gap == .none
        {
            append(.constant, form.tokens[next].byte, form.tokens[at].range, at)
            return next + 1
        }
        return next
    }

    /// `@name`, `@@name`, `@'name'`, or the operators `@>` and `@@` of documents.
    private mutating func variable(_ form: borrowing ValueForm, _ at: Int) -> Int {
        let start = Int(form.tokens[at].start)
        var end = at + 1
        while form.isMark(end, "@"), form.tokens[end].gap == .none { end += 1 }
        if form.isMark(end, ">"), form.tokens[end].gap == .none {
            append(.comparison, form.tokens[at].byte, start..<Int(form.tokens[end].end), at)
            return end + 1
        }
        guard end < form.tokens.count, form.tokens[end].gap == .none else {
            append(
                end > at + 1 ? .comparison : .variable,
                form.tokens[at].byte,
                start..<start + 1,
                at
            )
            return end
        }
        if isQuote(form, end) || form.isMark(end, "`") {
            let next = quoted(form, end)
            if let last = tokens.indices.last, quotes != .ignored { tokens[last].kind = .variable }
            return next
        }
        guard form.tokens[end].kind != .mark else {
            append(.variable, form.tokens[at].byte, start..<start + 1, at)
            return end
        }
        var stop = end + 1
        while form.isMark(stop, "."), stop + 1 < form.tokens.count,
            form.tokens[stop + 1].kind == .word
        {
            stop += 2
        }
        append(.variable, form.tokens[at].byte, start..<Int(form.tokens[stop - 1].end), at)
        return stop
    }

    private mutating func operation(_ form: borrowing ValueForm, _ at: Int) -> Int {
        let token = form.tokens[at]
        let kind: SQLKind
        var end = at + 1
        switch token.byte {
        case UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"),
            UInt8(ascii: "~"), UInt8(ascii: "?"):
            kind = .comparison
            while end < form.tokens.count, form.tokens[end].gap == .none, isComparison(form, end) {
                end += 1
            }
        case UInt8(ascii: "|"), UInt8(ascii: "&"):
            let isDouble =
                end < form.tokens.count && form.tokens[end].kind == .mark
                && form.tokens[end].byte == token.byte && form.tokens[end].gap == .none
            kind = isDouble ? .logic : .arithmetic
            if isDouble { end += 1 }
        case UInt8(ascii: "+"), UInt8(ascii: "%"), UInt8(ascii: "^"): kind = .arithmetic
        case UInt8(ascii: ","): kind = .comma
        case UInt8(ascii: "("), UInt8(ascii: "{"): kind = .open
        case UInt8(ascii: ")"), UInt8(ascii: "}"): kind = .close
        case UInt8(ascii: ";"): kind = .semicolon
        case UInt8(ascii: "["): return bracket(form, at)
        case UInt8(ascii: ":"):
            kind = isJoined(form, at, ":") || isJoined(form, at, "=") ? .cast : .other
            if kind == .cast { end += 1 }
        default: kind = .other
        }
        append(kind, token.byte, token.range.lowerBound..<Int(form.tokens[end - 1].end), at)
        return end
    }

    private func isComparison(_ form: borrowing ValueForm, _ index: Int) -> Bool {
        guard form.tokens[index].kind == .mark else { return false }
        switch form.tokens[index].byte {
        case UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "!"),
            UInt8(ascii: "~"):
            return true
        default:
            return false
        }
    }

    /// `[name]`, as MSSQL quotes them.
    private mutating func bracket(_ form: borrowing ValueForm, _ at: Int) -> Int {
        var end = at + 1
        while end < form.tokens.count, end < at + 6, !form.isMark(end, "]") { end += 1 }
        guard form.isMark(end, "]"), end > at + 1 else {
            append(.other, form.tokens[at].byte, form.tokens[at].range, at)
            return at + 1
        }
        append(
            .name,
            form.tokens[at].byte,
            form.tokens[at].range.lowerBound..<Int(form.tokens[end].end),
            at
        )
        return end + 1
    }
}
