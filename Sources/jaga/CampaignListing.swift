// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import Analysis
import EventModel

/// Web campaigns found in old logs, for people as a table and for programs as JSON lines.
enum CampaignListing {
    /// The table; empty without campaigns.
    static func table(_ campaigns: [CampaignSummary]) -> String {
        guard !campaigns.isEmpty else { return "" }
        let title = [
            "SOURCE", "FROM", "TO", "REQUESTS", "ATTACKS", "ERRORS", "LOGINS", "ANSWERS", "TOOL",
        ]
        let rows = [title] + campaigns.map(row)
        let widths = title.indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        let lines = rows.map { row in
            zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ").trimmedEnd
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ campaign: CampaignSummary) -> [String] {
        let answered = campaign.answeredAttacks > 0 ? " (\(campaign.answeredAttacks) answered)" : ""
        let texts = [
            campaign.source, time(campaign.from), time(campaign.to), "\(campaign.requests)",
            campaign.classes + answered, "\(campaign.errors)", "\(campaign.logins)",
            campaign.answers, campaign.tool ?? "-",
        ]
        return texts.map { TerminalText.escape($0.isEmpty ? "-" : $0) }
    }

    /// One object a campaign, with the names of the alert's fields.
    static func json(_ campaigns: [CampaignSummary]) -> [UInt8] {
        var output: [UInt8] = []
        for campaign in campaigns {
            output.append(literal: "{\"source\":")
            output.appendJSONString(campaign.source)
            for (name, text) in [
                ("kind", campaign.kind), ("from", time(campaign.from)), ("to", time(campaign.to)),
                ("classes", campaign.classes), ("answers", campaign.answers),
                ("tool", campaign.tool ?? ""),
            ] where !text.isEmpty {
                output.append(text: ",\"\(name)\":")
                output.appendJSONString(text)
            }
            for (name, number) in [
                ("requests", campaign.requests), ("errors", campaign.errors),
                ("logins", campaign.logins), ("answered", campaign.answeredAttacks),
            ] {
                output.append(text: ",\"\(name)\":\(number)")
            }
            output.append(literal: ",\"containers\":[")
            for (index, name) in campaign.containers.enumerated() {
                if index > 0 { output.append(literal: ",") }
                output.appendJSONString(name)
            }
            output.append(literal: "]}\n")
        }
        return output
    }

    private static func time(_ seconds: Int64) -> String {
        let (nanoseconds, isTooMuch) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        var text: [UInt8] = []
        Timestamp(nanoseconds: isTooMuch ? 0 : nanoseconds).appendSecond(to: &text)
        return String(decoding: text, as: UTF8.self) + "Z"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    fileprivate var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
