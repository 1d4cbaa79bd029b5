// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Daemon
import Foundation
import Posture
import Testing
import Vulnerabilities

@Suite("Reports: vulnerabilities and posture")
struct ReportSectionTests {
    private static func audit(_ results: [(String, String, [String])], time: Int64 = 0) throws
        -> AuditReport
    {
        let lines = results.map { id, result, subjects in
            """
            {"id":"\(id)","section":"s","title":"t \(id)","result":"\(result)","reason":"why",\
            "subjects":\(subjects),"moreSubjects":0,"why":"w","remedy":"r"}
            """
        }
        let text = """
            {"time":\(time),"host":"h","engine":"28","results":[\(lines.joined(separator: ","))]}
            """
        return try PostureJSON.decode(AuditReport.self, Array(text.utf8))
    }

    @Test("what has not run is said, and is not taken for nothing found")
    func none() {
        let vulnerabilities = ReportSection.vulnerabilities(FindingHistory(), size: 10)
        let posture = ReportSection.posture(AuditHistory(), size: 10)

        #expect(
            vulnerabilities.summary == "No image was scanned, so nothing is known; see jaga scan."
        )
        #expect(posture.summary == "The CIS Docker Benchmark has not run yet; see jaga audit.")
        #expect(vulnerabilities.rows.isEmpty && posture.rows.isEmpty)
    }

    @Test("the benchmark's failed checks, with what fails, and the score before")
    func posture() throws {
        var history = AuditHistory()
        history.add(try Self.audit([("1.1", "failed", [])]))
        history.add(
            try Self.audit(
                [
                    ("1.1", "passed", []), ("5.4", "failed", ["a", "b", "c", "d", "e", "f", "g"]),
                    ("5.5", "failed", []), ("5.6", "failed", []),
                ],
                time: 1_795_437_975_000
            )
        )
        let section = ReportSection.posture(history, size: 2)

        #expect(
            section.summary
                == "CIS Docker Benchmark 1.6.0, 2026-11-23T12:46 UTC: score 25 (0 before), "
                + "3 checks failed, 1 passed."
        )
        #expect(
            section.rows == [
                .init("5.4 t 5.4", "a, b, c, d, e and 2 more"), .init("5.5 t 5.5", "why"),
            ]
        )
        #expect(section.count == 3)
        #expect(section.figures.map(\.value) == [25, 3, 1, 0])
    }

    /// As a history is kept: docs of ``FindingHistory/bytes``; numbers below 128 are a byte.
    private static func history(_ images: [(String, [(id: String, rank: UInt8, used: UInt8)])])
        throws -> FindingHistory
    {
        func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
        var bytes: [UInt8] = [1, UInt8(images.count)]
        for (name, findings) in images {
            bytes += text(name) + text("sha256:1") + [UInt8(findings.count)]
            for finding in findings {
                bytes += text(finding.id) + [finding.rank]
                bytes += ["debian", "openssl", "3.0", "amd64"].flatMap(text) + [finding.used]
            }
        }
        return try #require(FindingHistory(bytes: bytes))
    }

    @Test("images by what attackers use, then by what is worst; clean ones are counted alone")
    func images() throws {
        let history = try Self.history([
            ("clean:1", []), ("shop:1", [("CVE-1", 4, 0), ("CVE-2", 3, 0), ("CVE-3", 3, 0)]),
            ("till:1", [("CVE-4", 2, 1), ("CVE-5", 0, 0)]), ("wiki:1", [("CVE-1", 4, 0)]),
        ])
        let section = ReportSection.vulnerabilities(history, size: 2)

        #expect(
            section.summary
                == "4 images scanned: 2 critical, 2 high, 1 medium, 1 unrated; 1 used by attackers."
        )
        #expect(
            section.rows == [
                .init("till:1", "1 medium, 1 unrated; 1 used by attackers"),
                .init("shop:1", "1 critical, 2 high"),
            ]
        )
        #expect(section.count == 3)
        #expect(section.figures.map(\.name).first == "images")
        #expect(
            ReportSection.vulnerabilities(try Self.history([("clean:1", [])]), size: 2).summary
                == "1 images scanned: nothing found; jaga scan says what could not be looked at."
        )
    }
}
