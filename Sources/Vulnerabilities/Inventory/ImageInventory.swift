// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// The packages of an image, and where they come from.
package struct ImageInventory: Sendable, Hashable {
    /// Such as `sha256:…`.
    package var id: String
    /// `nginx:latest`; empty for an image without a tag.
    package var names: [String]
    package var architecture = ""
    /// Digests of the layers, unpacked, the lowest first.
    package var layers: [String]
    /// Nil when the image says nothing of a distribution.
    package var release: SystemRelease?
    /// By kind, name and version.
    package var packages: [InstalledPackage]
    /// What could not be read, and why; for people.
    package var notes: [String]

    package init(id: String, names: [String], layers: [String], inventories: [LayerInventory]) {
        self.id = id
        self.names = names
        self.layers = layers
        var files: [String: LayerInventory.File] = [:]
        var releases: [String: SystemRelease] = [:]
        for (index, layer) in inventories.enumerated() {
            Self.hide(&files, below: layer)
            Self.hide(&releases, below: layer)
            for file in layer.files {
                files[file.path] = Self.placed(file, index, files[file.path])
            }
            releases.merge(layer.releases) { _, new in new }
        }
        release = releases["etc/os-release"] ?? releases["usr/lib/os-release"]
        notes = inventories.flatMap(\.notes)
        packages = files.values.flatMap(\.packages).sorted(by: Self.isBefore)
    }

    /// What to call it: its first name, or the front of its id.
    package var title: String {
        names.first ?? String(id.drop { $0 != ":" }.dropFirst().prefix(12))
    }

    /// Takes away what a layer hides of those below it, but for databases that it
    /// replaces: of these it is looked at what is new.
    private static func hide<Value>(_ files: inout [String: Value], below layer: LayerInventory) {
        let replaced = Set(layer.files.map(\.path))
        files = files.filter { path, _ in
            if layer.removed.contains(where: { path == $0 || path.hasPrefix($0 + "/") }) {
                return false
            }
            if layer.opaque.contains(where: { $0.isEmpty || path.hasPrefix($0 + "/") }) {
                return false
            }
            return replaced.contains(path) || !isReplaced(path, by: layer)
        }
    }

    /// Whether the layer has something else at the path, or a file in place of a
    /// folder above it.
    private static func isReplaced(_ path: String, by layer: LayerInventory) -> Bool {
        var rest = path[...]
        while true {
            if layer.has(rest) { return true }
            guard let slash = rest.lastIndex(of: "/") else { return false }
            rest = rest[..<slash]
        }
    }

    /// A file's packages with the layer that brought them: an older one where the
    /// file below already had the same.
    private static func placed(
        _ file: LayerInventory.File,
        _ layer: Int,
        _ below: LayerInventory.File?
    ) -> LayerInventory.File {
        var older: [String: Int] = [:]
        for package in below?.packages ?? [] {
            older["\(package.name) \(package.version) \(package.architecture)"] = package.layer
        }
        let packages = file.packages.map { package in
            var package = package
            let key = "\(package.name) \(package.version) \(package.architecture)"
            package.layer = older[key] ?? layer
            return package
        }
        return LayerInventory.File(path: file.path, packages: packages)
    }

    private static func isBefore(_ left: InstalledPackage, _ right: InstalledPackage) -> Bool {
        (left.kind.rawValue, left.name, left.version, left.path)
            < (right.kind.rawValue, right.name, right.version, right.path)
    }
}
