// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// A value as it stands in a query: quoted, or words side by side.
struct QueryValue {
    var text: String
    /// Places of the stars in ``text`` that mean any characters.
    var stars: [Int]
    /// Where it begins, in characters from 1.
    let column: Int
    let isQuoted: Bool

    /// Takes one more unquoted word.
    mutating func append(_ word: QueryScanner.Word) {
        let length = text.count + 1
        text += " " + word.text
        stars += word.stars.map { $0 + length }
    }

    /// Whether it is only a star.
    var isStar: Bool { text == "*" && !stars.isEmpty }

    /// What it asks of a field's value.
    func test(of field: String) throws(QueryError) -> ValueTest {
        if isStar { return .exists }
        if AlertFields.phrases.contains(field) { return try textTest() }
        if !stars.isEmpty { return try wildcard(anywhere: false) }
        return isNetwork ? .address(text) : .equals(text)
    }

    /// What it asks of any field's text.
    func phrase() throws(QueryError) -> TextPhrase {
        let endsInStar = !stars.isEmpty && stars.last == text.count - 1
        guard stars.count == (endsInStar ? 1 : 0) else {
            throw QueryError(
                column: column,
                message: "without a field, * stands only at the end of a word",
                hint: "name the field, as in data.url: *admin*"
            )
        }
        let words = endsInStar ? String(text.dropLast()) : text
        let isPrefix = endsInStar && (words.utf8.last.map(TextWords.isPart) ?? false)
        guard let phrase = TextPhrase(words, isPrefix: isPrefix) else {
            throw QueryError(
                column: column,
                message: "there is no letter or digit to search for",
                hint: "write words, or name the field, as in data.url: \"/?\""
            )
        }
        return phrase
    }

    /// The number, or for `timestamp` the time, that a comparison needs.
    func number(of field: String, now: Timestamp) throws(QueryError) -> Double {
        if field == "timestamp" {
            do throws(QueryError) {
                return Double(try AlertTime.parse(text, now: now))
            } catch {
                let start = column + (isQuoted ? 1 : 0)
                throw QueryError(
                    column: start + error.column - 1,
                    message: error.message,
                    hint: error.hint
                )
            }
        }
        let bytes = [UInt8](text.utf8)
        guard stars.isEmpty, let number = AlertNumber.parse(bytes.span) else {
            throw QueryError(
                column: column,
                message: "\"\(text.prefix(64))\" is no number",
                hint: "<, <=, > and >= compare numbers, as in rule.level >= 7"
            )
        }
        return number
    }

    private func textTest() throws(QueryError) -> ValueTest {
        let isPlain = stars.isEmpty || stars == [text.count - 1]
        return isPlain ? .phrase(try phrase()) : try wildcard(anywhere: true)
    }

    private func wildcard(anywhere: Bool) throws(QueryError) -> ValueTest {
        guard stars.count == text.count(where: { $0 == "*" }) else {
            throw QueryError(
                column: column,
                message: "a value has either stars that mean any characters, or the star itself",
                hint: "put the value in quotes to mean the star itself"
            )
        }
        return .wildcard(anywhere ? "*" + text + "*" : text)
    }

    private var isNetwork: Bool {
        guard let slash = text.firstIndex(of: "/"),
            IPAddress(Array(text[..<slash].utf8).span) != nil
        else { return false }
        // What is no network is a value like any other.
        return (try? AddressList([Array(text.utf8)])) != nil
    }
}
