// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Testing
import Vulnerabilities

/// Advisories of all samples, compiled.
private final class Compiled {
    let folder = TemporaryFolder()
    let outcome: AdvisoryFolder.Outcome
    let file: AdvisoryFile

    /// `age`: days that the files are older than their compilation.
    init(age: Int64 = 0) throws {
        try AdvisorySamples.write(to: folder)
        try folder.date("in", at: 1_800_000_000 - age * 86_400)
        let kept = VulnerabilityFolder(path: folder.path + "/kept")
        outcome = try kept.compile(from: folder.path + "/in", at: 1_800_000_000) { _ in }
        file = try AdvisoryFile(path: kept.advisories)
    }

    func report(
        _ release: SystemRelease?,
        _ packages: [InstalledPackage],
        days: Int64 = 0
    ) throws -> ImageReport {
        try VulnerabilityMatcher(file, exceptions: Exceptions()).report(
            AdvisorySamples.image(release, packages),
            at: 1_800_000_000 + days * 86_400
        )
    }
}

private let bookworm = SystemRelease(id: "debian", version: "12", name: "Debian 12")

@Suite("Advisories")
struct AdvisoryTests {
    @Test("a folder's files are known by what they hold")
    func sources() throws {
        let compiled = try Compiled()
        let found = compiled.outcome.sources.map { "\($0.name) \($0.kind) \($0.records)" }
        #expect(
            found.sorted() == [
                "debian.json debian 4", "epss.csv likelihood 2", "kev.json exploited 1",
                "osv.zip osv 2", "records osv 1", "v3.20/main.json.gz alpine 1",
            ]
        )
        #expect(compiled.outcome.problems == [])
        #expect(compiled.file.sources.count == 6)
        #expect(compiled.file.time == 1_800_000_000)
        #expect(
            compiled.file.ecosystems == [
                "Alpine:v3.20": 1, "Debian:12": 2, "Maven": 1, "PyPI": 1, "Ubuntu:22.04": 1,
            ]
        )
    }

    @Test("Debian: binary packages are matched by their source's version")
    func debian() throws {
        let report = try Compiled().report(
            bookworm,
            [
                AdvisorySamples.debianPackage("libssl3", "3.0.11-1~deb12u2", source: "openssl"),
                AdvisorySamples.debianPackage("openssl-new", "3.0.13-1~deb12u1", source: "openssl"),
                AdvisorySamples.debianPackage("curl", "7.88-1", source: "curl"),
                AdvisorySamples.debianPackage("bash", "5.2", source: "bash"),
            ]
        )
        #expect(
            report.findings.map {
                "\($0.id) \($0.package.name) \($0.severity.word) \($0.condition)"
            }
                == [
                    "CVE-2023-0001 libssl3 Medium Package less than 3.0.13-1~deb12u1",
                    "TEMP-0000000-ABCDEF curl Low Package unfixed",
                    "CVE-2023-0002 libssl3 Low Package unfixed",
                    "CVE-2023-0002 openssl-new Low Package unfixed",
                ]
        )
        let first = report.findings.first { $0.id == "CVE-2023-0001" }
        #expect(first?.package.name == "libssl3")
        #expect(first?.fixed == "3.0.13-1~deb12u1")
        #expect(first?.summary == "A flaw in two lines.")
        #expect(first?.likelihood == 0.00042)
        // What Ubuntu says of the same CVE rates it where Debian does not.
        #expect(first?.severity == .medium)
        #expect(report.gaps == [])
    }

    @Test("another release, or another distribution, has its own findings")
    func releases() throws {
        let compiled = try Compiled()
        let package = AdvisorySamples.debianPackage("libssl3", "1.0", source: "openssl")
        let bullseye = SystemRelease(id: "debian", version: "11", name: "Debian 11")
        #expect(try compiled.report(bullseye, [package]).findings == [])
        #expect(
            try compiled.report(bullseye, [package]).gaps
                == ["there are no advisories for Debian:11: 1 packages not looked up"]
        )
        let jammy = SystemRelease(id: "ubuntu", version: "22.04")
        let found = try compiled.report(jammy, [package]).findings
        #expect(found.map(\.id) == ["CVE-2023-0001"])
        #expect(found.first?.severity == .medium)
        var apk = InstalledPackage(.alpine, "libssl3", "3.3.0-r0")
        apk.sourceName = "openssl"
        let alpine = SystemRelease(id: "alpine", version: "3.20.2")
        #expect(try compiled.report(alpine, [apk]).findings.map(\.fixed) == ["3.3.1-r1"])
    }

    @Test("OSV: ranges in any order, last affected versions, severity and use")
    func osv() throws {
        let compiled = try Compiled()
        func report(_ version: String) throws -> [Finding] {
            let name = "org.apache.logging.log4j:log4j-core"
            return try compiled.report(nil, [InstalledPackage(.java, name, version)]).findings
        }
        let found = try report("2.14.1")
        #expect(found.map(\.id) == ["CVE-2021-44228"])
        #expect(found.first?.severity == .critical)
        #expect(found.first?.score == 10.0)
        #expect(found.first?.exploitedSince == "2021-12-10")
        #expect(found.first?.likelihood == 0.94358)
        #expect(found.first?.advisory.reference == "https://example.com/a")
        #expect(found.first?.condition == "Package less than 2.15.0")
        #expect(try report("2.3").first?.condition == "Package less than or equal to 2.3")
        for version in ["2.15.0", "2.3.1", "2.0-beta8", "1.2.17"] {
            #expect(try report(version) == [], "\(version)")
        }
    }

    @Test("Python's names are compared in their normal form; withdrawn records count for nothing")
    func python() throws {
        let found = try Compiled().report(nil, [InstalledPackage(.python, "Jinja2", "3.1.2")])
            .findings
        #expect(found.map(\.advisory.id) == ["PYSEC-2024-1"])
        #expect(found.map(\.id) == ["CVE-2024-22195"])
    }

    @Test("what is stale, absent or not comparable is said")
    func gaps() throws {
        let compiled = try Compiled()
        let package = AdvisorySamples.debianPackage("bash", "5.2", source: "bash")
        #expect(
            try compiled.report(bookworm, [package], days: 5).gaps
                == ["the advisories are 5 days old: what is newer is not known"]
        )
        #expect(try compiled.report(bookworm, [package], days: 2).gaps == [])
        let none = try VulnerabilityMatcher(nil, exceptions: Exceptions())
            .report(AdvisorySamples.image(bookworm, [package]), at: 0)
        #expect(none.gaps == ["there are no advisories: nothing was looked up"])
        #expect(none.advisoryTime == nil)
        #expect(
            try compiled.report(nil, [package]).gaps
                == ["the distribution is not told by the image: 1 packages not looked up"]
        )
        let odd = try compiled.report(nil, [InstalledPackage(.python, "jinja2", "unknown")])
        #expect(odd.findings == [])
        #expect(
            odd.gaps.contains(
                "1 advisories name versions that could not be compared with a package's"
            )
        )
    }

    @Test("what is compiled anew from old files is as old as these")
    func oldSources() throws {
        let package = AdvisorySamples.debianPackage("bash", "5.2", source: "bash")
        let fresh = try Compiled(age: 2).report(bookworm, [package]).gaps
        #expect(fresh == [])
        let old = try Compiled(age: 9).report(bookworm, [package]).gaps
        #expect(old.count == 1)
        #expect(old[0].hasPrefix("6 of 6 sources of advisories are old, "))
        #expect(old[0].hasSuffix(" 9 days: what is newer is not known"))
    }

    @Test("a file that was changed or cut is not used, nor is one that is missing")
    func damage() throws {
        let compiled = try Compiled()
        let path = "kept/advisories"
        let bytes = try compiled.folder.bytes(path)
        var changed = bytes
        changed[bytes.count / 2] ^= 1
        for wrong in [changed, Array(bytes.dropLast(40)), Array(bytes.prefix(20)), []] {
            try compiled.folder.write(path, wrong)
            let error = #expect(throws: VulnerabilityError.self) {
                _ = try AdvisoryFile(path: compiled.folder.path + "/" + path)
            }
            #expect(error?.code == .damagedAdvisories)
        }
        let missing = #expect(throws: VulnerabilityError.self) {
            _ = try AdvisoryFile(path: compiled.folder.path + "/gone")
        }
        #expect(missing?.code == .noAdvisories)
    }

    @Test("a sum beside a file is held to; a folder of nothing keeps what was there")
    func sums() throws {
        let folder = TemporaryFolder()
        let kept = VulnerabilityFolder(path: folder.path + "/kept")
        try folder.write("in/a.json", text: AdvisorySamples.exploited)
        try folder.write("in/a.json.sha256", text: String(repeating: "0", count: 64) + "  a.json\n")
        let error = #expect(throws: VulnerabilityError.self) {
            _ = try kept.compile(from: folder.path + "/in", at: 1) { _ in }
        }
        #expect(error?.code == .noAdvisories)
        #expect(error?.message.contains("does not have the sum") == true)
        #expect(try kept.openAdvisories() == nil)
    }

    @Test(
        "CVSS vectors have the scores that the specification gives",
        arguments: [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
            ("CVSS:3.0/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N", 2.5),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
            ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:H/I:H/A:H", 6.0),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 10.0), ("AV:N/AC:M/Au:N/C:P/I:N/A:N", 4.3),
        ]
    )
    func scores(_ vector: String, _ score: Double) {
        #expect(CVSSScore.base(vector) == score)
    }

    @Test("a vector of version 4 is kept, and the severity is the one that its source gives")
    func fourth() throws {
        let text = """
            {"id": "GHSA-x", "database_specific": {"severity": "HIGH"}, "affected": [],
             "severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H"}]}
            """
        let record = try #require(JSONNode(Array(text.utf8)).flatMap(OSVRecord.init))
        #expect(record.advisory.severity == .high)
        #expect(record.advisory.score == nil)
        #expect(record.advisory.vector == "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H")
    }

    @Test("vectors that are incomplete or of version 4 have no score")
    func noScores() {
        for vector in [
            "", "CVSS:3.1/AV:N", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H", "x:y",
        ] {
            #expect(CVSSScore.base(vector) == nil)
        }
    }
}

@Suite("Exceptions")
struct ExceptionTests {
    private func report(_ texts: [String], at time: Int64 = 1_800_000_000) throws -> ImageReport {
        let compiled = try Compiled()
        var exceptions = Exceptions()
        for text in texts { try exceptions.read(Array(text.utf8), name: "own.json") }
        return try VulnerabilityMatcher(compiled.file, exceptions: exceptions).report(
            AdvisorySamples.image(nil, [InstalledPackage(.python, "Jinja2", "3.1.2")]),
            at: time
        )
    }

    @Test("one with a reason puts a finding aside until its day")
    func until() throws {
        // 1,800,000,000 is 2027-01-15.
        let text =
            #"{"exceptions": [{"id": "CVE-2024-22195", "reason": "not used", "until": "2027-01-16"}]}"#
        let aside = try report([text])
        #expect(aside.findings == [])
        #expect(aside.excepted.map(\.reason) == ["not used (until 2027-01-16)"])
        #expect(try report([text], at: 1_800_000_000 + 86_400).findings.count == 1)
    }

    @Test(
        "one counts for its package and images alone",
        arguments: [
            (#""image": "shop:*""#, true), (#""image": "shop:7""#, true),
            (#""image": "other:*""#, false), (#""package": "Jinja2""#, true),
            (#""package": "curl""#, false),
        ]
    )
    func scope(_ member: String, _ isAside: Bool) throws {
        let text =
            #"{"exceptions": [{"id": "CVE-2024-22195", "reason": "x", "until": "2030-01-01", \#(member)}]}"#
        #expect(try report([text]).findings.isEmpty == isAside)
    }

    @Test(
        "one without reason, end or id is refused",
        arguments: [
            #"{"exceptions": [{"id": "CVE-1", "until": "2030-01-01"}]}"#,
            #"{"exceptions": [{"id": "CVE-1", "reason": " ", "until": "2030-01-01"}]}"#,
            #"{"exceptions": [{"id": "CVE-1", "reason": "x"}]}"#,
            #"{"exceptions": [{"id": "CVE-1", "reason": "x", "until": "soon"}]}"#,
            #"{"exceptions": [{"id": "CVE-1", "reason": "x", "until": "2027-99-99"}]}"#,
            #"{"exceptions": [{"reason": "x", "until": "2030-01-01"}]}"#, "{}", "{",
        ]
    )
    func refused(_ text: String) {
        let error = #expect(throws: VulnerabilityError.self) { _ = try report([text]) }
        #expect(error?.code == .invalidExceptions)
    }

    @Test("OpenVEX: not affected puts aside, affected does not")
    func vex() throws {
        func text(_ status: String, _ product: String) -> String {
            """
            {"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{
              "vulnerability": {"name": "CVE-2024-22195"}, "status": "\(status)",
              "justification": "vulnerable_code_not_in_execute_path",
              "products": [{"@id": "\(product)"}]}]}
            """
        }
        let aside = try report([text("not_affected", "pkg:pypi/jinja2@3.1.2")])
        #expect(aside.findings == [])
        #expect(
            aside.excepted.map(\.reason) == ["VEX own.json: vulnerable_code_not_in_execute_path"]
        )
        #expect(try report([text("not_affected", "pkg:pypi/jinja2")]).findings == [])
        #expect(try report([text("not_affected", "pkg:oci/shop")]).findings == [])
        for other in [
            text("affected", "pkg:pypi/jinja2@3.1.2"), text("not_affected", "pkg:pypi/jinja2@3.0"),
            text("not_affected", "pkg:oci/other"), text("under_investigation", "pkg:pypi/jinja2"),
        ] { #expect(try report([other]).findings.count == 1) }
    }
}
