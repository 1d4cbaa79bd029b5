// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import EventModel

/// Looks at a compiled ruleset for what loads well and yet cannot work: rules that
/// no event reaches, patterns that match nothing or search for ever.
///
/// Everything it finds is a warning or a note; it changes nothing.
package enum RulesetAudit {
    /// All findings: of decoders, then of rules, in load order.
    ///
    /// - Complexity: linear in the nodes of the tree, and at most some 50 ms for each
    ///   PCRE2 expression that looks suspicious.
    package static func findings(in ruleset: Ruleset) -> [Diagnostic] {
        var log = log(for: ruleset)
        PatternAudit(ruleset).report(&log)
        var reachability = ReachabilityAudit(ruleset)
        reachability.report(&log)
        return log.sorted()
    }

    /// Findings about patterns alone: of a ruleset with mistakes, whose rules may lack
    /// conditions.
    static func patternFindings(in ruleset: Ruleset) -> [Diagnostic] {
        var log = log(for: ruleset)
        PatternAudit(ruleset).report(&log)
        return log.sorted()
    }

    private static func log(for ruleset: Ruleset) -> DiagnosticLog {
        var log = DiagnosticLog()
        for file in files(of: ruleset) { log.open(file) }
        return log
    }

    private static func files(of ruleset: Ruleset) -> [String] {
        ruleset.decoders.map(\.location.file) + ruleset.rules.map(\.location.file)
    }
}
