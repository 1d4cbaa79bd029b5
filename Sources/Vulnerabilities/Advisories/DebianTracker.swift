// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import DockerClient

/// Debian's security tracker: packages, their CVEs, and how each release stands.
///
/// ```
/// {"PACKAGE": {"CVE-…": {"description": "…", "releases": {"bookworm":
///   {"status": "resolved", "fixed_version": "1.2-3", "urgency": "low"}}}}}
/// ```
/// Source: https://security-tracker.debian.org/tracker/data/json, as described in
/// the tracker's "doc/security-team.d.o".
enum DebianTracker {
    /// The number that OSV gives a release; nil for one that is newer than this.
    private static let numbers = [
        "wheezy": "7", "jessie": "8", "stretch": "9", "buster": "10", "bullseye": "11",
        "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15", "sid": "sid",
    ]

    /// Reads the file package by package.
    ///
    /// - Returns: How many pairs of package and CVE it has.
    /// - Throws: ``VulnerabilityError`` `damaged-advisories`.
    static func read(_ bytes: [UInt8], into compiler: inout AdvisoryCompiler) throws -> Int {
        var reader = JSONTokenReader(bytes)
        var count = 0
        do {
            guard try reader.next() == .beginObject else { throw damaged }
            while case .key(let range)? = try reader.next(), let token = try reader.next() {
                let package = reader.string(range)
                let issues = try JSONNode(token, &reader)
                for (cve, issue) in issues.members.sorted(by: { $0.key < $1.key }) {
                    add(cve, issue, of: package, to: &compiler)
                    count += 1
                }
            }
            guard try reader.next() == nil else { throw damaged }
        } catch is JSONSyntaxError {
            throw damaged
        }
        return count
    }

    private static let damaged = VulnerabilityError(
        .damagedAdvisories,
        "the debian security tracker's file is not the json that it publishes; fetch it again"
    )

    private static func add(
        _ cve: String,
        _ issue: JSONNode,
        of package: String,
        to compiler: inout AdvisoryCompiler
    ) {
        var affected: [(String, AffectedVersions)] = []
        for (codename, state) in issue["releases"]?.members ?? [:] {
            guard let versions = versions(state) else { continue }
            affected.append(("Debian:" + (numbers[codename] ?? codename), versions))
        }
        guard !affected.isEmpty else { return }
        var advisory = Advisory(id: cve, source: "Debian")
        advisory.cves = cve.hasPrefix("CVE-") ? [cve] : []
        advisory.summary = OSVRecord.line(issue["description"]?.text ?? "", limit: 300)
        advisory.reference = "https://security-tracker.debian.org/tracker/" + cve
        let number = compiler.add(advisory)
        for (ecosystem, versions) in affected.sorted(by: { $0.0 < $1.0 }) {
            compiler.affect(ecosystem, package, versions, by: number)
        }
    }

    /// Nil when the release was never affected, or nobody has looked yet.
    private static func versions(_ state: JSONNode) -> AffectedVersions? {
        var versions: AffectedVersions
        switch state["status"]?.text {
        case "resolved":
            guard let fixed = state["fixed_version"]?.text, fixed != "0" else { return nil }
            versions = AffectedVersions(ranges: [[.introduced("0"), .fixed(fixed)]])
        case "open": versions = AffectedVersions(ranges: [[.introduced("0")]])
        default: return nil
        }
        versions.severity = state["urgency"]?.text.flatMap(Severity.init(word:)) ?? .unknown
        return versions
    }
}
