// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Vulnerabilities

@Suite("What changed in an image")
struct FindingHistoryTests {
    private func report(
        _ id: String,
        _ findings: [(String, Severity)],
        exploited: Set<String> = []
    ) -> ImageReport {
        var image = AdvisorySamples.image(nil, [])
        image.id = id
        return ImageReport(
            image: image,
            findings: findings.map { cve, severity in
                var finding = Finding(
                    package: InstalledPackage(.node, "x", "1"),
                    id: cve,
                    advisory: Advisory(id: cve, source: "OSV"),
                    severity: severity,
                    fixed: "2",
                    last: nil
                )
                finding.exploitedSince = exploited.contains(cve) ? "2026-01-01" : ""
                return finding
            },
            gaps: [],
            advisoryTime: 0
        )
    }

    @Test("first all is new; then only what came, went, or came into use")
    func changes() {
        var history = FindingHistory()
        let first = history.take(report("sha256:1", [("A", .high), ("B", .low)]), as: "shop")
        #expect(first.isFirst)
        #expect(first.found.map(\.id) == ["A", "B"])

        let same = history.take(report("sha256:1", [("A", .high), ("B", .low)]), as: "shop")
        #expect(same.isEmpty)
        #expect(!same.isFirst)

        let next = history.take(
            report("sha256:2", [("B", .low), ("C", .critical)], exploited: ["B"]),
            as: "shop"
        )
        #expect(next.found.map(\.id) == ["C"])
        #expect(next.solved.map(\.id) == ["A"])
        #expect(next.exploited.map(\.id) == ["B"])
        #expect(history.take(report("sha256:9", []), as: "other").isFirst)
    }

    @Test("an upgrade that does not mend is no change")
    func upgrade() {
        var history = FindingHistory()
        _ = history.take(report("sha256:1", [("A", .high)]), as: "shop")
        var second = report("sha256:2", [("A", .high)])
        let old = second.findings[0]
        second.findings = [
            Finding(
                package: InstalledPackage(.node, "x", "1.5"),
                id: "A",
                advisory: old.advisory,
                severity: .high,
                fixed: "2",
                last: nil
            )
        ]
        #expect(history.take(second, as: "shop").isEmpty)
    }

    @Test("what is put aside is not solved, and is told when the exception ends")
    func excepted() {
        var history = FindingHistory()
        let all = report("sha256:1", [("A", .high)])
        _ = history.take(all, as: "shop")
        var aside = report("sha256:1", [])
        aside.excepted = [ExceptedFinding(finding: all.findings[0], reason: "x")]
        #expect(history.take(aside, as: "shop").isEmpty)
        #expect(history.take(all, as: "shop").found.map(\.id) == ["A"])
    }

    @Test("an image that lost its tag to the next build is known under its id")
    func adopted() {
        var history = FindingHistory()
        _ = history.take(report("sha256:1", [("A", .high)]), as: "shop")
        history.adopt("sha256:1", id: "sha256:1")
        history.adopt("sha256:7", id: "sha256:7")
        #expect(history.take(report("sha256:1", [("A", .high)]), as: "sha256:1").isEmpty)
        #expect(history.subjects == ["sha256:1", "shop"])
        history.keep(["shop"])
        #expect(history.subjects == ["shop"])
        #expect(history.imageID("shop") == "sha256:1")
    }

    @Test("it is kept and read again; damaged bytes are none")
    func bytes() {
        var history = FindingHistory()
        _ = history.take(report("sha256:1", [("A", .high), ("B", .low)]), as: "shop")
        let bytes = history.bytes
        #expect(FindingHistory(bytes: bytes) == history)
        for count in 0..<bytes.count {
            #expect(FindingHistory(bytes: Array(bytes.prefix(count))) == nil)
        }
    }

    @Test("events have Wazuh's members")
    func events() throws {
        var finding = report("sha256:1", [("CVE-1", .critical)]).findings[0]
        finding.score = 9.8
        finding.vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
        finding.likelihood = 0.5
        let subject = VulnerabilityEvent.Subject(
            image: AdvisorySamples.image(nil, []),
            containers: ["web", "worker"],
            engine: ""
        )
        let node = try #require(JSONNode(VulnerabilityEvent.active(finding, of: subject)))
        let vulnerability = node["vulnerability"]
        #expect(vulnerability?["cve"]?.text == "CVE-1")
        #expect(vulnerability?["title"]?.text == "CVE-1 affects x")
        #expect(vulnerability?["status"]?.text == "Active")
        #expect(vulnerability?["severity"]?.text == "Critical")
        #expect(vulnerability?["package"]?["condition"]?.text == "Package less than 2")
        #expect(vulnerability?["cvss"]?["cvss3"]?["base_score"]?.text == "9.8")
        #expect(vulnerability?["cvss"]?["cvss3"]?["vector"]?["attack_vector"]?.text == "NETWORK")
        #expect(vulnerability?["score"]?["version"]?.text == "3.1")
        #expect(vulnerability?["epss"]?.decimal == 0.5)
        #expect(node["image"]?["name"]?.text == "shop:7")
        #expect(node["image"]?["containers"]?.text == "web, worker")
        let known = FindingHistory.Known(finding)
        let solved = try #require(JSONNode(VulnerabilityEvent.solved(known, of: subject)))
        #expect(solved["vulnerability"]?["status"]?.text == "Solved")
        #expect(solved["vulnerability"]?["title"]?.text == "CVE-1 affecting x was solved")
    }
}

@Suite("Outputs")
struct OutputTests {
    private let image = AdvisorySamples.image(
        SystemRelease(id: "debian", version: "12", name: "Debian 12"),
        [
            AdvisorySamples.debianPackage("libssl3", "3.0.11-1", source: "openssl"),
            InstalledPackage(.node, "@types/node", "20.1.0"),
        ]
    )

    @Test("CycloneDX lists the system and each package with its purl and layer")
    func cycloneDX() throws {
        let bytes = CycloneDX.document(image, version: "0.1.0", at: 1_800_000_000)
        let node = try #require(JSONNode(bytes))
        #expect(node["specVersion"]?.text == "1.6")
        #expect(node["metadata"]?["timestamp"]?.text == "2027-01-15T08:00:00Z")
        #expect(
            node["components"]?.elements.compactMap { $0["purl"]?.text } == [
                "pkg:deb/debian/libssl3@3.0.11-1?arch=all&distro=debian-12",
                "pkg:npm/%40types/node@20.1.0",
            ]
        )
        let serial = node["serialNumber"]?.text ?? ""
        #expect(serial.hasPrefix("urn:uuid:"))
        #expect(serial.dropFirst(9).split(separator: "-").map(\.count) == [8, 4, 4, 4, 12])
    }

    @Test("SPDX describes the image, which contains each package")
    func spdx() throws {
        let node = try #require(JSONNode(SPDX.document(image, version: "0.1.0", at: 0)))
        #expect(node["spdxVersion"]?.text == "SPDX-2.3")
        #expect(node["packages"]?.elements.count == 3)
        #expect(node["relationships"]?.elements.count == 3)
        #expect(node["creationInfo"]?["created"]?.text == "1970-01-01T00:00:00Z")
    }

    @Test("SARIF has a rule a vulnerability and a result a finding")
    func sarif() throws {
        let folder = TemporaryFolder()
        try AdvisorySamples.write(to: folder)
        let kept = VulnerabilityFolder(path: folder.path + "/kept")
        _ = try kept.compile(from: folder.path + "/in", at: 0) { _ in }
        let report = try VulnerabilityMatcher(kept.openAdvisories(), exceptions: Exceptions())
            .report(image, at: 0)
        let node = try #require(JSONNode(SARIF.document([report], version: "0.1.0")))
        let run = node["runs"]?.elements.first
        #expect(run?["tool"]?["driver"]?["rules"]?.elements.count == 2)
        #expect(run?["results"]?.elements.count == 2)
        #expect(run?["results"]?.elements.first?["ruleId"]?.text == "CVE-2023-0001")
        let json = try #require(JSONNode(ReportJSON.document([report])))
        let found = json["images"]?.elements.first
        #expect(found?["counts"]?["medium"]?.decimal == 1)
        #expect(found?["vulnerabilities"]?.elements.count == 2)
    }
}
