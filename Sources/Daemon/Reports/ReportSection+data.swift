// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
package import Posture
package import Vulnerabilities

extension ReportSection {
    /// What the data folder tells of images and of how containers are run, with at most
    /// `size` rows each; it blocks.
    package static func all(_ data: DataFolder, size: Int) -> [ReportSection] {
        let history = VulnerabilityFolder(path: data.vulnerabilities).readHistory()
        // What is not there, or cannot be read, has not run as far as is known.
        let bytes = try? FileSystem.contents(of: data.audit, limit: 16 << 20)
        let audits = bytes.flatMap { try? PostureJSON.decode(AuditHistory.self, $0) }
        return [
            vulnerabilities(history, size: size), posture(audits ?? AuditHistory(), size: size),
        ]
    }

    /// Images with known vulnerabilities, as their last scans found them.
    package static func vulnerabilities(_ history: FindingHistory, size: Int) -> ReportSection {
        let title = "Vulnerabilities"
        let key = "vulnerabilities"
        let images = history.subjects.map { ImageCounts($0, history.findings(of: $0)) }
        guard !images.isEmpty else {
            return ReportSection(
                key: key,
                title: title,
                summary: "No image was scanned, so nothing is known; see jaga scan."
            )
        }
        let total = images.reduce(ImageCounts("", [])) { $0.adding($1) }
        let affected = images.filter { $0.total > 0 }.sorted { $0.isWorse(than: $1) }
        // What a scan could not know is not kept with what it found.
        let found =
            total.total > 0
            ? total.text : "nothing found; jaga scan says what could not be looked at"
        var section = ReportSection(
            key: key,
            title: title,
            summary: "\(images.count) images scanned: \(found)."
        )
        section.figures = [Figure("images", images.count)] + total.figures
        section.count = affected.count
        section.rows = affected.prefix(size).map { Row($0.name, $0.text) }
        return section
    }

    /// The benchmark's last run, and what failed.
    package static func posture(_ history: AuditHistory, size: Int) -> ReportSection {
        let (key, title) = ("posture", "Posture")
        guard let last = history.last else {
            return ReportSection(
                key: key,
                title: title,
                summary: "The \(AuditReport.name) has not run yet; see jaga audit."
            )
        }
        let (passed, failed) = (last.count(.passed), last.count(.failed))
        let before = history.previous.map { " (\($0.score) before)" } ?? ""
        var section = ReportSection(
            key: key,
            title: title,
            summary: "\(AuditReport.name) \(AuditReport.version), \(moment(last.time)): score"
                + " \(last.score)\(before), \(failed) checks failed, \(passed) passed."
        )
        let failures = last.results.filter { $0.result == .failed }
        section.figures = [
            Figure("score", last.score), Figure("failed", failed), Figure("passed", passed),
        ]
        if let previous = history.previous {
            section.figures.append(Figure("before", previous.score))
        }
        section.count = failures.count
        section.rows = failures.prefix(size).map { result in
            Row("\(result.id) \(result.title)", subjects(result))
        }
        return section
    }

    private static func subjects(_ result: AuditReport.Result) -> String {
        guard !result.subjects.isEmpty else { return result.reason }
        let more = result.moreSubjects + max(0, result.subjects.count - 5)
        let text = result.subjects.prefix(5).joined(separator: ", ")
        return more > 0 ? "\(text) and \(more) more" : text
    }

    private static func moment(_ milliseconds: Int64) -> String {
        let (nanoseconds, overflows) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        var output: [UInt8] = []
        Timestamp(nanoseconds: overflows ? 0 : nanoseconds).appendISO8601(to: &output)
        return String(decoding: output.prefix(16), as: UTF8.self) + " UTC"
    }
}

/// How many vulnerabilities an image has, or all of them.
private struct ImageCounts {
    let name: String
    /// By rank, from unknown to critical.
    private var counts = Array(repeating: 0, count: Vulnerabilities.Severity.allCases.count)
    private var exploited = 0

    init(_ name: String, _ findings: [FindingHistory.Known]) {
        self.name = name
        for finding in findings { counts[Int(finding.severity.rawValue)] += 1 }
        exploited = findings.count(where: \.isExploited)
    }

    var total: Int { counts.reduce(0, +) }

    func adding(_ other: ImageCounts) -> ImageCounts {
        var sum = self
        sum.exploited += other.exploited
        for index in counts.indices { sum.counts[index] += other.counts[index] }
        return sum
    }

    func isWorse(than other: ImageCounts) -> Bool {
        let (mine, its) = (
            [exploited] + counts.reversed(), [other.exploited] + other.counts.reversed()
        )
        return mine == its ? name < other.name : its.lexicographicallyPrecedes(mine)
    }

    /// `1 critical, 12 high; 1 used by attackers`.
    var text: String {
        let parts = named.reversed().filter { $0.value > 0 }.map { "\($0.value) \($0.name)" }
        let rest = exploited > 0 ? "; \(exploited) used by attackers" : ""
        return parts.joined(separator: ", ") + rest
    }

    var figures: [ReportSection.Figure] {
        named.reversed() + [ReportSection.Figure("exploited", exploited)]
    }

    private var named: [ReportSection.Figure] {
        Vulnerabilities.Severity.allCases.map { severity in
            let word = severity == .unknown ? "unrated" : severity.word.lowercased()
            return ReportSection.Figure(word, counts[Int(severity.rawValue)])
        }
    }
}
