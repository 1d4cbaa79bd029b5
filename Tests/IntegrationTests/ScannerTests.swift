// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Debian's scanners against a shop behind nginx, while somebody else looks around.
@Suite(
    "scanners, seen through a container's log",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ScannerTests {
    /// Pages that a visitor asks for, with what prose and names have of syntax.
    private static let visits = [
        "/", "/item?id=1", "/item?id=2", "/search?q=union+station+and+select+hotels",
        "/search?q=O%27Brien", "/search?q=salt+%26+pepper%3B+table+for+two",
    ]

    private static let hasSqlmap = FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlmap")
    private static let hasWapiti = FileManager.default.isExecutableFile(atPath: "/usr/bin/wapiti")
    private static let absence: Comment = "the scanner is not installed: scripts/setup --test"

    @Test("sqlmap is seen at SQL injection, from its own address", .enabled(if: hasSqlmap, absence))
    func sqlmap() throws {
        let engine = try #require(TestEngine.current)
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        let shop = try ScannedShop(engine)
        defer { shop.close() }

        let scan = try shop.scan(
            "sqlmap",
            "-u",
            "http://\(ScannedShop.relay)/item?id=1",
            "--batch",
            "--technique=BEU",
            "--timeout",
            "5",
            "--retries",
            "0",
            "--output-dir",
            shop.folder.path + "/sqlmap"
        )
        for path in Self.visits { try shop.visit(path) }
        _ = try scan.exitCode()

        let alerts = try seen(jaga, shop, atLeast: 5)
        #expect(alerts.contains { $0.rule.groups.contains("sql_injection") && $0.rule.level >= 7 })
        let campaign = try #require(alerts.first { $0.data?.campaign?.state == "opened" })
        #expect(campaign.data?.campaign?.tool == "sqlmap")
        #expect(try jaga.process.stop() == 0)
    }

    @Test("wapiti is seen at several kinds of attacks", .enabled(if: hasWapiti, absence))
    func wapiti() throws {
        let engine = try #require(TestEngine.current)
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host])
        let shop = try ScannedShop(engine)
        defer { shop.close() }

        let scan = try shop.scan(
            "wapiti",
            "-u",
            "http://\(ScannedShop.relay)/",
            "--flush-session",
            "-m",
            "sql,xss,file,exec",
            "--max-scan-time",
            "30",
            "-f",
            "txt",
            "-o",
            shop.folder.path + "/wapiti.txt"
        )
        for path in Self.visits { try shop.visit(path) }
        _ = try scan.exitCode()

        let alerts = try seen(jaga, shop, atLeast: 40)
        let ids = Set(alerts.map(\.rule.id))
        #expect(ids.count >= 3, "\(ids.sorted())")
        let campaigns = alerts.compactMap { $0.data?.campaign }.filter { $0.state == "opened" }
        #expect(!campaigns.isEmpty)
        #expect(campaigns.allSatisfy { $0.tool == nil || $0.tool == "wapiti" })
        #expect(try jaga.process.stop() == 0)
    }

    /// The alerts once the last request's is there; all of them from the scanner.
    private func seen(
        _ jaga: RunningJaga,
        _ shop: ScannedShop,
        atLeast count: Int
    ) throws -> [SeenAlert] {
        // The log is read in order: this alert comes after all others.
        try TestEngine.current?.curl("/end?id=SELECT+*+FROM+users", port: 80)
        let end = Date(timeIntervalSinceNow: 20)
        while try !jaga.alerts().contains(where: { $0.data?.url?.hasPrefix("/end") == true }) {
            try #require(Date() < end, "the last request has no alert")
            Thread.sleep(forTimeInterval: 0.1)
        }
        let alerts = try jaga.alerts().filter { $0.data?.srcip != nil && $0.rule.level >= 6 }
        #expect(alerts.count >= count)
        let sources = Set(alerts.compactMap { $0.data?.srcip })
        #expect(sources == [TestEngine.client], "\(sources)")
        return alerts
    }
}
