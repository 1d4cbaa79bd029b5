// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Patterns

/// Finds patterns that say something else than their writer meant, or that search
/// too long.
struct PatternAudit {
    private let ruleset: Ruleset

    init(_ ruleset: Ruleset) {
        self.ruleset = ruleset
    }

    /// Reports on the patterns of all decoders, then of all rules.
    func report(_ log: inout DiagnosticLog) {
        for decoder in ruleset.decoders {
            let title = "decoder \(decoder.name)"
            if let pattern = decoder.prematch?.pattern {
                report(pattern, of: title, "prematch", decoder.location, &log)
            }
            if case .regex(let pattern, _, let order) = decoder.extraction {
                report(pattern, of: title, "regex", decoder.location, &log)
                reportGroups(pattern, order.count, decoder, &log)
            }
        }
        for rule in ruleset.rules { report(rule, &log) }
    }

    private func report(_ rule: Rule, _ log: inout DiagnosticLog) {
        let title = "rule \(rule.id)"
        for id in rule.metadata.mitre?.ids ?? [] where MitreMatrix.technique(id) == nil {
            log.warning(
                .unknownTechnique,
                at: rule.location,
                "\(title): there is no technique \(id) in MITRE ATT&CK as Jaga knows it",
                hint: "write one such as T1110.001; alerts have no name and no tactic for it"
            )
        }
        for condition in rule.conditions {
            switch condition {
            case .text(let field, let pattern, _):
                report(pattern, of: title, field.title(in: ruleset), rule.location, &log)
            case .exact(let field, let bytes, _) where Self.looksLikePattern(bytes):
                log.warning(
                    .suspiciousPattern,
                    at: rule.location,
                    "\(title): \(field.title(in: ruleset)) without a type compares the whole "
                        + "text with \"\(String(decoding: bytes, as: UTF8.self))\"",
                    hint: "add type=\"osmatch\", \"osregex\" or \"pcre2\" if it is a pattern"
                )
            default: continue
            }
        }
    }

    private func report(
        _ pattern: Pattern,
        of title: String,
        _ option: String,
        _ location: SourceLocation,
        _ log: inout DiagnosticLog
    ) {
        let source = String(decoding: pattern.source, as: UTF8.self)
        switch pattern {
        case .osmatch where Self.looksLikeRegex(pattern.source):
            log.warning(
                .suspiciousPattern,
                at: location,
                "\(title): \(option) is an osmatch, which searches \"\(source)\" letter by letter",
                hint: "add type=\"osregex\" or \"pcre2\", or write it without a backslash"
            )
        case .pcre2(let expression):
            report(expression, source, of: title, option, location, &log)
        default: break
        }
    }

    private func report(
        _ expression: PCRE2Expression,
        _ source: String,
        of title: String,
        _ option: String,
        _ location: SourceLocation,
        _ log: inout DiagnosticLog
    ) {
        let shape = ExpressionShape(expression.source)
        if shape.isImpossible {
            log.warning(
                .neverMatches,
                at: location,
                "\(title): \(option) \"\(source)\" can never match: it wants more behind the end "
                    + "or before the beginning",
                hint: "put ^ first and $ last, or write \\^ and \\$ for the signs"
            )
        }
        switch BacktrackingTrial.growth(of: expression, shape) {
        case .exponential:
            log.warning(
                .slowPattern,
                at: location,
                "\(title): \(option) \"\(source)\" needs exponential time: it is given up on a "
                    + "text of 64 bytes",
                hint: "do not repeat what repeats already, as in (a+)+; use a possessive ++ or *+"
            )
        case .cubic:
            log.note(
                .slowPattern,
                at: location,
                "\(title): \(option) \"\(source)\" needs cubic time: it is given up on some "
                    + "texts of 512 bytes",
                hint: "make a repetition possessive, ++ or *+, or say what it may not contain"
            )
        case nil: break
        }
    }

    private func reportGroups(
        _ pattern: Pattern,
        _ orderCount: Int,
        _ decoder: LogDecoder,
        _ log: inout DiagnosticLog
    ) {
        let groups: Int
        switch pattern {
        case .osregex(let regex): groups = regex.groupCount
        case .pcre2(let expression): groups = expression.groupCount
        case .osmatch: return
        }
        guard groups < orderCount else { return }
        log.note(
            .suspiciousPattern,
            at: decoder.location,
            "decoder \(decoder.name): order names \(orderCount) fields, and the regex has "
                + (groups == 1 ? "one group" : "\(groups) groups"),
            hint: "the last fields are never set"
        )
    }

    // MARK: Signs

    /// Whether only an empty text matches.
    static func isVoid(_ pattern: Pattern) -> Bool {
        let alternatives = pattern.source.split(
            separator: UInt8(ascii: "|"),
            omittingEmptySubsequences: false
        )
        switch pattern {
        case .osregex: return alternatives.allSatisfy { $0 == Array("$".utf8)[...] || isWhole($0) }
        case .osmatch: return alternatives.allSatisfy(isWhole)
        case .pcre2: return isWhole(pattern.source[...])
        }
    }

    private static func isWhole(_ text: ArraySlice<UInt8>) -> Bool { text.elementsEqual("^$".utf8) }

    /// Whether a text has escapes that an os_match does not know: `\d`, or `\.` behind
    /// a letter or digit, where no path has it.
    private static func looksLikeRegex(_ text: [UInt8]) -> Bool {
        let classes = Set("dwspDWS(+*".utf8)
        for (place, byte) in text.enumerated() where byte == UInt8(ascii: "\\") {
            guard place + 1 < text.count else { continue }
            let next = text[place + 1]
            if classes.contains(next) { return true }
            if next == UInt8(ascii: "."), place > 0, isLetterOrDigit(text[place - 1]) {
                return true
            }
        }
        return false
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    private static func looksLikePattern(_ text: [UInt8]) -> Bool {
        text.first == UInt8(ascii: "^") || text.last == UInt8(ascii: "$")
            || text.contains(UInt8(ascii: "|")) || looksLikeRegex(text)
    }
}
