// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Renders a report as one JSON object on one line.
///
/// `{"decoder":{"name","parent"},"predecoder":{…},"data":{…},
/// "rule":{"id","level","description","groups":[…]}|null,"alert":bool}`; when Sigma
/// rules held, also `"sigma":[{"rule":{…},"alert":bool}]`, and `"campaigns"` likewise; ids are strings and
/// levels numbers, as in alerts; what is absent has no key.
package enum LogtestJSON {
    /// Appends the object, without a line end.
    package static func append(_ report: EventReport, to output: inout [UInt8]) {
        output.append(literal: "{\"decoder\":")
        let decoder = report.decoder
        appendObject(
            [
                ("name", decoder.map { [UInt8]($0.name.utf8) }),
                ("parent", decoder?.parent.map { [UInt8]($0.utf8) }),
            ],
            to: &output
        )
        output.append(literal: ",\"predecoder\":")
        appendObject(
            [
                ("program_name", report.programName),
                ("timestamp", report.timestamp),
                ("hostname", report.hostname),
            ],
            to: &output
        )
        output.append(literal: ",\"data\":")
        output += report.dataJSON
        output.append(literal: ",\"rule\":")
        appendRule(report.rule, to: &output)
        output.append(literal: ",\"alert\":")
        output.append(text: report.isAlert ? "true" : "false")
        append(report.sigma, as: "sigma", to: &output)
        append(report.campaigns, as: "campaigns", to: &output)
        output.append(literal: "}")
    }

    private static func append(
        _ reports: [EventReport.FurtherReport],
        as name: String,
        to output: inout [UInt8]
    ) {
        guard !reports.isEmpty else { return }
        output.append(text: ",\"\(name)\":[")
        for (index, found) in reports.enumerated() {
            if index > 0 { output.append(literal: ",") }
            output.append(literal: "{\"rule\":")
            appendRule(found.rule, to: &output)
            output.append(text: ",\"alert\":\(found.isAlert)}")
        }
        output.append(literal: "]")
    }

    private static func appendRule(_ rule: RuleReport?, to output: inout [UInt8]) {
        guard let rule else {
            output.append(literal: "null")
            return
        }
        output.append(literal: "{\"id\":\"")
        output.appendDecimal(rule.id)
        output.append(literal: "\",\"level\":")
        output.appendDecimal(rule.level)
        output.append(literal: ",\"description\":")
        output.appendJSONString(rule.description.span)
        output.append(literal: ",\"groups\":")
        RuleTexts.appendArray(rule.groups, to: &output)
        output.append(literal: "}")
    }

    private static func appendObject(
        _ members: [(key: String, value: [UInt8]?)],
        to output: inout [UInt8]
    ) {
        var separator = "{"
        for member in members {
            guard let value = member.value else { continue }
            output.append(text: separator)
            output.appendJSONString(member.key)
            output.append(UInt8(ascii: ":"))
            output.appendJSONString(value.span)
            separator = ","
        }
        output.append(text: separator == "{" ? "{}" : "}")
    }
}
