// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Grype's JSON.
///
/// ```
/// {"matches": [{"vulnerability": {"id", "dataSource", "severity", "description",
///    "cvss": [{"version", "vector", "metrics": {"baseScore"}}],
///    "fix": {"versions": […], "state"}}, "relatedVulnerabilities": [{"id": "CVE-…", …}],
///    "artifact": {"name", "version", "type", "purl", "locations": [{"path", "layerID"}]}}],
///  "source": {"target": {"userInput", "imageID", "tags", "layers": [{"digest"}]}},
///  "distro": {"name", "version"}, "descriptor": {"timestamp"}}
/// ```
/// Source: Grype's documentation, "Output formats", JSON.
extension ImportedReport {
    static func grype(_ node: JSONNode) -> ImportedReport {
        let target = node["source"]?["target"]
        let tags = target?["tags"]?.texts ?? []
        let name = target?["userInput"]?.text ?? target?.text ?? ""
        var image = ImageInventory(
            id: target?["imageID"]?.text ?? "",
            names: tags.isEmpty && !name.isEmpty ? [name] : tags,
            layers: (target?["layers"]?.elements ?? []).compactMap { $0["digest"]?.text },
            inventories: []
        )
        if let family = node["distro"]?["name"]?.text, !family.isEmpty {
            let version = node["distro"]?["version"]?.text ?? ""
            let system = "\(family) \(version)"
            image.release = SystemRelease(id: family, version: version, name: system)
        }
        var report = ImportedReport(tool: "Grype", image: image)
        report.time = node["descriptor"]?["timestamp"]?.text.flatMap(CalendarDay.seconds)
        for match in node["matches"]?.elements ?? [] {
            if let finding = grypeFinding(match, image.layers) {
                report.findings.append(finding)
            } else {
                report.passedOver += 1
            }
        }
        return report
    }

    private static func grypeFinding(_ match: JSONNode, _ layers: [String]) -> Finding? {
        let artifact = match["artifact"]
        guard let vulnerability = match["vulnerability"], let id = vulnerability["id"]?.text,
            !id.isEmpty, let name = artifact?["name"]?.text,
            let kind = kind(artifact?["purl"]?.text, artifact?["type"]?.text)
        else { return nil }
        var package = InstalledPackage(kind, name, artifact?["version"]?.text ?? "")
        let place = artifact?["locations"]?.elements.first
        package.path = String((place?["path"]?.text ?? "").drop { $0 == "/" })
        package.layer = place?["layerID"]?.text.flatMap(layers.firstIndex)
        let related = match["relatedVulnerabilities"]?.elements ?? []
        var advisory = Advisory(id: id, source: "Grype")
        advisory.cves = ([id] + related.compactMap { $0["id"]?.text })
            .filter { $0.hasPrefix("CVE-") }
        let texts = ([vulnerability] + related).compactMap { $0["description"]?.text }
        advisory.summary = OSVRecord.line(texts.first { !$0.isEmpty } ?? "", limit: 300)
        advisory.reference = vulnerability["dataSource"]?.text ?? ""
        rate(&advisory, [vulnerability] + related)
        let fixes = vulnerability["fix"]?["versions"]?.texts ?? []
        return Finding(advisory, of: package, fixed: fixes.first)
    }

    private static func rate(_ advisory: inout Advisory, _ sources: [JSONNode]) {
        advisory.severity =
            sources.lazy.compactMap { $0["severity"]?.text.flatMap(Severity.init(word:)) }.first
            ?? .unknown
        let scores = sources.flatMap { $0["cvss"]?.elements ?? [] }
        let third = scores.first { $0["version"]?.text?.hasPrefix("3") == true }
        guard let best = third ?? scores.first else { return }
        advisory.score = best["metrics"]?["baseScore"]?.decimal
        advisory.vector = best["vector"]?.text ?? ""
    }
}
