// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What an executable says of the packages it was built from.
package enum BinaryPackages {
    /// Go's build information and Rust's audit data.
    package static func read(_ bytes: [UInt8]) -> [InstalledPackage] {
        guard let sections = ELFSections(bytes) else { return [] }
        if let section = sections.section(".go.buildinfo") { return go(section) }
        if let section = sections.section(".dep-v0") { return rust(section) }
        return []
    }

    /// Rust: JSON that `cargo auditable` puts there, packed by zlib.
    ///
    /// Source: rust-secure-code/cargo-auditable, PARSING.md.
    private static func rust(_ section: ArraySlice<UInt8>) -> [InstalledPackage] {
        guard let text = Inflater.inflate(section, .zlib, limit: 8 << 20),
            let node = JSONNode(text)
        else { return [] }
        return (node["packages"]?.elements ?? []).compactMap { entry in
            guard let name = entry["name"]?.text, let version = entry["version"]?.text,
                entry["kind"]?.text != "build"
            else { return nil }
            return InstalledPackage(.rust, name, version)
        }
    }

    private static let magic = [0xFF] + Array(" Go buildinf:".utf8)

    /// Go: the compiler's version and the modules, behind 32 bytes of header.
    ///
    /// Since Go 1.18 both lie there as strings; the pointers of older ones are not
    /// followed.
    /// Source: documentation of Go's `debug/buildinfo`.
    private static func go(_ section: ArraySlice<UInt8>) -> [InstalledPackage] {
        let bytes = Array(section.prefix(4 << 20))
        guard bytes.count >= 32, bytes.starts(with: magic), bytes[15] & 2 != 0 else { return [] }
        var reader = ByteReader(bytes, at: 32)
        guard let version = reader.string(), let modules = reader.string() else { return [] }
        var packages: [InstalledPackage] = []
        // `go1.22.3 X:boringcrypto`
        let compiler = version.split(separator: " ").first ?? ""
        if compiler.hasPrefix("go1") {
            packages.append(InstalledPackage(.go, "stdlib", String(compiler.dropFirst(2))))
        }
        return packages + goModules(modules)
    }

    /// Lines of `dep PATH VERSION SUM`, of which `=> PATH VERSION` replaces the one
    /// before.
    static func goModules(_ text: String) -> [InstalledPackage] {
        var packages: [InstalledPackage] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count >= 3, fields[2] != "(devel)", fields[2].hasPrefix("v") else {
                continue
            }
            let package = InstalledPackage(.go, String(fields[1]), String(fields[2]))
            switch fields[0] {
            case "mod", "dep": packages.append(package)
            case "=>":
                if !packages.isEmpty { packages[packages.count - 1] = package }
            default: break
            }
        }
        return packages
    }
}
