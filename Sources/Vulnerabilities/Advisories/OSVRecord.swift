// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// An advisory in the form of OSV.
///
/// Source: OSV schema 1.7, https://ossf.github.io/osv-schema/
package struct OSVRecord {
    /// A package that has the vulnerability.
    package struct Affected {
        package let ecosystem: String
        package let name: String
        package let versions: AffectedVersions
    }

    package private(set) var advisory: Advisory
    package private(set) var affected: [Affected] = []

    /// Longest text that is kept of a summary, and most versions of a package.
    private static let summaryLimit = 300
    private static let versionLimit = 20_000

    /// Nil when it is none, or was withdrawn.
    package init?(_ node: JSONNode) {
        guard let id = node["id"]?.text, !id.isEmpty, node["affected"] != nil,
            node["withdrawn"]?.text == nil
        else { return nil }
        advisory = Advisory(id: id, source: "OSV")
        let names = [id] + ["aliases", "upstream"].flatMap { node[$0]?.texts ?? [] }
        advisory.cves = Self.cves(names)
        // Advisories of distributions name what they mend as related.
        if advisory.cves.isEmpty { advisory.cves = Self.cves(node["related"]?.texts ?? []) }
        let summary = node["summary"]?.text ?? node["details"]?.text ?? ""
        advisory.summary = Self.line(summary, limit: Self.summaryLimit)
        advisory.published = node["published"]?.text ?? ""
        advisory.modified = node["modified"]?.text ?? ""
        advisory.reference = Self.reference(node["references"])
        advisory.weaknesses = node["database_specific"]?["cwe_ids"]?.texts ?? []
        rate(node)
        for entry in node["affected"]?.elements ?? [] { add(entry) }
    }

    /// The front of a text, on one line.
    static func line(_ text: String, limit: Int) -> String {
        let words = text.prefix(limit * 2).split { $0.isWhitespace }.joined(separator: " ")
        return words.count <= limit ? words : words.prefix(limit) + "…"
    }

    private static func cves(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.compactMap { name in
            // `DEBIAN-CVE-2024-1`, `UBUNTU-CVE-2024-1`, `ALPINE-CVE-2024-1`
            guard let range = name.firstRange(of: "CVE-") else { return nil }
            let cve = String(name[range.lowerBound...])
            return seen.insert(cve).inserted ? cve : nil
        }
    }

    private static func reference(_ node: JSONNode?) -> String {
        let references = node?.elements ?? []
        let best = references.first { $0["type"]?.text == "ADVISORY" } ?? references.first
        return best?["url"]?.text ?? ""
    }

    private mutating func rate(_ node: JSONNode) {
        let all =
            (node["severity"]?.elements ?? [])
            + (node["affected"]?.elements.first?["severity"]?.elements ?? [])
        for rating in all {
            guard let type = rating["type"]?.text, let text = rating["score"]?.text else {
                continue
            }
            if type == "Ubuntu" {
                advisory.severity = Severity(word: text) ?? advisory.severity
            } else if let score = CVSSScore.base(text), type != "CVSS_V2" || advisory.score == nil {
                advisory.score = score
                advisory.vector = text
            } else if advisory.vector.isEmpty {
                advisory.vector = text
            }
        }
        let word =
            node["database_specific"]?["severity"]?.text
            ?? node["affected"]?.elements.first?["ecosystem_specific"]?["urgency"]?.text
        if advisory.severity == .unknown, let score = advisory.score {
            advisory.severity = Severity(score: score)
        }
        if advisory.severity == .unknown, let word {
            advisory.severity = Severity(word: word) ?? .unknown
        }
    }

    private mutating func add(_ entry: JSONNode) {
        guard let ecosystem = entry["package"]?["ecosystem"]?.text,
            let name = entry["package"]?["name"]?.text
        else { return }
        let scheme = AdvisoryKey.scheme(ecosystem)
        var versions = AffectedVersions(
            versions: Array((entry["versions"]?.texts ?? []).prefix(Self.versionLimit))
        )
        for range in entry["ranges"]?.elements ?? [] where range["type"]?.text != "GIT" {
            let events = (range["events"]?.elements ?? []).compactMap(Self.event)
            if !events.isEmpty { versions.ranges.append(Self.sorted(events, scheme)) }
        }
        // A list of versions adds nothing where ranges tell all, but they may not.
        if !versions.ranges.isEmpty, ecosystem.contains(":") { versions.versions = [] }
        guard !versions.ranges.isEmpty || !versions.versions.isEmpty else { return }
        if let urgency = entry["ecosystem_specific"]?["urgency"]?.text {
            versions.severity = Severity(word: urgency) ?? .unknown
        }
        affected.append(Affected(ecosystem: ecosystem, name: name, versions: versions))
    }

    private static func event(_ node: JSONNode) -> AffectedVersions.Event? {
        if let version = node["introduced"]?.text { return .introduced(version) }
        if let version = node["fixed"]?.text { return .fixed(version) }
        if let version = node["last_affected"]?.text { return .lastAffected(version) }
        return nil
    }

    /// By version, as they must be evaluated; as they came where these have no order.
    private static func sorted(_ events: [AffectedVersions.Event], _ scheme: VersionScheme)
        -> [AffectedVersions.Event]
    {
        events.enumerated().sorted { left, right in
            let order = compare(left.element, right.element, scheme)
            return order == 0 ? left.offset < right.offset : order < 0
        }.map(\.element)
    }

    private static func compare(
        _ left: AffectedVersions.Event,
        _ right: AffectedVersions.Event,
        _ scheme: VersionScheme
    ) -> Int {
        if left == right { return 0 }
        if left == .introduced("0") { return -1 }
        if right == .introduced("0") { return 1 }
        return scheme.compare(version(left), version(right)) ?? 0
    }

    private static func version(_ event: AffectedVersions.Event) -> String {
        switch event {
        case .introduced(let version), .fixed(let version), .lastAffected(let version): version
        }
    }
}
