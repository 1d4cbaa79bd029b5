// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Layers that were read once, kept in a folder by their digest.
///
/// Beyond ``limit`` layers the oldest go. What cannot be read is read from the
/// image again.
package struct LayerMemory: Sendable {
    /// Some 100 KB each.
    private static let limit = 2000

    private let folder: String

    /// - Throws: ``VulnerabilityError`` `file` when the folder cannot be made.
    package init(folder: String) throws {
        try Files.makeFolder(folder)
        self.folder = folder
    }

    /// Nil when the layer is not remembered.
    package func layer(_ digest: String) -> LayerInventory? {
        guard let path = path(digest),
            let bytes = try? Files.contents(of: path, limit: 256 << 20)
        else { return nil }
        return LayerInventory(bytes: bytes)
    }

    /// - Throws: ``VulnerabilityError`` `file`
    package func remember(_ layers: [String: LayerInventory]) throws {
        for (digest, layer) in layers {
            guard let path = path(digest) else { continue }
            try Files.replace(path, with: layer.bytes, outliving: .process)
        }
        forgetOldest()
    }

    private func forgetOldest() {
        let names = Files.names(in: folder)
        guard names.count > Self.limit else { return }
        let dated = names.map { (Files.modified(folder + "/" + $0) ?? 0, $0) }
        for (_, name) in dated.sorted(by: <).prefix(names.count - Self.limit) {
            Files.remove(folder + "/" + name)
        }
    }

    /// Nil for what is no digest: it names a file.
    private func path(_ digest: String) -> String? {
        let parts = digest.split(separator: ":")
        guard parts.count == 2, parts[0] == "sha256", parts[1].utf8.count == 64,
            parts[1].utf8.allSatisfy({ $0.isDigit || ($0 >= 0x61 && $0 <= 0x66) })
        else { return nil }
        return "\(folder)/\(parts[1])"
    }
}
