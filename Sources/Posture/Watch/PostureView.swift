// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// How containers stand, as JSON for the API and its pages.
package struct PostureView: Encodable, Sendable {
    package struct Shown: Encodable, Sendable {
        let id: String
        let title: String
        let severity: Severity
        let subjects: [String]
        let why: String
        let remedy: String
        /// What it takes from a container's hundred points.
        let points: Int

        init(_ finding: Finding) {
            id = finding.kind.rawValue
            title = finding.kind.title
            severity = finding.severity
            subjects = finding.subjects
            why = finding.kind.why
            remedy = finding.kind.remedy
            points = finding.severity.weight
        }
    }

    package struct Container: Encodable, Sendable {
        let id: String
        let name: String
        let image: String
        let engine: String
        let state: String
        let score: Int
        let findings: [Shown]
        let ignored: [Shown]

        package init(_ entry: PostureBoard.Entry) {
            id = entry.container.id
            name = entry.container.name
            image = entry.container.image
            engine = entry.container.engine
            state = entry.state
            score = entry.posture.score
            findings = entry.posture.findings.map(Shown.init)
            ignored = entry.posture.ignored.map(Shown.init)
        }
    }

    struct Figures: Encodable, Sendable {
        /// Of all containers; null when there are none.
        let score: Int?
        let critical: Int
        let high: Int
        let medium: Int
        let low: Int
        let ignored: Int
        let clean: Int
    }

    struct Audit: Encodable, Sendable {
        let time_ms: Int64?
        let score: Int?
        let previous_score: Int?
        let failed: Int?
        let passed: Int?
        let failure: String?
    }

    let containers: [Container]
    let figures: Figures
    let audit: Audit
    let runs: [AuditHistory.Run]

    /// `failure` is why the last run of the benchmark failed.
    package init(_ board: PostureBoard, _ history: AuditHistory, failure: String?) {
        let entries = board.entries
        containers = entries.sorted { $0.posture.score < $1.posture.score }.map(Container.init)
        let findings = entries.flatMap(\.posture.findings)
        func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }
        let total = entries.reduce(0) { $0 + $1.posture.score }
        figures = Figures(
            score: entries.isEmpty ? nil : total / entries.count,
            critical: count(.critical),
            high: count(.high),
            medium: count(.medium),
            low: count(.low),
            ignored: entries.reduce(0) { $0 + $1.posture.ignored.count },
            clean: entries.count { $0.posture.findings.isEmpty }
        )
        audit = Audit(
            time_ms: history.last?.time,
            score: history.last?.score,
            previous_score: history.previous?.score,
            failed: history.last?.count(.failed),
            passed: history.last?.count(.passed),
            failure: failure
        )
        runs = Array(history.runs.suffix(60))
    }
}
