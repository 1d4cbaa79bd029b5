// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Vulnerabilities

/// Small feeds in the real forms, written for tests.
enum AdvisorySamples {
    static let debian = """
        {"openssl": {"CVE-2023-0001": {"description": "A flaw\\nin two lines.", "scope": "remote",
            "releases": {
              "bookworm": {"status": "resolved", "repositories": {"bookworm": "3.0.11-1~deb12u2"},
                "fixed_version": "3.0.13-1~deb12u1", "urgency": "not yet assigned"},
              "bullseye": {"status": "resolved", "fixed_version": "0", "urgency": "not yet assigned"},
              "sid": {"status": "undetermined", "urgency": "not yet assigned"}}},
          "CVE-2023-0002": {"releases": {"bookworm": {"status": "open", "urgency": "low"}}}},
         "curl": {"CVE-2023-0001": {"releases": {
              "bookworm": {"status": "resolved", "fixed_version": "7.80-1", "urgency": "high"}}},
          "TEMP-0000000-ABCDEF": {"releases": {
              "bookworm": {"status": "open", "urgency": "unimportant"}}}}}
        """

    static let alpine = """
        {"distroversion": "v3.20", "reponame": "main", "packages": [
          {"pkg": {"name": "openssl", "secfixes": {
             "3.3.1-r1": ["CVE-2023-0001 XSA-1"], "0": ["CVE-2020-9999"], "3.1.0-r0": ["CVE-2019-1"]}}}]}
        """

    static let log4j = """
        {"id": "GHSA-jfh8-c2jp-5v3q", "aliases": ["CVE-2021-44228"], "summary": "Remote code injection",
         "modified": "2024-01-01T00:00:00Z", "published": "2021-12-10T00:40:56Z",
         "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:H"}],
         "references": [{"type": "WEB", "url": "https://example.com/w"},
                        {"type": "ADVISORY", "url": "https://example.com/a"}],
         "database_specific": {"severity": "CRITICAL", "cwe_ids": ["CWE-502"]},
         "affected": [{"package": {"ecosystem": "Maven", "name": "org.apache.logging.log4j:log4j-core"},
           "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "2.15.0"}, {"introduced": "2.13.0"}]},
                      {"type": "ECOSYSTEM", "events": [{"introduced": "2.0-beta9"}, {"last_affected": "2.3"}]},
                      {"type": "GIT", "events": [{"introduced": "0"}]}]}]}
        """

    static let ubuntu = """
        {"id": "UBUNTU-CVE-2023-0001", "upstream": ["CVE-2023-0001"], "details": "In Ubuntu.",
         "severity": [{"type": "Ubuntu", "score": "medium"}],
         "affected": [{"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "openssl"},
           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.2-0ubuntu1.10"}]}],
           "versions": ["3.0.2-0ubuntu1"]}]}
        """

    static let withdrawn = """
        {"id": "PYSEC-2020-1", "withdrawn": "2021-01-01T00:00:00Z", "affected": [
          {"package": {"ecosystem": "PyPI", "name": "jinja2"}, "versions": ["3.1.2"]}]}
        """

    static let jinja = """
        {"id": "PYSEC-2024-1", "aliases": ["CVE-2024-22195", "GHSA-h5c8-rqwp-cp95"],
         "affected": [{"package": {"ecosystem": "PyPI", "name": "jinja2"}, "versions": ["3.1.2", "3.1.1"],
           "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.3"}]}]}]}
        """

    static let exploited = """
        {"title": "Catalog", "catalogVersion": "2026.01.01", "vulnerabilities": [
          {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"}]}
        """

    static let likelihoods = """
        #model_version:v2025.03.14,score_date:2026-11-26T00:00:00+0000
        cve,epss,percentile
        CVE-2021-44228,0.94358,0.99960
        CVE-2023-0001,0.00042,0.05
        CVE-1999-0001,2.5,0.05
        """

    /// A folder with all of them, one packed, one in a zip.
    static func write(to folder: TemporaryFolder) throws {
        try folder.write("in/debian.json", text: debian)
        try folder.write("in/v3.20/main.json.gz", Compressed.gzip(Array(alpine.utf8)))
        try folder.write(
            "in/osv.zip",
            ZipWriter.zip([
                ("GHSA-jfh8-c2jp-5v3q.json", Array(log4j.utf8)),
                ("PYSEC-2020-1.json", Array(withdrawn.utf8)), ("README", Array("x".utf8)),
                ("PYSEC-2024-1.json", Array(jinja.utf8)),
            ])
        )
        try folder.write("in/UBUNTU.json", text: ubuntu)
        try folder.write("in/kev.json", text: exploited)
        try folder.write("in/epss.csv", text: likelihoods)
        try folder.write("in/notes.txt", text: "not an advisory")
    }

    /// An image of one release and these packages.
    static func image(
        _ release: SystemRelease?,
        _ packages: [InstalledPackage]
    ) -> ImageInventory {
        var layer = LayerInventory()
        layer.files = [.init(path: "x", packages: packages)]
        if let release { layer.releases["etc/os-release"] = release }
        return ImageInventory(
            id: "sha256:abcdef0123456789",
            names: ["shop:7"],
            layers: ["sha256:1"],
            inventories: [layer]
        )
    }

    static func debianPackage(_ name: String, _ version: String, source: String) -> InstalledPackage
    {
        var package = InstalledPackage(.debian, name, version)
        package.sourceName = source
        return package
    }
}
