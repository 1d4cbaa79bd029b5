// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Patterns

/// The text of an option; when the option is repeated its texts are joined
/// without a separator.
///
/// Source: analysis-engine.md §2.1, §4.1, §5.3.
struct OptionText {
    private(set) var bytes: [UInt8]
    /// Where the first text begins.
    let location: SourceLocation
    /// The `type` of the last element.
    private(set) var type: SourceAttribute?
    /// The `negate` of the last element.
    private(set) var negate: SourceAttribute?
    /// How many bytes the first text has: up to there places are exact.
    private let firstCount: Int

    init(_ element: SourceElement) {
        bytes = element.text
        location = element.textLocation
        type = element.attribute("type")
        negate = element.attribute("negate")
        firstCount = bytes.count
    }

    /// Joins the text of a repeated option; its attributes replace those before.
    mutating func append(_ element: SourceElement) {
        bytes += element.text
        type = element.attribute("type")
        negate = element.attribute("negate")
    }

    /// The text for messages and names; what is not UTF-8 is replaced.
    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Where a byte of the text stands, as far as the first text reaches.
    func location(at offset: Int) -> SourceLocation {
        guard offset <= firstCount else { return location }
        var line = location.line
        var column = location.column
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return SourceLocation(file: location.file, line: line, column: column)
    }
}

extension OptionText {
    /// Whether `negate="yes"` is set; any other word than `yes` and `no` is
    /// reported and is no.
    func isNegated(_ log: inout DiagnosticLog) -> Bool {
        guard let negate else { return false }
        switch negate.valueWord {
        case "yes": return true
        case "no": return false
        default:
            log.warning(
                .badAttribute,
                at: negate.location,
                "negate=\"\(negate.string)\" is neither yes nor no and counts as no"
            )
            return false
        }
    }

    /// The engine that `type` chooses; one that the option does not take is
    /// reported, and the usual one used.
    func kind(
        usually standard: PatternKind,
        among accepted: [PatternKind],
        _ log: inout DiagnosticLog
    ) -> PatternKind {
        guard let type else { return standard }
        if let kind = PatternKind(attribute: type.value), accepted.contains(kind) { return kind }
        let words = accepted.map(\.rawValue)
        log.warning(
            .badPatternType,
            at: type.location,
            "type=\"\(type.string)\" is not one of \(words.joined(separator: ", ")); "
                + "the pattern is read as \(standard.rawValue)",
            hint: WordSuggestion.hint(for: type.string, among: words)
        )
        return standard
    }

    /// The text compiled; nil, and reported, when the pattern is wrong.
    func pattern(
        _ kind: PatternKind,
        capturing: Bool,
        _ log: inout DiagnosticLog
    ) -> Pattern? {
        do {
            return try Pattern(bytes, kind: kind, capturing: capturing)
        } catch {
            report(error, in: kind.rawValue, &log)
            return nil
        }
    }

    /// Reports what an engine says about the text.
    func report(_ error: PatternError, in engine: String, _ log: inout DiagnosticLog) {
        log.error(
            .badPattern,
            at: location(at: error.offset),
            "\(engine): \(error.message)"
        )
    }
}
