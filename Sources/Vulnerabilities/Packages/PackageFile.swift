// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// A file of an image that tells of packages, known by its path.
package enum PackageFile: Sendable, Hashable {
    case systemRelease
    case debian
    case alpine
    case rpm
    case python
    case node
    case composer
    case nuget
    case gem
    case java
    /// Known by its first bytes.
    case executable

    /// Nil for a file that tells of none.
    package init?(_ entry: TarEntry) {
        let path = entry.path
        if let fixed = Self.fixed[path] {
            self = fixed
            return
        }
        if entry.folder == "var/lib/dpkg/status.d", !path.hasSuffix(".md5sums") {
            self = .debian
            return
        }
        switch entry.name {
        case "METADATA" where entry.folder.hasSuffix(".dist-info"): self = .python
        case "PKG-INFO" where entry.folder.hasSuffix(".egg-info"): self = .python
        case "package.json" where Self.isNodeModule(entry.folder): self = .node
        case "installed.json" where entry.folder.hasSuffix("vendor/composer"): self = .composer
        case let name where name.hasSuffix(".egg-info"): self = .python
        case let name where name.hasSuffix(".deps.json"): self = .nuget
        case let name where name.hasSuffix(".gemspec") && Self.isOfGems(entry.folder): self = .gem
        case let name where JavaPackages.isArchive(String(name)): self = .java
        default:
            guard entry.mode & 0o111 != 0, entry.size >= 4096 else { return nil }
            self = .executable
        }
    }

    private static let fixed: [String: PackageFile] = [
        "etc/os-release": .systemRelease,
        "usr/lib/os-release": .systemRelease,
        "var/lib/dpkg/status": .debian,
        "lib/apk/db/installed": .alpine,
        "usr/lib/apk/db/installed": .alpine,
        "var/lib/rpm/rpmdb.sqlite": .rpm,
        "var/lib/rpm/Packages.db": .rpm,
        "var/lib/rpm/Packages": .rpm,
        "usr/lib/sysimage/rpm/rpmdb.sqlite": .rpm,
        "usr/lib/sysimage/rpm/Packages.db": .rpm,
        "usr/lib/sysimage/rpm/Packages": .rpm,
        "usr/share/rpm/rpmdb.sqlite": .rpm,
    ]

    /// `…/node_modules/NAME` or `…/node_modules/@SCOPE/NAME`.
    private static func isNodeModule(_ folder: Substring) -> Bool {
        let parts = folder.split(separator: "/")
        guard parts.count >= 2 else { return false }
        if parts[parts.count - 2] == "node_modules" { return true }
        return parts.count >= 3 && parts[parts.count - 2].hasPrefix("@")
            && parts[parts.count - 3] == "node_modules"
    }

    private static func isOfGems(_ folder: Substring) -> Bool {
        folder.hasSuffix("specifications") || folder.hasSuffix("specifications/default")
    }

    /// The packages that the file's bytes tell of.
    ///
    /// - Throws: ``VulnerabilityError`` `damaged-database`.
    package func packages(_ bytes: [UInt8], name: String, _ limits: ArchiveLimits) throws
        -> [InstalledPackage]
    {
        switch self {
        case .systemRelease: []
        case .debian: DebianPackages.read(bytes)
        case .alpine: AlpinePackages.read(bytes)
        case .rpm: try RPMPackages.read(bytes, limits)
        case .python: LanguagePackages.python(bytes)
        case .node: LanguagePackages.node(bytes)
        case .composer: LanguagePackages.composer(bytes)
        case .nuget: LanguagePackages.nuget(bytes)
        case .gem: LanguagePackages.gem(bytes)
        case .java: JavaPackages.read(bytes, name: name, limits)
        case .executable: BinaryPackages.read(bytes)
        }
    }
}
