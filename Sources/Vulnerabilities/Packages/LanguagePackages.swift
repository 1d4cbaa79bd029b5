// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Packages of languages that are told by a small file of text or JSON each.
package enum LanguagePackages {
    /// Python: `METADATA` of a wheel, `PKG-INFO` of an egg.
    ///
    /// Source: Core metadata specifications 2.3, packaging.python.org.
    package static func python(_ bytes: [UInt8]) -> [InstalledPackage] {
        // The headers end at the first blank line; what follows is prose.
        let first = ControlFields.paragraphs(bytes, keeping: ["Name", "Version"]).first
        guard let name = first?["Name"], let version = first?["Version"], !name.isEmpty,
            !version.isEmpty
        else { return [] }
        return [InstalledPackage(.python, name, version)]
    }

    /// Node: `package.json`.
    ///
    /// Source: npm documentation, package.json.
    package static func node(_ bytes: [UInt8]) -> [InstalledPackage] {
        guard let node = JSONNode(bytes), let name = node["name"]?.text,
            let version = node["version"]?.text, !name.isEmpty, !version.isEmpty
        else { return [] }
        return [InstalledPackage(.node, name, version)]
    }

    /// Composer: `vendor/composer/installed.json`, of version 1 and 2.
    package static func composer(_ bytes: [UInt8]) -> [InstalledPackage] {
        guard let node = JSONNode(bytes) else { return [] }
        let packages = node["packages"]?.elements ?? node.elements
        return packages.compactMap { entry in
            guard let name = entry["name"]?.text, let version = entry["version"]?.text else {
                return nil
            }
            return InstalledPackage(.composer, name, version)
        }
    }

    /// NuGet: `*.deps.json` of a .NET program.
    package static func nuget(_ bytes: [UInt8]) -> [InstalledPackage] {
        guard let libraries = JSONNode(bytes)?["libraries"] else { return [] }
        return libraries.members.compactMap { key, library in
            let parts = key.split(separator: "/")
            guard parts.count == 2, library["type"]?.text == "package" else { return nil }
            return InstalledPackage(.nuget, String(parts[0]), String(parts[1]))
        }.sorted { ($0.name, $0.version) < ($1.name, $1.version) }
    }

    /// Ruby: a gemspec as `gem install` writes it, which assigns plain strings:
    /// `s.name = "rack".freeze`.
    package static func gem(_ bytes: [UInt8]) -> [InstalledPackage] {
        var name = ""
        var version = ""
        for line in String(decoding: bytes.prefix(64 << 10), as: UTF8.self).split(separator: "\n") {
            let line = String(line).trimmed
            guard let equals = line.firstIndex(of: "="), line.hasPrefix("s.") else { continue }
            let member = String(line[..<equals]).trimmed
            guard member == "s.name" || member == "s.version" else { continue }
            let value = line[equals...].split(separator: "\"", omittingEmptySubsequences: false)
            guard value.count >= 3 else { continue }
            if member == "s.name" { name = String(value[1]) } else { version = String(value[1]) }
        }
        guard !name.isEmpty, !version.isEmpty else { return [] }
        return [InstalledPackage(.gem, name, version)]
    }
}
