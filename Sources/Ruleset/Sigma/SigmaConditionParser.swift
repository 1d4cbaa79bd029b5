// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Reads a `condition` over the names of search identifiers.
///
/// Binding, from loose to tight: `or`, `and`, `not`, `1 of …`, parentheses.
/// Source: Sigma rules specification 2.0, "Condition".
struct SigmaConditionParser {
    /// Why a condition cannot be used, and where in it.
    struct Fault: Error {
        let message: String
        /// In bytes from 0.
        let offset: Int
        var hint = ""
        /// Whether it is right, and Jaga does not do it.
        var isUnsupported = false
    }

    private struct Token {
        let text: Substring
        let offset: Int
    }

    private let tokens: [Token]
    private let names: [String]
    private let end: Int
    private var position = 0
    private var depth = 0
    /// Names that the condition looks at.
    private(set) var used: Set<Int> = []

    private static let depthLimit = 64
    private static let lengthLimit = 16_384

    /// `names` are the search identifiers, in order.
    init(_ text: String, names: [String]) throws(Fault) {
        guard text.utf8.count <= Self.lengthLimit else {
            throw Fault(
                message: "the condition is longer than \(Self.lengthLimit) bytes",
                offset: 0
            )
        }
        if let pipe = text.utf8.firstIndex(of: UInt8(ascii: "|")) {
            throw Fault(
                message: "aggregations behind | are not supported; the rule is skipped",
                offset: text.utf8.distance(from: text.startIndex, to: pipe),
                hint: "write a correlation rule, such as event_count",
                isUnsupported: true
            )
        }
        tokens = Self.tokens(of: text)
        end = text.utf8.count
        self.names = names
    }

    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var start = text.startIndex
        var index = start
        func close(_ index: String.Index) {
            guard start < index else { return }
            let offset = text.utf8.distance(from: text.startIndex, to: start)
            tokens.append(Token(text: text[start..<index], offset: offset))
        }
        while index < text.endIndex {
            let next = text.index(after: index)
            let character = text[index]
            if character.isWhitespace || character == "(" || character == ")" {
                close(index)
                start = index
                if !character.isWhitespace { close(next) }
                start = next
            }
            index = next
        }
        close(index)
        return tokens
    }

    /// The whole condition.
    mutating func parse() throws(Fault) -> SigmaExpression {
        let expression = try alternatives()
        if let token = current { throw fault("\"\(token.text)\" is not expected here") }
        return expression
    }

    private var current: Token? { position < tokens.count ? tokens[position] : nil }

    private func fault(_ message: String, hint: String = "") -> Fault {
        Fault(message: message, offset: current?.offset ?? end, hint: hint)
    }

    private mutating func takes(_ word: String) -> Bool {
        guard current?.text.lowercased() == word else { return false }
        position += 1
        return true
    }

    // MARK: Grammar

    private mutating func alternatives() throws(Fault) -> SigmaExpression {
        var parts = [try conjunction()]
        while takes("or") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(Fault) -> SigmaExpression {
        var parts = [try negation()]
        while takes("and") { parts.append(try negation()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(Fault) -> SigmaExpression {
        var isNegated = false
        while takes("not") { isNegated.toggle() }
        let operand = try primary()
        return isNegated ? .not(operand) : operand
    }

    private mutating func primary() throws(Fault) -> SigmaExpression {
        guard let token = current else { throw fault("the condition ends too early") }
        if takes("(") {
            depth += 1
            guard depth <= Self.depthLimit else {
                throw fault("too many parentheses in each other")
            }
            let inner = try alternatives()
            guard takes(")") else { throw fault("a parenthesis is not closed") }
            depth -= 1
            return inner
        }
        if position + 1 < tokens.count, tokens[position + 1].text.lowercased() == "of" {
            return try quantified(token)
        }
        guard let index = names.firstIndex(of: String(token.text)) else {
            throw fault(
                "there is no search identifier \"\(token.text)\"",
                hint: WordSuggestion.hint(for: String(token.text), among: names)
            )
        }
        position += 1
        used.insert(index)
        return .search(index)
    }

    /// `1 of PATTERN`, `all of PATTERN`.
    private mutating func quantified(_ quantity: Token) throws(Fault) -> SigmaExpression {
        let word = quantity.text.lowercased()
        guard ["1", "any", "all"].contains(word) else {
            throw fault("\"\(quantity.text) of\" is not supported", hint: "write 1 of or all of")
        }
        position += 2
        guard let pattern = current, pattern.text != "(", pattern.text != ")" else {
            throw fault("\(quantity.text) of what?", hint: "write them, or a name with *")
        }
        let found = names.indices.filter { matches(names[$0], pattern.text) }
        guard !found.isEmpty else { throw fault("no search identifier is named \(pattern.text)") }
        position += 1
        used.formUnion(found)
        let parts = found.map { SigmaExpression.search($0) }
        return word == "all" ? .all(parts) : .any(parts)
    }

    /// `them` are all names that do not begin with an underscore.
    private func matches(_ name: String, _ pattern: Substring) -> Bool {
        if pattern.lowercased() == "them" { return !name.hasPrefix("_") }
        return Self.matches(Array(name.utf8)[...], Array(pattern.utf8)[...])
    }

    /// Stars only; the names are short.
    private static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var name = name
        var parts = pattern.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
        guard parts.count > 1, let last = parts.popLast() else { return name == pattern }
        let first = parts.removeFirst()
        guard name.starts(with: first) else { return false }
        name = name.dropFirst(first.count)
        for part in parts {
            while !name.starts(with: part) {
                if name.isEmpty { return false }
                name = name.dropFirst()
            }
            name = name.dropFirst(part.count)
        }
        return name.count >= last.count && name.suffix(last.count) == last
    }
}
