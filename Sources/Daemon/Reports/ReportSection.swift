// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Outputs

/// How things stand when a report is made: a sentence, and lines with more.
package struct ReportSection: Sendable, Hashable {
    package struct Row: Sendable, Hashable {
        package let name: String
        package let detail: String

        package init(_ name: String, _ detail: String) {
            self.name = name
            self.detail = detail
        }
    }

    /// A figure for programs.
    package struct Figure: Sendable, Hashable {
        package let name: String
        package let value: Int

        package init(_ name: String, _ value: Int) {
            self.name = name
            self.value = value
        }
    }

    /// Stable, for programs: `vulnerabilities`, `posture`.
    package let key: String
    package let title: String
    /// What is known, and what is not.
    package let summary: String
    package var figures: [Figure] = []
    /// The worst first; as many as were asked for.
    package var rows: [Row] = []
    /// How many rows there are in all.
    package var count = 0

    package init(key: String, title: String, summary: String) {
        self.key = key
        self.title = title
        self.summary = summary
    }

    var json: JSONTree {
        var members = [JSONTree.Member("summary", .string(summary))]
        members += figures.map { JSONTree.Member($0.name, .number("\($0.value)")) }
        let rows = rows.map { row -> JSONTree in
            ["name": .string(row.name), "detail": .string(row.detail)]
        }
        members += [
            JSONTree.Member("count", .number("\(count)")), JSONTree.Member("rows", .array(rows)),
        ]
        return .object(members)
    }
}
