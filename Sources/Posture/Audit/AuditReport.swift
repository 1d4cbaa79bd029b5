// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a run of the benchmark found.
package struct AuditReport: Sendable, Codable {
    package struct Result: Sendable, Codable, Hashable {
        /// The check's number: `5.31`.
        package var id: String
        package var section: String
        package var title: String
        package var result: AuditVerdict.Word
        package var reason: String
        /// What fails, in order; at most ``AuditReport/subjectLimit``.
        package var subjects: [String]
        /// How many more there are.
        package var moreSubjects: Int
        package var why: String
        package var remedy: String
    }

    package static let name = "CIS Docker Benchmark"
    package static let policyID = "cis_docker"
    package static let version = "1.6.0"
    static let subjectLimit = 50

    /// Milliseconds since the epoch.
    package var time: Int64
    package var host: String
    package var engine: String
    package var results: [Result]

    package init(_ facts: AuditFacts, host: String, time: Int64) {
        self.host = host
        self.time = time
        engine = facts.engineVersion
        results = AuditCheck.all.map { check in
            let verdict = check.judge(facts)
            let subjects = verdict.subjects
            return Result(
                id: check.id,
                section: check.section.rawValue,
                title: check.title,
                result: verdict.word,
                reason: verdict.reason,
                subjects: Array(subjects.prefix(Self.subjectLimit)),
                moreSubjects: max(0, subjects.count - Self.subjectLimit),
                why: check.why,
                remedy: check.remedy
            )
        }
    }

    package func count(_ word: AuditVerdict.Word) -> Int { results.count { $0.result == word } }

    /// Passed ones of those that passed or failed, in per cent; 100 when there are none.
    package var score: Int {
        let (passed, failed) = (count(.passed), count(.failed))
        return passed + failed == 0 ? 100 : passed * 100 / (passed + failed)
    }

    /// What is another than in an earlier run.
    package func changes(since earlier: AuditReport?) -> [AuditChange] {
        guard let earlier else { return [] }
        let before = Dictionary(earlier.results.map { ($0.id, $0) }) { first, _ in first }
        return results.compactMap { result in
            guard let old = before[result.id] else { return nil }
            let came = result.subjects.filter { !old.subjects.contains($0) }
            guard old.result != result.result || !came.isEmpty else { return nil }
            return AuditChange(
                id: result.id,
                title: result.title,
                before: old.result,
                now: result.result,
                newSubjects: came
            )
        }
    }

    /// The report as JSON, with figures and the difference to the run before.
    package func json(since earlier: AuditReport?) throws -> [UInt8] {
        try PostureJSON.encode(Shown(self, earlier))
    }

    private struct Shown: Encodable {
        let benchmark = AuditReport.name
        let version = AuditReport.version
        let time_ms: Int64
        let host: String
        let engine: String
        let score: Int
        let previous_score: Int?
        let passed: Int
        let failed: Int
        let not_applicable: Int
        let manual: Int
        let changes: [AuditChange]
        let results: [Result]

        init(_ report: AuditReport, _ earlier: AuditReport?) {
            time_ms = report.time
            host = report.host
            engine = report.engine
            score = report.score
            previous_score = earlier?.score
            passed = report.count(.passed)
            failed = report.count(.failed)
            not_applicable = report.count(.notApplicable)
            manual = report.count(.manual)
            changes = report.changes(since: earlier)
            results = report.results
        }
    }
}

/// A check whose result, or whose failing things, are others than before.
package struct AuditChange: Sendable, Hashable, Encodable {
    package let id: String
    package let title: String
    package let before: AuditVerdict.Word
    package let now: AuditVerdict.Word
    package let newSubjects: [String]
}
