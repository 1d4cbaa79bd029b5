// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// The parameters of a request's query, each at most once, all of them known to
/// the route.
struct QueryParameters: Sendable {
    private let values: [String: String]

    /// Reads the text behind the `?`.
    ///
    /// - Throws: ``Problem`` that names the parameter.
    init(_ query: Substring, known: [String]) throws(Problem) {
        var values: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first.flatMap({ Self.decode($0) }) else {
                throw .parameter("?", "a name in the query has a broken escape")
            }
            guard known.contains(name) else {
                let all = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw Problem(
                    .badRequest,
                    "unknown-parameter",
                    "parameter \(name.prefix(64)) is not known here; known are: \(all)"
                )
            }
            guard let value = Self.decode(parts.count > 1 ? parts[1] : "") else {
                throw .parameter(name, "a broken escape, or no UTF-8")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .parameter(name, "it is given twice")
            }
        }
        self.values = values
    }

    /// The value; nil when it is missing or empty.
    func text(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// A whole number of a range.
    func integer(
        _ name: String,
        _ range: ClosedRange<Int>,
        usually standard: Int
    ) throws(Problem) -> Int {
        guard let text = text(name) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw .parameter(
                name,
                "a whole number from \(range.lowerBound) to \(range.upperBound) is needed"
            )
        }
        return number
    }

    /// `true` or `false`.
    func flag(_ name: String, usually standard: Bool) throws(Problem) -> Bool {
        switch text(name) {
        case nil: return standard
        case "true", "1": return true
        case "false", "0": return false
        default: throw .parameter(name, "true or false is needed")
        }
    }

    private static func decode(_ text: Substring) -> String? {
        PercentDecoding.decode(text, plusIsSpace: true)
    }
}
