// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Vulnerabilities

@Suite("Reports of other scanners")
struct ImportTests {
    private static let trivy = """
        {"SchemaVersion": 2, "CreatedAt": "2026-11-20T08:00:00.5Z", "ArtifactName": "shop:7",
         "ArtifactType": "container_image",
         "Metadata": {"OS": {"Family": "debian", "Name": "12.5"}, "ImageID": "sha256:aa",
           "RepoTags": ["shop:7", "shop:latest"], "DiffIDs": ["sha256:l0", "sha256:l1"]},
         "Results": [
          {"Target": "shop:7 (debian 12.5)", "Class": "os-pkgs", "Type": "debian",
           "Vulnerabilities": [
            {"VulnerabilityID": "CVE-2023-0001", "PkgName": "libssl3", "InstalledVersion": "3.0.11-1",
             "FixedVersion": "3.0.13-1", "Severity": "MEDIUM", "Title": "A flaw\\n in two lines",
             "PrimaryURL": "https://example.com/1", "Layer": {"DiffID": "sha256:l1"},
             "PkgIdentifier": {"PURL": "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64"},
             "CVSS": {"ghsa": {"V3Score": 1}, "nvd": {"V3Score": 9.8, "V3Vector":
               "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}, "CweIDs": ["CWE-787"]},
            {"VulnerabilityID": "CVE-2023-0002", "PkgName": "bash", "InstalledVersion": "5.2",
             "Severity": "UNKNOWN"}]},
          {"Target": "Python", "Class": "lang-pkgs", "Type": "python-pkg", "Vulnerabilities": [
            {"VulnerabilityID": "GHSA-xxxx", "PkgName": "jinja2", "InstalledVersion": "3.1.2",
             "PkgPath": "usr/lib/python3/METADATA", "FixedVersion": "3.1.3", "Severity": "CRITICAL"},
            {"VulnerabilityID": "", "PkgName": "jinja2"}]},
          {"Target": "x", "Type": "martian", "Vulnerabilities": [
            {"VulnerabilityID": "CVE-1", "PkgName": "y"}]},
          {"Target": "clean", "Type": "jar"}]}
        """

    private static let grype = """
        {"matches": [
          {"vulnerability": {"id": "GHSA-jfh8", "dataSource": "https://example.com/g",
             "severity": "Critical", "cvss": [{"version": "4.0", "vector": "CVSS:4.0/AV:N",
               "metrics": {"baseScore": 9.3}}],
             "fix": {"versions": ["2.17.1"], "state": "fixed"}},
           "relatedVulnerabilities": [{"id": "CVE-2021-44228", "description": "Log4Shell",
             "cvss": [{"version": "3.1", "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
               "metrics": {"baseScore": 10.0}}]}],
           "artifact": {"name": "log4j-core", "version": "2.14.1", "type": "java-archive",
             "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
             "locations": [{"path": "/app/a.jar", "layerID": "sha256:l0"}]}},
          {"vulnerability": {"id": "CVE-2023-0002", "severity": "Negligible", "fix": {"versions": []}},
           "artifact": {"name": "bash", "version": "5.2", "type": "deb"}}],
         "source": {"type": "image", "target": {"userInput": "shop:7", "imageID": "sha256:aa",
           "tags": [], "layers": [{"digest": "sha256:l0"}]}},
         "distro": {"name": "debian", "version": "12"},
         "descriptor": {"name": "grype", "timestamp": "2026-11-27T09:00:00Z"}}
        """

    /// 2026-11-27.
    private static let today: Int64 = 1_795_737_600

    private func report(_ text: String) throws -> ImportedReport {
        try ImportedReport.read(Array(text.utf8), name: "r.json")
    }

    @Test("Trivy: packages of distributions and languages, with score, fix and layer")
    func trivyReport() throws {
        let report = try report(Self.trivy)
        #expect(report.tool == "Trivy")
        #expect(report.time == Self.today - 7 * 86_400)
        #expect(report.passedOver == 2)
        #expect(report.subject == "shop:7 (Trivy)")
        #expect(report.image.id == "sha256:aa")
        #expect(report.image.release?.name == "debian 12.5")
        #expect(report.image.packages.map(\.name) == ["jinja2", "libssl3", "bash"])
        let findings = report.findings
        #expect(findings.map(\.id) == ["GHSA-xxxx", "CVE-2023-0001", "CVE-2023-0002"])
        #expect(findings.map(\.severity) == [.critical, .medium, .unknown])
        #expect(findings.map(\.fixed) == ["3.1.3", "3.0.13-1", nil])
        #expect(findings.map(\.package.kind) == [.python, .debian, .debian])
        #expect(findings.map(\.package.layer) == [nil, 1, nil])
        #expect(findings[0].package.path == "usr/lib/python3/METADATA")
        #expect(findings[1].score == 9.8)
        #expect(findings[1].summary == "A flaw in two lines")
        #expect(findings[1].advisory.weaknesses == ["CWE-787"])
        #expect(findings[2].package.path == "")
    }

    @Test("Grype: the CVE comes from what is related, and so does a score of version 3")
    func grypeReport() throws {
        let report = try report(Self.grype)
        #expect(report.tool == "Grype")
        #expect(report.time == Self.today)
        #expect(report.image.names == ["shop:7"])
        let findings = report.findings
        #expect(findings.map(\.id) == ["CVE-2021-44228", "CVE-2023-0002"])
        #expect(findings.map(\.severity) == [.critical, .low])
        #expect(findings[0].score == 10)
        #expect(findings[0].fixed == "2.17.1")
        #expect(findings[0].summary == "Log4Shell")
        #expect(findings[0].package.path == "app/a.jar")
        #expect(findings[0].package.layer == 0)
        #expect(findings[1].package.kind == .debian)
    }

    @Test("an imported report says whose it is, and how old; exceptions count")
    func matched() throws {
        var exceptions = Exceptions()
        let text = """
            {"exceptions": [{"id": "CVE-2023-0001", "package": "libssl3", "image": "shop:*",
              "reason": "not reachable", "until": "2027-01-01"}]}
            """
        try exceptions.read(Array(text.utf8), name: "e.json")
        let matched = try VulnerabilityMatcher(nil, exceptions: exceptions)
            .report(report(Self.trivy), at: Self.today)
        #expect(matched.findings.map(\.id) == ["GHSA-xxxx", "CVE-2023-0002"])
        #expect(matched.excepted.map(\.finding.id) == ["CVE-2023-0001"])
        #expect(
            matched.gaps == [
                "found by Trivy: what it does not know is not here",
                "the report is 7 days old: what is newer is not known",
                "2 findings are of kinds of packages that are not known",
            ]
        )
    }

    @Test("it is kept by tool and image, and read again")
    func kept() throws {
        let scratch = TemporaryFolder()
        let folder = VulnerabilityFolder(path: scratch.path)
        for text in [Self.trivy, Self.grype, Self.trivy] {
            try folder.keep(report(text), Array(text.utf8))
        }
        #expect(folder.importedFiles.count == 2)
        let tools = try folder.importedFiles.keys.sorted().map { try folder.readImport($0).tool }
        #expect(tools == ["Grype", "Trivy"])
    }

    @Test(
        "what is no report is refused in words",
        arguments: [
            ("", "it is not json"), ("[]", "neither a json report of trivy nor one of grype"),
            (#"{"bomFormat": "CycloneDX"}"#, "neither a json report"),
            (#"{"matches": []}"#, "it does not name the image"),
        ]
    )
    func refused(text: String, reason: String) {
        let error = #expect(throws: VulnerabilityError.self) { try report(text) }
        #expect(error?.code == .badImport)
        #expect(error?.message.contains(reason) == true)
    }

    @Test("members of other kinds than told make nothing trap")
    func odd() throws {
        let odd = try report(
            #"{"Results": [1, {"Vulnerabilities": {"a": 1}}, {"Vulnerabilities": [null, {"VulnerabilityID": 3}]}], "ArtifactName": "x", "Metadata": [], "CreatedAt": "2026-13-40"}"#
        )
        #expect(odd.findings == [])
        #expect(odd.passedOver == 2)
        #expect(odd.time == nil)
    }
}
