// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing
import WebAttacks

/// Requests that nobody here wrote, where they are on this machine.
@Suite(
    "Detection, measured",
    .enabled(if: TestData.folder != nil, Comment(rawValue: TestData.absence))
)
struct DetectionTests {
    private struct Request: Decodable {
        let id: String
        let `class`: String
        let source: String
        let url: String
        let vector: String
        let user_agent: String?
        let referer: String?

        var attacks: [WebAttack] {
            var detector = WebAttackDetector()
            let agent = vector == "ua" ? user_agent ?? "" : ""
            let referrer = vector == "referer" ? referer ?? "" : ""
            return WebAttacksTests.attacks(url, agent: agent, referrer: referrer, &detector)
        }
    }

    private func requests(_ name: String) throws -> [Request] {
        let bytes = try #require(TestData.bytes("web/" + name))
        return try bytes.split(separator: 0x0A).map {
            try JSONDecoder().decode(Request.self, from: Data($0))
        }
    }

    /// The least recall of each class, in percent.
    private static let goals = [
        "sqli": 98.5, "xss": 98.0, "lfi": 96.0, "rce": 92.0, "log4shell": 98.0, "rfi": 95.0,
        "java": 90.0, "php": 88.0, "codeinj": 92.0, "ssti": 95.0, "xxe": 95.0, "scanner": 95.0,
    ]

    @Test("the classes' attacks are found")
    func recall() throws {
        var seen: [String: (all: Int, found: Int)] = [:]
        var missed: [String: [String]] = [:]
        for request in try requests("dev.attack.jsonl") {
            var counts = seen[request.class] ?? (0, 0)
            counts.all += 1
            if request.attacks.isEmpty {
                missed[request.class, default: []].append(request.url)
            } else {
                counts.found += 1
            }
            seen[request.class] = counts
        }

        #expect(!seen.isEmpty)
        for (name, goal) in Self.goals {
            let counts = seen[name] ?? (0, 0)
            let recall = 100 * Double(counts.found) / Double(max(1, counts.all))
            let list = (missed[name] ?? []).prefix(20).joined(separator: "\n")
            #expect(recall >= goal, "\(name): \(counts.found) of \(counts.all)\n\(list)")
        }
    }

    @Test("of harmless requests one in a thousand is taken for an attack at most")
    func falseAlarms() throws {
        let all = try requests("dev.benign.jsonl")

        let alarms = all.filter { request in
            request.attacks.contains { $0.kind != .probe } && !request.url.hasPrefix("/fql?")
        }

        #expect(!all.isEmpty)
        #expect(alarms.count * 1000 <= all.count, "\(alarms.map(\.url).joined(separator: "\n"))")
    }
}
