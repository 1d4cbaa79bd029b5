// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What another scanner found in an image.
package struct ImportedReport: Sendable, Hashable {
    /// `Trivy`, `Grype`.
    package let tool: String
    /// The image, with those packages alone in which something was found.
    package internal(set) var image: ImageInventory
    package internal(set) var findings: [Finding] = []
    /// The day on which it was made, in seconds since the epoch; nil when not told.
    package internal(set) var time: Int64?
    /// Findings in packages of kinds that are not known here, or without an id.
    package internal(set) var passedOver = 0

    /// More findings are refused: no image has so many.
    static let findingLimit = 200_000
    /// Bytes of a report.
    package static let sizeLimit = 64 << 20

    init(tool: String, image: ImageInventory) {
        self.tool = tool
        self.image = image
    }

    /// Reads a report, known by what it holds.
    ///
    /// `name`: the file's, for messages.
    /// - Throws: ``VulnerabilityError`` `bad-import`
    package static func read(_ bytes: [UInt8], name: String) throws -> ImportedReport {
        guard let node = JSONNode(bytes) else {
            throw invalid(
                name,
                "it is not json; write it with trivy image --format json, or grype -o json"
            )
        }
        var report: ImportedReport
        if node["matches"] != nil {
            report = grype(node)
        } else if node["SchemaVersion"] != nil || node["Results"] != nil {
            report = trivy(node)
        } else {
            throw invalid(name, "it is neither a json report of trivy nor one of grype")
        }
        guard !report.image.names.isEmpty || !report.image.id.isEmpty else {
            throw invalid(name, "it does not name the image")
        }
        guard report.findings.count <= findingLimit else {
            throw invalid(name, "it has more than \(findingLimit) findings")
        }
        report.finish()
        return report
    }

    private static func invalid(_ name: String, _ what: String) -> VulnerabilityError {
        VulnerabilityError(.badImport, "cannot import \(name): \(what)")
    }

    /// What tells it from reports on other images, and of other tools: safe as the name
    /// of a file.
    package var mark: String {
        tool.lowercased() + "-" + String(PathHash.of(image.names.first ?? image.id), radix: 16)
    }

    /// Each finding once, the worst first; each package once.
    private mutating func finish() {
        var seen: Set<String> = []
        findings = findings.filter { seen.insert($0.key + " " + $0.package.path).inserted }
            .sorted(by: Finding.isBefore)
        var packages: Set<InstalledPackage> = []
        image.packages = findings.map(\.package).filter { packages.insert($0).inserted }
    }

    /// The kind of package that a package URL, or else a scanner's word for it, names.
    static func kind(_ purl: String?, _ word: String?) -> InstalledPackage.Kind? {
        if let purl, purl.hasPrefix("pkg:"),
            let kind = kinds[String(purl.dropFirst(4).prefix { $0 != "/" })]
        {
            return kind
        }
        return word.flatMap { kinds[$0] }
    }

    /// Sources: package-url/purl-spec, PURL-TYPES; Trivy's `Type`; Grype's `artifact.type`.
    private static let kinds: [String: InstalledPackage.Kind] = [
        "deb": .debian, "debian": .debian, "ubuntu": .debian,
        "apk": .alpine, "alpine": .alpine, "wolfi": .alpine, "chainguard": .alpine,
        "rpm": .rpm, "redhat": .rpm, "centos": .rpm, "rocky": .rpm, "alma": .rpm,
        "fedora": .rpm, "amazon": .rpm, "oracle": .rpm, "photon": .rpm, "azurelinux": .rpm,
        "cbl-mariner": .rpm, "suse linux enterprise server": .rpm, "opensuse.leap": .rpm,
        "opensuse-leap": .rpm, "opensuse.tumbleweed": .rpm, "opensuse-tumbleweed": .rpm,
        "pypi": .python, "python": .python, "python-pkg": .python, "pip": .python,
        "pipenv": .python, "poetry": .python, "uv": .python,
        "npm": .node, "node-pkg": .node, "yarn": .node, "pnpm": .node,
        "golang": .go, "gobinary": .go, "gomod": .go, "go-module": .go,
        "maven": .java, "jar": .java, "pom": .java, "gradle": .java, "java-archive": .java,
        "gem": .gem, "gemspec": .gem, "bundler": .gem,
        "cargo": .rust, "rustbinary": .rust, "rust-crate": .rust,
        "composer": .composer, "composer-vendor": .composer, "php-composer": .composer,
        "nuget": .nuget, "dotnet-core": .nuget, "dotnet": .nuget, "packages-props": .nuget,
    ]
}
