// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import AlertStore
package import EventModel
import Outputs

/// What happened in a stretch of time, in figures: rules, containers, attackers, and the
/// requirements of standards that rules are tagged with.
package struct AlertReport: Sendable, Hashable {
    /// The most frequent values of a field.
    package struct Table: Sendable, Hashable {
        /// Stable, for programs: `rules`, `pci_dss`.
        package let key: String
        package let title: String
        package var values: TopValues
    }

    /// What is counted: key, title, field.
    private static let fields: [(key: String, title: String, field: String)] = [
        ("rules", "Rules", "rule.id"),
        ("descriptions", "What happened", "rule.description"),
        ("containers", "Containers", "data.container.name"),
        ("attackers", "Source addresses", "data.srcip"),
        ("agents", "Agents", "agent.name"),
        ("levels", "Levels", "rule.level"),
        ("posture", "How containers are run", "data.posture.title"),
        ("checks", "Checks of the configuration", "data.sca.check.title"),
        ("images", "Images whose vulnerabilities changed", "data.image.name"),
        ("vulnerabilities", "Vulnerabilities", "data.vulnerability.cve"),
        ("mitre", "MITRE ATT&CK", "rule.mitre.id"),
        ("changed_vulnerabilities", "Vulnerabilities that changed", "data.vulnerability.title"),
        ("posture_findings", "How containers are run, what changed", "data.posture.title"),
        ("posture_containers", "Containers concerned", "data.posture.container"),
        ("pci_dss", "PCI DSS", "rule.pci_dss"),
        ("gdpr", "GDPR", "rule.gdpr"),
        ("hipaa", "HIPAA", "rule.hipaa"),
        ("nist_800_53", "NIST 800-53", "rule.nist_800_53"),
        ("tsc", "TSC", "rule.tsc"),
    ]

    package let hostname: String
    package let from: Timestamp
    package let to: Timestamp
    package var total = 0
    /// Alerts of level 12 and above.
    package var severe = 0
    package var tables: [Table] = []
    /// How things stand now, whatever the stretch of time.
    package var sections: [ReportSection] = []

    /// Counts the alerts of a stretch of time; `size` values of each field.
    ///
    /// - Throws: `AlertIndexError`.
    package init(
        _ index: any AlertIndex,
        from: Timestamp,
        to: Timestamp,
        hostname: String,
        size: Int = 10
    ) async throws {
        self.hostname = hostname
        (self.from, self.to) = (from, to)
        var query = AlertQuery()
        query.range = TimeRange(from: from.milliseconds, to: to.milliseconds)
        let severeOnly = try AlertFilter.parse("rule.level >= 12", now: to)
        var wanted = [AlertAggregation(.count), AlertAggregation(.count, filter: severeOnly)]
        wanted += Self.fields.map {
            AlertAggregation(.top(field: $0.field, size: size, prefix: ""))
        }
        let figures = try await index.aggregate(query, wanted)
        if case .count(let count)? = figures.first { total = count }
        if case .count(let count)? = figures.dropFirst().first { severe = count }
        for (field, figure) in zip(Self.fields, figures.dropFirst(2)) {
            guard case .top(let values) = figure else { continue }
            tables.append(Table(key: field.key, title: field.title, values: values))
        }
    }

    /// As one JSON object.
    package var json: [UInt8] {
        var members = [
            JSONTree.Member("hostname", .string(hostname)),
            JSONTree.Member("from", .string(Self.text(from))),
            JSONTree.Member("to", .string(Self.text(to))),
            JSONTree.Member("alerts", .number("\(total)")),
            JSONTree.Member("severe", .number("\(severe)")),
        ]
        for table in tables {
            let entries = table.values.entries.map { entry -> JSONTree in
                ["value": .string(entry.value), "count": .number("\(entry.count)")]
            }
            let value: JSONTree = [
                "distinct": .number("\(table.values.distinct)"), "values": .array(entries),
            ]
            members.append(JSONTree.Member(table.key, value))
        }
        members += sections.map { JSONTree.Member($0.key, $0.json) }
        return JSONTree.object(members).bytes
    }

    /// As lines for people.
    package var text: String {
        var lines = [title, "", summary]
        for table in tables where !table.values.entries.isEmpty {
            lines += ["", table.title]
            lines += table.values.entries.map { entry in
                let count = String(entry.count)
                let blanks = String(repeating: " ", count: max(1, 9 - count.utf8.count))
                return blanks + count + "  " + TerminalText.escape(entry.value)
            }
        }
        for section in sections { lines += ["", section.title] + Self.lines(section) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ section: ReportSection) -> [String] {
        let more = section.count - section.rows.count
        return ["  " + TerminalText.escape(section.summary)]
            + section.rows.map { row in
                "  " + TerminalText.escape(row.name) + ": " + TerminalText.escape(row.detail)
            } + (more > 0 ? ["  and \(more) more"] : [])
    }

    /// `Jaga on web1: 2026-11-26T07:00:00 to 2026-11-27T07:00:00`.
    package var title: String {
        "Jaga on \(hostname): \(Self.text(from)) to \(Self.text(to))"
    }

    var summary: String { "\(total) alerts, \(severe) of them of level 12 and above" }

    private static func text(_ time: Timestamp) -> String {
        var output: [UInt8] = []
        time.appendISO8601(to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}
