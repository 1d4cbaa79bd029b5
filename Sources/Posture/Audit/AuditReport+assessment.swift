// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The report as events of Wazuh's SCA module.
///
/// Source: around-the-engine.md, "SCA"; one event for each check that a machine can judge,
/// then a summary.
extension AuditReport {
    /// Texts of those events whose check has another result than in `earlier`, and the
    /// summary; all of them without `earlier`.
    package func assessments(since earlier: AuditReport?) throws -> [[UInt8]] {
        let before = Dictionary((earlier?.results ?? []).map { ($0.id, $0.result) }) { first, _ in
            first
        }
        let scan = Int(truncatingIfNeeded: time / 1_000)
        let told = results.filter { $0.result != .manual && before[$0.id] != $0.result }
        var texts = try told.map { try PostureJSON.encode(CheckMessage($0, scan)) }
        texts.append(try PostureJSON.encode(SummaryMessage(self, scan)))
        return texts
    }

    private struct CheckMessage: Encodable {
        let type = "check"
        let id: Int
        let policy = "\(AuditReport.name) \(AuditReport.version)"
        let policy_id = AuditReport.policyID
        let check: Check

        init(_ result: Result, _ scan: Int) {
            id = scan
            check = Check(result)
        }
    }

    private struct Check: Encodable {
        let id: Int
        let title: String
        let description: String
        let rationale: String
        let remediation: String
        let compliance: [String: String]
        let result: String?
        let status: String?
        let reason: String?

        init(_ result: Result) {
            id = AuditCheck.all.first { $0.id == result.id }?.number ?? 0
            title = "\(result.id) \(result.title)"
            let shown = result.subjects.prefix(20).joined(separator: ", ")
            description = shown.isEmpty ? result.reason : "\(result.reason): \(shown)"
            rationale = result.why
            remediation = result.remedy
            compliance = ["cis": result.id]
            let isJudged = result.result == .passed || result.result == .failed
            self.result = isJudged ? result.result.rawValue : nil
            status = isJudged ? nil : "Not applicable"
            reason = isJudged ? nil : result.reason
        }
    }

    private struct SummaryMessage: Encodable {
        let type = "summary"
        let scan_id: Int
        let name = "\(AuditReport.name) \(AuditReport.version)"
        let policy_id = AuditReport.policyID
        let file = "cis_docker"
        let description = "How the engine, its host, images and containers are set up"
        let passed: Int
        let failed: Int
        let invalid: Int
        let total_checks: Int
        let score: Int
        let start_time: Int
        let end_time: Int
        let hash: String

        init(_ report: AuditReport, _ scan: Int) {
            scan_id = scan
            passed = report.count(.passed)
            failed = report.count(.failed)
            invalid = report.count(.notApplicable) + report.count(.manual)
            total_checks = report.results.count
            score = report.score
            start_time = scan
            end_time = scan
            // Another one means another summary: that is all that is asked of it.
            hash = report.results.map { "\($0.id)\($0.result.rawValue.prefix(1))" }
                .joined(separator: " ")
        }
    }
}
