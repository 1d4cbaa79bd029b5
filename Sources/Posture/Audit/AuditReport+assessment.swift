// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What of a run becomes an event; its results are kept whatever is chosen.
package enum AssessmentScope: String, Sendable, Hashable, CaseIterable {
    /// At the first run what fails, later what changed.
    case failed
    /// What changed; of the first run the summary alone.
    case changes
    /// At the first run every check that a machine can judge, as Wazuh's agents send
    /// them; later what changed.
    case all
}

/// The report as events of Wazuh's SCA module.
///
/// Source: around-the-engine.md, "SCA"; rules 19000 to 19015 of Wazuh 4.14.7.
extension AuditReport {
    /// Texts of events: checks whose result is another than in `earlier`, with the one
    /// before, and the summary when any is; without `earlier` those that `scope` names, and
    /// the summary.
    package func assessments(
        _ scope: AssessmentScope,
        since earlier: AuditReport?
    ) throws -> [[UInt8]] {
        let before = Dictionary((earlier?.results ?? []).map { ($0.id, $0.result) }) { first, _ in
            first
        }
        let scan = Int(truncatingIfNeeded: time / 1_000)
        let told = results.filter { result in
            guard result.result != .manual else { return false }
            if let old = before[result.id], old != .manual { return old != result.result }
            switch scope {
            case .failed: return result.result == .failed
            case .changes: return earlier != nil && result.result == .failed
            case .all: return true
            }
        }
        var texts = try told.map { result in
            try PostureJSON.encode(CheckMessage(result, before: before[result.id], scan))
        }
        let summary = SummaryMessage(self, scan)
        if earlier.map({ SummaryMessage($0, scan).hash != summary.hash }) ?? true {
            texts.append(try PostureJSON.encode(summary))
        }
        return texts
    }

    private struct CheckMessage: Encodable {
        let type = "check"
        let id: Int
        let policy = "\(AuditReport.name) \(AuditReport.version)"
        let policy_id = AuditReport.policyID
        let check: Check

        init(_ result: Result, before: AuditVerdict.Word?, _ scan: Int) {
            id = scan
            check = Check(result, before: before)
        }
    }

    private struct Check: Encodable {
        let id: Int
        let title: String
        let description: String
        let rationale: String
        let remediation: String
        let compliance: [String: String]
        let result: String
        let reason: String?
        /// Which the decoder forgets over a restart; nil where there was none.
        let previous_result: String?

        init(_ result: Result, before: AuditVerdict.Word?) {
            id = AuditCheck.all.first { $0.id == result.id }?.number ?? 0
            title = "\(result.id) \(result.title)"
            let shown = result.subjects.prefix(20).joined(separator: ", ")
            description = shown.isEmpty ? result.reason : "\(result.reason): \(shown)"
            rationale = result.why
            remediation = result.remedy
            compliance = ["cis": result.id]
            self.result = result.result.rawValue
            reason = result.result == .notApplicable ? result.reason : nil
            previous_result = before == .manual ? nil : before?.rawValue
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
