// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

extension AlertFilter {
    /// Reads a query; docs/spec/query.md tells the language.
    ///
    /// Empty text is ``all``. Short field names come out long.
    ///
    /// - Parameters:
    ///   - text: At most 8,192 characters, nested at most 64 deep.
    ///   - now: What `now` means in it, and in which zone days begin.
    /// - Returns: The condition.
    /// - Throws: The first mistake.
    package static func parse(_ text: String, now: Timestamp) throws(QueryError) -> AlertFilter {
        guard text.utf8.count <= QueryParser.longestText else {
            throw QueryError(
                column: QueryParser.longestText + 1,
                message: "the query is longer than \(QueryParser.longestText) bytes",
                hint: "ask for less at once"
            )
        }
        var parser = try QueryParser(text, now: now)
        return try parser.parse()
    }
}

extension AlertFilter {
    /// A field's name with its short form written out: `srcip` is `data.srcip`.
    package static func fieldName(_ name: String) -> String { AlertFields.expanded(name) }
}

/// Recursive descent over the grammar of docs/spec/query.md.
private struct QueryParser {
    static let longestText = 8192
    static let deepest = 64

    private var scanner: QueryScanner
    private var token: QueryScanner.Token
    private let now: Timestamp
    private var depth = 0

    init(_ text: String, now: Timestamp) throws(QueryError) {
        scanner = QueryScanner(text)
        token = try scanner.next()
        self.now = now
    }

    mutating func parse() throws(QueryError) -> AlertFilter {
        if token.kind == .end { return .all }
        let filter = try alternatives()
        guard token.kind == .end else { throw unexpected() }
        return filter
    }

    private mutating func alternatives() throws(QueryError) -> AlertFilter {
        try list("or", AlertFilter.or) { (parser) throws(QueryError) in
            try parser.list("and", AlertFilter.and) { (parser) throws(QueryError) in
                try parser.negation()
            }
        }
    }

    private mutating func negation() throws(QueryError) -> AlertFilter {
        try descend { (parser) throws(QueryError) in
            if try parser.take(keyword: "not") { return .not(try parser.negation()) }
            guard parser.token.kind == .open else { return try parser.term() }
            let column = parser.token.column
            try parser.advance()
            let inner = try parser.alternatives()
            try parser.close(column)
            return inner
        }
    }

    private mutating func term() throws(QueryError) -> AlertFilter {
        let value = try value(expecting: "a field or words")
        switch token.kind {
        case .colon:
            let field = try field(value)
            try advance()
            return try values(of: field)
        case .comparison(let comparison):
            let field = try field(value)
            try advance()
            let bound = try self.value(expecting: "a number")
            return .field(field, .number(comparison, try bound.number(of: field, now: now)))
        default:
            return value.isStar ? .all : .text(try value.phrase())
        }
    }

    /// What follows `field:`.
    private mutating func values(of field: String) throws(QueryError) -> AlertFilter {
        try descend { (parser) throws(QueryError) in
            if try parser.take(keyword: "not") { return .not(try parser.values(of: field)) }
            guard parser.token.kind == .open else {
                let value = try parser.value(expecting: "a value")
                return .field(field, try value.test(of: field))
            }
            let column = parser.token.column
            try parser.advance()
            let inner = try parser.list("or", AlertFilter.or) { (parser) throws(QueryError) in
                try parser.list("and", AlertFilter.and) { (parser) throws(QueryError) in
                    try parser.values(of: field)
                }
            }
            try parser.close(column)
            return inner
        }
    }

    private func field(_ value: QueryValue) throws(QueryError) -> String {
        guard !value.text.contains(" ") || value.isQuoted else {
            throw QueryError(
                column: value.column,
                message: "a field's name is one word",
                hint: "write and or or between two terms, and names with spaces in quotes"
            )
        }
        guard !value.text.isEmpty else {
            throw QueryError(
                column: value.column,
                message: "the field has no name",
                hint: "name one"
            )
        }
        return AlertFields.expanded(value.text)
    }

    private mutating func value(expecting what: String) throws(QueryError) -> QueryValue {
        switch token.kind {
        case .quoted(let text):
            let value = QueryValue(text: text, stars: [], column: token.column, isQuoted: true)
            try advance()
            return value
        case .word(let word) where word.keyword == nil:
            var value = QueryValue(
                text: word.text,
                stars: word.stars,
                column: token.column,
                isQuoted: false
            )
            try advance()
            while case .word(let word) = token.kind, word.keyword == nil {
                value.append(word)
                let column = token.column
                try advance()
                try refuseTerm(at: column)
            }
            return value
        default:
            throw missing(what)
        }
    }

    /// `a b: c`: what looked like a value's next word is the next term.
    private func refuseTerm(at column: Int) throws(QueryError) {
        switch token.kind {
        case .colon, .comparison: throw sideBySide(at: column)
        default: return
        }
    }

    private mutating func list(
        _ keyword: String,
        _ join: ([AlertFilter]) -> AlertFilter,
        _ member: (inout QueryParser) throws(QueryError) -> AlertFilter
    ) throws(QueryError) -> AlertFilter {
        let first = try member(&self)
        var members = [first]
        while try take(keyword: keyword) { members.append(try member(&self)) }
        return members.count == 1 ? first : join(members)
    }

    private mutating func descend(
        _ body: (inout QueryParser) throws(QueryError) -> AlertFilter
    ) throws(QueryError) -> AlertFilter {
        guard depth < Self.deepest else {
            throw QueryError(
                column: token.column,
                message: "the query is nested deeper than \(Self.deepest)",
                hint: "leave parentheses or nots out"
            )
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func take(keyword: String) throws(QueryError) -> Bool {
        guard case .word(let word) = token.kind, word.keyword == keyword else { return false }
        try advance()
        return true
    }

    private mutating func close(_ column: Int) throws(QueryError) {
        if token.kind == .end {
            throw QueryError(
                column: column,
                message: "the parenthesis has no end",
                hint: "close it with )"
            )
        }
        guard token.kind == .close else { throw unexpected() }
        try advance()
    }

    private mutating func advance() throws(QueryError) { token = try scanner.next() }
}

/// The words for what is wrong.
extension QueryParser {
    fileprivate func missing(_ what: String) -> QueryError {
        let hint = "as in rule.level >= 7 and container.name: web*"
        switch token.kind {
        case .end:
            return QueryError(
                column: scanner.endColumn,
                message: "\(what) is missing at the end",
                hint: hint
            )
        case .word(let word):
            return QueryError(
                column: token.column,
                message: "\(what) is missing before \"\(word.text)\"",
                hint: "put \"\(word.text)\" in quotes to search for the word"
            )
        default:
            return QueryError(column: token.column, message: "\(what) is missing here", hint: hint)
        }
    }

    fileprivate func sideBySide(at column: Int) -> QueryError {
        QueryError(
            column: column,
            message: "two terms stand side by side",
            hint: "write and or or between them"
        )
    }

    /// What stands where the query should end.
    fileprivate func unexpected() -> QueryError {
        switch token.kind {
        case .close:
            QueryError(
                column: token.column,
                message: "this parenthesis closes none",
                hint: "leave it out, or write \\) for the character"
            )
        case .colon, .comparison:
            QueryError(
                column: token.column,
                message: "this is no part of the value",
                hint: "put a value with : < or > in quotes"
            )
        default: sideBySide(at: token.column)
        }
    }
}
