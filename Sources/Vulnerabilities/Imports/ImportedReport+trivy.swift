// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Trivy's JSON.
///
/// ```
/// {"SchemaVersion": 2, "CreatedAt": …, "ArtifactName": "shop:7",
///  "Metadata": {"OS": {"Family", "Name"}, "ImageID", "RepoTags", "DiffIDs"},
///  "Results": [{"Target", "Type", "Vulnerabilities": [{"VulnerabilityID", "PkgName",
///    "PkgPath", "InstalledVersion", "FixedVersion", "Severity", "CVSS": {SOURCE: {"V3Vector",
///    "V3Score"}}, "Title", "PrimaryURL", "PublishedDate", "LastModifiedDate", "CweIDs",
///    "Layer": {"DiffID"}, "PkgIdentifier": {"PURL"}}]}]}
/// ```
/// Source: Trivy's documentation, "Reporting", JSON, schema version 2.
extension ImportedReport {
    static func trivy(_ node: JSONNode) -> ImportedReport {
        let metadata = node["Metadata"]
        let tags = metadata?["RepoTags"]?.texts ?? []
        let name = node["ArtifactName"]?.text ?? ""
        var image = ImageInventory(
            id: metadata?["ImageID"]?.text ?? "",
            names: tags.isEmpty && !name.isEmpty ? [name] : tags,
            layers: metadata?["DiffIDs"]?.texts ?? [],
            inventories: []
        )
        if let family = metadata?["OS"]?["Family"]?.text {
            let version = metadata?["OS"]?["Name"]?.text ?? ""
            let system = "\(family) \(version)"
            image.release = SystemRelease(id: family, version: version, name: system)
        }
        var report = ImportedReport(tool: "Trivy", image: image)
        report.time = node["CreatedAt"]?.text.flatMap(CalendarDay.seconds)
        for result in node["Results"]?.elements ?? [] {
            let type = result["Type"]?.text
            let target = result["Target"]?.text ?? ""
            for entry in result["Vulnerabilities"]?.elements ?? [] {
                if let finding = trivyFinding(entry, type, target, image.layers) {
                    report.findings.append(finding)
                } else {
                    report.passedOver += 1
                }
            }
        }
        return report
    }

    private static func trivyFinding(
        _ entry: JSONNode,
        _ type: String?,
        _ target: String,
        _ layers: [String]
    ) -> Finding? {
        guard let id = entry["VulnerabilityID"]?.text, !id.isEmpty,
            let name = entry["PkgName"]?.text,
            let kind = kind(entry["PkgIdentifier"]?["PURL"]?.text, type)
        else { return nil }
        var package = InstalledPackage(kind, name, entry["InstalledVersion"]?.text ?? "")
        package.path = entry["PkgPath"]?.text ?? (kind.isOfDistribution ? "" : target)
        package.layer = entry["Layer"]?["DiffID"]?.text.flatMap(layers.firstIndex)
        var advisory = Advisory(id: id, source: "Trivy")
        advisory.cves = id.hasPrefix("CVE-") ? [id] : []
        let summary = entry["Title"]?.text ?? entry["Description"]?.text ?? ""
        advisory.summary = OSVRecord.line(summary, limit: 300)
        advisory.published = entry["PublishedDate"]?.text ?? ""
        advisory.modified = entry["LastModifiedDate"]?.text ?? ""
        advisory.reference = entry["PrimaryURL"]?.text ?? ""
        advisory.weaknesses = entry["CweIDs"]?.texts ?? []
        let scores = entry["CVSS"]
        let preferred = scores?["nvd"] ?? scores?["ghsa"]
        if let best = preferred ?? scores?.members.min(by: { $0.key < $1.key })?.value {
            advisory.score = best["V3Score"]?.decimal ?? best["V2Score"]?.decimal
            advisory.vector = best["V3Vector"]?.text ?? best["V2Vector"]?.text ?? ""
        }
        advisory.severity = entry["Severity"]?.text.flatMap(Severity.init(word:)) ?? .unknown
        let fixed = entry["FixedVersion"]?.text ?? ""
        return Finding(advisory, of: package, fixed: fixed.isEmpty ? nil : fixed)
    }
}

extension Finding {
    /// What another scanner says, whole.
    init(_ advisory: Advisory, of package: InstalledPackage, fixed: String?) {
        self.init(
            package: package,
            id: advisory.cves.first ?? advisory.id,
            advisory: advisory,
            severity: advisory.severity,
            fixed: fixed,
            last: nil
        )
        score = advisory.score
        vector = advisory.vector
        summary = advisory.summary
        published = advisory.published
    }
}
