// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The modifiers behind a field's name: `Field|contains|all`.
///
/// Source: Sigma modifiers appendix 2.1.
struct SigmaModifiers {
    /// What kind of value the modifiers ask for.
    enum Kind: Equatable {
        case text
        /// The value holds letters of PCRE2's inline options: `ims`.
        case regex(options: String)
        case network
        case number(SigmaTest.Relation)
        case exists
        case field
    }

    private(set) var kind = Kind.text
    private(set) var placement: SigmaTest.Placement?
    /// In the order written.
    private(set) var encodings: [SigmaEncoding] = []
    private(set) var isWindash = false
    private(set) var isCased = false
    /// Whether all values must hold, not one.
    private(set) var needsAll = false
    /// `neq`: no value may hold.
    private(set) var isNegated = false

    private static let words =
        ["all", "cased", "cidr", "contains", "endswith", "exists", "fieldref", "neq", "re"]
        + ["startswith", "windash"] + SigmaEncoding.allCases.map(\.rawValue)
        + SigmaTest.Relation.allCases.map(\.rawValue)
    /// Words of the specification that Jaga refuses.
    private static let refused = ["expand", "minute", "hour", "day", "week", "month", "year"]

    /// Nil when a word is wrong or refused, which is reported.
    init?(_ words: [Substring], at location: SourceLocation, _ log: inout DiagnosticLog) {
        for word in words {
            guard take(String(word), at: location, &log) else { return nil }
        }
        guard isConsistent else {
            log.error(
                .conflictingOptions,
                at: location,
                "the modifiers \(words.joined(separator: "|")) do not go together"
            )
            return nil
        }
    }

    private mutating func take(
        _ word: String,
        at location: SourceLocation,
        _ log: inout DiagnosticLog
    ) -> Bool {
        if let encoding = SigmaEncoding(rawValue: word) {
            encodings.append(encoding)
            return true
        }
        if let relation = SigmaTest.Relation(rawValue: word) {
            return set(.number(relation), at: location, &log)
        }
        switch word {
        case "contains": return place(.anywhere, at: location, &log)
        case "startswith": return place(.beginning, at: location, &log)
        case "endswith": return place(.end, at: location, &log)
        case "all": needsAll = true
        case "cased": isCased = true
        case "neq": isNegated = true
        case "windash": isWindash = true
        case "re": return set(.regex(options: ""), at: location, &log)
        case "cidr": return set(.network, at: location, &log)
        case "exists": return set(.exists, at: location, &log)
        case "fieldref": return set(.field, at: location, &log)
        case "i", "m", "s":
            guard case .regex(let options) = kind else {
                return conflict("\(word) goes only behind re", at: location, &log)
            }
            kind = .regex(options: options + word)
        default: return refuse(word, at: location, &log)
        }
        return true
    }

    private mutating func set(
        _ new: Kind,
        at location: SourceLocation,
        _ log: inout DiagnosticLog
    ) -> Bool {
        guard kind == .text else {
            return conflict("two kinds of value are asked for", at: location, &log)
        }
        kind = new
        return true
    }

    private mutating func place(
        _ new: SigmaTest.Placement,
        at location: SourceLocation,
        _ log: inout DiagnosticLog
    ) -> Bool {
        guard placement == nil else {
            return conflict("two places are asked for", at: location, &log)
        }
        placement = new
        return true
    }

    /// Makes a text one that stands anywhere.
    mutating func placeAnywhere() { placement = .anywhere }

    private func conflict(
        _ message: String,
        at location: SourceLocation,
        _ log: inout DiagnosticLog
    ) -> Bool {
        log.error(.conflictingOptions, at: location, "modifiers: \(message)")
        return false
    }

    private func refuse(
        _ word: String,
        at location: SourceLocation,
        _ log: inout DiagnosticLog
    ) -> Bool {
        if Self.refused.contains(word) {
            log.warning(
                .unsupported,
                at: location,
                "the modifier \(word) is not supported; the rule is skipped",
                hint: word == "expand" ? "write the placeholder's values" : ""
            )
        } else {
            log.error(
                .unknownOption,
                at: location,
                "there is no modifier \"\(word)\"",
                hint: WordSuggestion.hint(for: word, among: Self.words + Self.refused)
            )
        }
        return false
    }

    private var isConsistent: Bool {
        switch kind {
        case .text: !(isWindash && !encodings.isEmpty)
        case .field: encodings.isEmpty && !isWindash
        case .regex, .network, .number, .exists:
            encodings.isEmpty && !isWindash && placement == nil && !isCased
        }
    }
}
