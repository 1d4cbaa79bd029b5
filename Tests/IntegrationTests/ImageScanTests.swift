// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Images of Debian's packages, scanned by hand and by themselves.
@Suite(
    "jaga scan and the scanner of jaga up",
    .serialized,
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ImageScanTests {
    /// An image whose dpkg knows this host's packages, and openssl at a version.
    private static func build(_ name: String, openssl: String, on engine: TestEngine) throws {
        let folder = try TemporaryFolder()
        let host = try String(contentsOfFile: "/var/lib/dpkg/status", encoding: .utf8)
        let status = """
            \(host)
            Package: libssl-jaga
            Status: install ok installed
            Architecture: amd64
            Source: jaga-openssl
            Version: \(openssl)

            """
        let recipe =
            "FROM busybox\nCOPY status /var/lib/dpkg/status\nCOPY os-release /etc/os-release\n"
        try recipe.write(toFile: folder.path + "/Dockerfile", atomically: false, encoding: .utf8)
        try status.write(toFile: folder.path + "/status", atomically: false, encoding: .utf8)
        try "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian 12\"\n"
            .write(toFile: folder.path + "/os-release", atomically: false, encoding: .utf8)
        try Shell.expect(
            ["docker", "build", "-q", "-t", name, folder.path],
            environment: ["DOCKER_HOST": engine.host, "DOCKER_BUILDKIT": "0"]
        )
    }

    /// Advisories of which one mends openssl in version 3.0.13.
    private static func feed(_ cves: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let issues = cves.map { cve in
            """
            "\(cve)": {"description": "A flaw.", "releases": {"bookworm": {"status": "resolved",
              "fixed_version": "3.0.13-1", "urgency": "high"}}}
            """
        }
        try "{\"jaga-openssl\": {\(issues.joined(separator: ","))}}"
            .write(toFile: folder.path + "/debian.json", atomically: false, encoding: .utf8)
        return folder
    }

    @Test("an image's packages are found, matched, and fail a pipeline; a bill lists them all")
    func byHand() throws {
        // given
        let engine = try #require(TestEngine.current)
        let environment = ["DOCKER_HOST": engine.host]
        let data = try TemporaryFolder()
        let feed = try Self.feed(["CVE-2024-0727"])
        try Self.build("jaga-scan-a", openssl: "3.0.11-1", on: engine)
        defer { _ = try? engine.docker("rmi", "-f", "jaga-scan-a") }

        // when
        func scan(_ words: String...) throws -> (status: Int32, output: String) {
            let result = try Shell.run(
                [Binary.path, "scan"] + words + ["--data", data.path],
                environment: environment
            )
            return (result.status, result.output)
        }
        let before = try scan("images", "jaga-scan-a")
        let update = try scan("update", "--from", feed.path)
        let json = try scan("images", "jaga-scan-a", "--json", "--fail-on", "high")
        let table = try scan("images", "jaga-scan-a", "--fail-on", "critical")
        let bill = try scan("images", "jaga-scan-a", "--sbom", "cyclonedx")

        // then
        #expect(before.status == 0)
        #expect(before.output.contains("not known: there are no advisories"))
        #expect(before.output.contains("nothing was looked up"))
        #expect(update.output == "debian.json: 1 (debian)\n")
        #expect(json.status == 4)
        let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
        let images = (report as? [String: Any])?["images"] as? [[String: Any]]
        let found = images?.first?["vulnerabilities"] as? [[String: Any]]
        #expect(found?.map { $0["id"] as? String } == ["CVE-2024-0727"])
        #expect(found?.first?["fixed"] as? String == "3.0.13-1")
        #expect(found?.first?["package"] as? String == "libssl-jaga")
        #expect(table.status == 0)
        #expect(table.output.contains("High      CVE-2024-0727  libssl-jaga"))
        let components = try JSONSerialization.jsonObject(with: Data(bill.output.utf8))
        let listed = (components as? [String: Any])?["components"] as? [[String: Any]]
        // All of this host's packages, one more, and the system.
        let installed = try Shell.expect(["dpkg-query", "-f", "${db:Status-Abbrev}\n", "-W"])
            .split(separator: "\n").count { !$0.hasPrefix("rc") }
        #expect(listed?.count == installed + 2)
    }

    @Test("a package that was installed in a running container is found, by hand and by itself")
    func container() throws {
        // given
        let engine = try #require(TestEngine.current)
        let data = try TemporaryFolder()
        let (image, container) = ("jaga-scan-c", "jaga-scan-own")
        let feed = try Self.feed(["CVE-2024-0727"])
        try Self.build(image, openssl: "3.0.13-1", on: engine)
        engine.remove(container)
        defer {
            engine.remove(container)
            _ = try? engine.docker("rmi", "-f", image)
        }
        try engine.docker("run", "-d", "--name", container, image, "sleep", "600")
        let package =
            "\nPackage: late\nStatus: install ok installed\nSource: jaga-openssl\n"
            + "Architecture: amd64\nVersion: 3.0.1-1\n"
        try engine.docker(
            "exec",
            container,
            "sh",
            "-c",
            "echo '\(package)' >> /var/lib/dpkg/status"
        )
        try Shell.expect(
            [Binary.path, "scan", "update", "--from", feed.path, "--data", data.path + "/data"]
        )

        // when
        func scan(_ words: String...) throws -> String {
            try Shell.expect(
                [Binary.path, "scan"] + words + ["--data", data.path + "/data"],
                environment: ["DOCKER_HOST": engine.host]
            )
        }
        let ofImage = try scan("images", image)
        let ofContainer = try scan("images", "--container", container)

        // then
        #expect(!ofImage.contains("CVE-2024-0727"))
        #expect(ofContainer.contains("CVE-2024-0727  late     3.0.1-1  3.0.13-1  installed since"))
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host], folder: data)
        let alert = try jaga.alert(within: 240, "Image \(container) (container of") {
            $0.rule.id.hasPrefix("50110")
                && $0.rule.description.contains("Image \(container) (container of")
        }
        #expect(alert.full_log?.contains(#""high":1"#) == true, "\(alert.full_log ?? "")")
        #expect(try jaga.process.stop() == 0)
    }

    @Test("a rebuilt image tells what is new and what is solved, and so do new advisories")
    func byItself() throws {
        // given
        let engine = try #require(TestEngine.current)
        let data = try TemporaryFolder()
        let container = "jaga-scan-runs"
        let update = { (feed: TemporaryFolder) in
            _ = try Shell.expect(
                [Binary.path, "scan", "update", "--from", feed.path, "--data", data.path + "/data"]
            )
        }
        try Self.build("jaga-scan-b", openssl: "3.0.11-1", on: engine)
        engine.remove(container)
        defer {
            engine.remove(container)
            _ = try? engine.docker("rmi", "-f", "jaga-scan-b")
        }
        try engine.docker("run", "-d", "--name", container, "jaga-scan-b", "sleep", "600")
        try update(Self.feed(["CVE-2024-0727"]))

        // when: the first scan is the state from which changes are told
        let jaga = try RunningJaga(environment: ["DOCKER_HOST": engine.host], folder: data)
        try jaga.alert(within: 240, "Image jaga-scan-b") { $0.rule.id.hasPrefix("50110") }
        #expect(try jaga.alerts().contains { $0.rule.id == "23505" } == false)

        // then: new advisories bring what is new
        try update(Self.feed(["CVE-2024-0727", "CVE-2024-5535"]))
        let new = try jaga.alert(within: 240, "CVE-2024-5535") { $0.rule.id == "23505" }
        #expect(new.full_log?.contains("CVE-2024-5535") == true)
        #expect(new.full_log?.contains(#""containers":"jaga-scan-runs""#) == true)

        // and a rebuilt image what is solved
        try Self.build("jaga-scan-b", openssl: "3.0.13-1", on: engine)
        let solved = try jaga.alert(within: 240, "Solved: ") { $0.rule.id == "23502" }
        #expect(solved.full_log?.contains("jaga-scan-b:latest") == true)
        // The container goes on with the image as it was: that is no news.
        #expect(try jaga.alerts().count { $0.rule.id == "23505" } == 1)
        #expect(try jaga.process.stop() == 0)
    }
}
