// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Artifacts in a jar: each `pom.properties`, also of jars within it.
///
/// A jar without one is told by its manifest, where that names a version.
/// Source: Maven Archiver, "pom.properties"; JAR File Specification.
package enum JavaPackages {
    /// `name`: the jar's own, `spring-core-5.3.1.jar`.
    package static func read(_ bytes: [UInt8], name: String, _ limits: ArchiveLimits)
        -> [InstalledPackage]
    {
        read(bytes, name: name, limits, depth: 0)
    }

    private static func read(_ bytes: [UInt8], name: String, _ limits: ArchiveLimits, depth: Int)
        -> [InstalledPackage]
    {
        // A jar that is damaged has no packages that could run.
        guard let zip = try? ZipArchive(bytes, memberLimit: 100_000) else { return [] }
        var packages: [InstalledPackage] = []
        var manifest: ZipArchive.Member?
        for member in zip.members {
            if member.name.hasPrefix("META-INF/maven/"), member.name.hasSuffix("/pom.properties") {
                packages += contents(zip, member, limit: 64 << 10).map(properties) ?? []
            } else if member.name == "META-INF/MANIFEST.MF" {
                manifest = member
            } else if depth < limits.depth, isArchive(member.name),
                let inner = contents(zip, member, limit: limits.fileBytes / 2)
            {
                let innerName = member.name.split(separator: "/").last ?? ""
                packages += read(inner, name: String(innerName), limits, depth: depth + 1)
            }
            if packages.count > limits.packages { break }
        }
        if packages.isEmpty, let manifest, let text = contents(zip, manifest, limit: 256 << 10) {
            packages = self.manifest(text, name)
        }
        return packages
    }

    static func isArchive(_ name: String) -> Bool {
        [".jar", ".war", ".ear", ".par"].contains { name.hasSuffix($0) }
    }

    private static func contents(_ zip: ZipArchive, _ member: ZipArchive.Member, limit: Int)
        -> [UInt8]?
    {
        // Reading memory does not fail; what is too large or damaged is nil.
        try? zip.contents(of: member, limit: limit)
    }

    /// `groupId=…`, `artifactId=…`, `version=…`.
    static func properties(_ bytes: [UInt8]) -> [InstalledPackage] {
        var values: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "="), !line.hasPrefix("#") else { continue }
            let value = String(line[line.index(after: equals)...]).trimmed
            values[String(line[..<equals]).trimmed] = value
        }
        guard let group = values["groupId"], let artifact = values["artifactId"],
            let version = values["version"]
        else { return [] }
        return [InstalledPackage(.java, group + ":" + artifact, version)]
    }

    /// By the manifest's bundle or vendor, and the name of the file.
    private static func manifest(_ bytes: [UInt8], _ file: String) -> [InstalledPackage] {
        let names: Set<String> = [
            "Implementation-Version", "Bundle-Version", "Implementation-Vendor-Id",
            "Bundle-SymbolicName",
        ]
        guard let fields = ControlFields.paragraphs(bytes, keeping: names).first,
            let version = fields["Implementation-Version"] ?? fields["Bundle-Version"],
            !version.isEmpty
        else { return [] }
        var artifact = file
        if let dot = artifact.lastIndex(of: ".") { artifact = String(artifact[..<dot]) }
        if let range = artifact.firstRange(of: "-" + version) {
            artifact = String(artifact[..<range.lowerBound])
        }
        let bundle = fields["Bundle-SymbolicName"]?.split(separator: ";").first.map(String.init)
        guard let group = fields["Implementation-Vendor-Id"] ?? bundle else { return [] }
        return [InstalledPackage(.java, group + ":" + artifact, version)]
    }
}
