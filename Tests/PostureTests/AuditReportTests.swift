// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient
import Foundation
import Posture
import Testing

@Suite("the benchmark's report")
struct AuditReportTests {
    private static func report(isPrivileged: Bool, time: Int64 = 1_000) -> AuditReport {
        var facts = AuditFacts()
        facts.engineVersion = "Docker 28.2.2"
        facts.engine.storageDriver = "overlay2"
        var container = CleanContainer.configuration
        container.isPrivileged = isPrivileged
        let posture = CleanContainer.posture { $0.isPrivileged = isPrivileged }
        facts.containers = [.init(container, posture)]
        return AuditReport(facts, host: "h", time: time)
    }

    private struct Message: Decodable {
        struct Check: Decodable {
            let id: Int
            let title: String
            let result: String?
            let previous_result: String?
            let compliance: [String: String]
        }
        let type: String
        let check: Check?
        let score: Int?
        let failed: Int?
        let policy_id: String?
        let hash: String?
    }

    private static func messages(_ texts: [[UInt8]]) throws -> [Message] {
        try texts.map { try PostureJSON.decode(Message.self, $0) }
    }

    @Test("the first run tells what fails, then a summary; or the summary alone")
    func quiet() throws {
        let report = Self.report(isPrivileged: true)
        let messages = try Self.messages(report.assessments(.failed, since: nil))
        #expect(messages.count == report.count(.failed) + 1)
        #expect(messages.dropLast().allSatisfy { $0.check?.result == "failed" })
        #expect(messages.last?.type == "summary")
        let changes = try Self.messages(report.assessments(.changes, since: nil))
        #expect(changes.map(\.type) == ["summary"])
    }

    @Test("as Wazuh's agents do, the first run tells each check that a machine judged")
    func first() throws {
        let report = Self.report(isPrivileged: true)
        let messages = try Self.messages(report.assessments(.all, since: nil))
        #expect(messages.count == 117 - report.count(.manual) + 1)
        let check = messages.compactMap(\.check).first { $0.id == 85_005 }
        #expect(check?.title == "5.5 No container is privileged")
        #expect(check?.result == "failed")
        #expect(check?.compliance == ["cis": "5.5"])
        let swarm = messages.compactMap(\.check).first { $0.id == 87_005 }
        #expect(swarm?.result == "not applicable")
        #expect(swarm?.previous_result == nil)
        #expect(messages.last?.type == "summary")
        #expect(messages.last?.failed == report.count(.failed))
        #expect(messages.last?.policy_id == "cis_docker")
    }

    @Test(
        "a later run tells what is another than before, with what it was, and the summary",
        arguments: AssessmentScope.allCases
    )
    func later(scope: AssessmentScope) throws {
        let before = Self.report(isPrivileged: false)
        let after = Self.report(isPrivileged: true)
        #expect(try before.assessments(scope, since: before) == [])
        let changed = try Self.messages(after.assessments(scope, since: before))
        #expect(changed.compactMap(\.check?.id) == [85_005])
        #expect(changed.first?.check?.previous_result == "passed")
        #expect(changed.map(\.type) == ["check", "summary"])
        #expect(after.changes(since: before).map(\.id) == ["5.5"])
        #expect(after.changes(since: before).first?.newSubjects == ["web"])
        #expect(after.score < before.score)
    }

    @Test("a history keeps figures, the last run and the one before, and comes back from its text")
    func history() throws {
        var history = AuditHistory()
        history.add(Self.report(isPrivileged: false, time: 1))
        history.add(Self.report(isPrivileged: true, time: 2))
        let read = try PostureJSON.decode(AuditHistory.self, PostureJSON.encode(history))
        #expect(read.runs.map(\.time) == [1, 2])
        #expect(read.last?.time == 2)
        #expect(read.previous?.time == 1)
        for time in 3...1_000 { history.add(Self.report(isPrivileged: true, time: Int64(time))) }
        #expect(history.runs.count == 730)
        #expect(history.runs.last?.time == 1_000)
    }

    @Test("SARIF has a rule for each failed check and a result for each thing that fails")
    func sarif() throws {
        let bytes = try Self.report(isPrivileged: true).sarif(toolVersion: "1.2.3")
        let log = try #require(
            try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        )
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let results = try #require(run["results"] as? [[String: Any]])
        let result = try #require(results.first { $0["ruleId"] as? String == "CIS-5.5" })
        let message = try #require(result["message"] as? [String: String])
        #expect(message["text"] == "No container is privileged: these are: web")
        let driver = try #require((run["tool"] as? [String: [String: Any]])?["driver"])
        let rules = try #require(driver["rules"] as? [[String: Any]])
        let index = try #require(result["ruleIndex"] as? Int)
        #expect(rules[index]["id"] as? String == "CIS-5.5")
    }
}
