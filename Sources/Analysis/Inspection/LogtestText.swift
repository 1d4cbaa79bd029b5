// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Renders a report as `wazuh-logtest` does, in three phases.
///
/// - Compatibility: control bytes of the log are shown as `\xNN`, so that a log
///   cannot steer the terminal.
///
/// Source: analysis-engine.md §9.3.
package enum LogtestText {
    /// Appends the report, each phase behind an empty line; with `.trials` also
    /// the rules that were tried, as far as the report has them.
    package static func append(
        _ report: EventReport,
        _ detail: AnalysisEngine.InspectionDetail,
        to output: inout [UInt8]
    ) {
        for warning in report.warnings {
            output.append(text: "** Wazuh-Logtest: WARNING: \(warning)\n")
        }
        appendPredecoding(report, to: &output)
        appendDecoding(report, to: &output)
        if detail == .trials { appendDebugging(report, to: &output) }
        if let rule = report.rule {
            output.append(literal: "\n**Phase 3: Completed filtering (rules).\n")
            appendRule(rule, to: &output)
            if report.isAlert { output.append(literal: "**Alert to be generated.\n") }
        }
        for found in report.sigma {
            output.append(literal: "\n**Sigma rule matched.\n")
            appendRule(found.rule, to: &output)
            if found.isAlert { output.append(literal: "**Alert to be generated.\n") }
        }
        for found in report.campaigns {
            output.append(literal: "\n**Web campaign.\n")
            appendRule(found.rule, to: &output)
            if found.isAlert { output.append(literal: "**Alert to be generated.\n") }
        }
    }

    private static func appendPredecoding(_ report: EventReport, to output: inout [UInt8]) {
        output.append(literal: "\n**Phase 1: Completed pre-decoding.\n")
        if report.rule?.omitsFullLog != true {
            appendLine("full event", report.fullLog, to: &output)
        }
        for (key, value) in [
            ("timestamp", report.timestamp), ("hostname", report.hostname),
            ("program_name", report.programName),
        ] {
            if let value { appendLine(key, value, to: &output) }
        }
    }

    private static func appendDecoding(_ report: EventReport, to output: inout [UInt8]) {
        output.append(literal: "\n**Phase 2: Completed decoding.\n")
        guard let decoder = report.decoder else {
            output.append(literal: "\tNo decoder matched.\n")
            return
        }
        appendLine("name", decoder.name, to: &output)
        if let parent = decoder.parent { appendLine("parent", parent, to: &output) }
        if decoder.accumulates { appendLine("accumulate", "1", to: &output) }
        if !decoder.comment.isEmpty { appendLine("ftscomment", decoder.comment, to: &output) }
        let sorted = report.fields.sorted { left, right in
            left.path.lexicographicallyPrecedes(right.path) { left, right in
                left.lexicographicallyPrecedes(right)
            }
        }
        for field in sorted {
            let name = String(decoding: field.name, as: UTF8.self)
            let value =
                field.isArray ? [UInt8](PythonText.value(json: field.value).utf8) : field.value
            appendLine(name, value, to: &output)
        }
    }

    private static func appendDebugging(_ report: EventReport, to output: inout [UInt8]) {
        guard !report.trials.isEmpty || !report.sigmaTrials.isEmpty else { return }
        output.append(literal: "\n**Rule debugging:\n")
        for line in report.debugLines {
            output.append(text: line.hasPrefix("*") ? "\t\t" : "\t")
            appendShown([UInt8](line.utf8), to: &output)
            output.append(UInt8(ascii: "\n"))
        }
    }

    private static func appendRule(_ rule: RuleReport, to output: inout [UInt8]) {
        appendLine("id", "\(rule.id)", to: &output)
        appendLine("level", "\(rule.level)", to: &output)
        appendLine("description", rule.description, to: &output)
        appendLine("groups", PythonText.list(rule.groups), to: &output)
        var rest = rule.compliance.map { ($0.name, PythonText.list($0.values)) }
        rest.append(("mail", rule.mails ? "True" : "False"))
        if let firedTimes = rule.firedTimes { rest.append(("firedtimes", "\(firedTimes)")) }
        if let frequency = rule.frequency { rest.append(("frequency", "\(frequency)")) }
        if !rule.cve.isEmpty { rest.append(("cve", rule.cve)) }
        if !rule.info.isEmpty { rest.append(("info", rule.info)) }
        if !rule.mitreTactics.isEmpty {
            rest.append(("mitre.id", PythonText.list(rule.mitreIDs)))
            rest.append(("mitre.tactic", PythonText.list(rule.mitreTactics)))
            rest.append(("mitre.technique", PythonText.list(rule.mitreTechniques)))
        }
        for (key, value) in rest.sorted(by: { $0.0 < $1.0 }) {
            appendLine(key, value, to: &output)
        }
    }

    private static func appendLine(_ key: String, _ value: String, to output: inout [UInt8]) {
        appendLine(key, [UInt8](value.utf8), to: &output)
    }

    /// A tab, the key, and the value in single quotes.
    private static func appendLine(_ key: String, _ value: [UInt8], to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\t"))
        appendShown([UInt8](key.utf8), to: &output)
        output.append(literal: ": '")
        appendShown(value, to: &output)
        output.append(literal: "'\n")
    }

    private static func appendShown(_ bytes: [UInt8], to output: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for byte in bytes {
            if byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t") {
                output.append(byte)
            } else {
                output.append(literal: "\\x")
                output.append(digits[Int(byte >> 4)])
                output.append(digits[Int(byte & 15)])
            }
        }
    }
}
