// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient
import EventModel
import NIOCore

/// Reads the packages of a container: its image's, and those that came since it was
/// made.
///
/// Each changed file that tells of some is asked for by itself. Nothing is executed in the container.
/// Source: Docker Engine API v1.41, `/containers/{id}/changes`, `/containers/{id}/archive`.
package struct ContainerScanner: Sendable {
    /// What the container's own layer is called among its image's digests.
    package static let layerName = "container"
    /// Bytes of programs of one container.
    private static let programBytes: Int64 = 1 << 30

    private let limits: ArchiveLimits
    private let images: ImageScanner

    package init(_ limits: ArchiveLimits, memory: LayerMemory?) {
        self.limits = limits
        images = ImageScanner(limits, memory: memory)
    }

    /// What a container has of its own.
    ///
    /// - Throws: `DockerError`; `notFound` when it is gone.
    package func layer(of id: String, on engine: DockerClient) async throws -> ContainerLayer {
        ContainerLayer(try await engine.fileChanges(of: id))
    }

    /// What tells one state of the own layer's packages from another.
    ///
    /// - Throws: `DockerError`
    package func mark(
        of layer: ContainerLayer,
        in id: String,
        on engine: DockerClient
    ) async throws -> String {
        var text = (layer.files + layer.programs + ["-"] + layer.removed).joined(separator: "\n")
        for path in layer.databases {
            let status = try await engine.fileStatus("/" + path, in: id)
            text += "\n\(path) \(status?.size ?? 0) \(status?.modified ?? "")"
        }
        return id + " " + String(PathHash.of(text), radix: 16)
    }

    /// The packages of a container; those that came since it was made are of the layer
    /// ``layerName``, the last.
    ///
    /// - Throws: ``VulnerabilityError``; `DockerError` when the engine fails.
    package func scan(
        _ container: ContainerSummary,
        on engine: DockerClient,
        progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws -> ImageInventory {
        let layer = try await layer(of: container.id, on: engine)
        let (image, layers) = try await images.read(
            container.imageID,
            of: engine,
            progress: progress
        )
        let own = try await read(layer, of: container.id, on: engine)
        var inventory = ImageInventory(
            id: image.id,
            names: ["\(container.name) (container of \(image.title))"] + image.names,
            layers: image.layers + [Self.layerName],
            inventories: layers + [own]
        )
        inventory.architecture = image.architecture
        return inventory
    }

    private func read(
        _ layer: ContainerLayer,
        of id: String,
        on engine: DockerClient
    ) async throws -> LayerInventory {
        var scanner = LayerScanner(limits)
        for path in layer.files {
            scanner = try await read(path, of: id, on: engine, into: scanner)
        }
        var rest = Self.programBytes
        for path in layer.programs {
            guard let status = try await known({ try await engine.fileStatus("/" + path, in: id) }),
                status.mode & 0o111 != 0, status.size >= 4096
            else { continue }
            rest -= status.size
            guard rest > 0 else { break }
            scanner = try await read(path, of: id, on: engine, into: scanner)
        }
        scanner.finish()
        var inventory = scanner.inventory
        inventory.removed += layer.removed
        inventory.notes += layer.notes
        if rest <= 0 {
            inventory.notes.append(
                "not all programs of the container were read: they are too large"
            )
        }
        return inventory
    }

    private func read(
        _ path: String,
        of id: String,
        on engine: DockerClient,
        into scanner: LayerScanner
    ) async throws -> LayerScanner {
        var visitor = PlacedVisitor(scanner: scanner, path: path)
        var reader = TarReader(limits)
        _ = try await known {
            try await engine.readArchive("/" + path, of: id) { piece in
                try piece.withUnsafeReadableBytes { bytes in
                    let elements = bytes.bindMemory(to: UInt8.self)
                    try reader.feed(elements.span, to: &visitor)
                }
            }
        }
        return visitor.scanner
    }

    /// Nil for a file that went away meanwhile.
    private func known<Value>(_ body: () async throws -> Value?) async throws -> Value? {
        do {
            return try await body()
        } catch let error as DockerError where error.code == .notFound {
            return nil
        }
    }
}

/// Gives the one file of an archive the path that it has in the container.
private struct PlacedVisitor: TarVisitor {
    var scanner: LayerScanner
    let path: String

    mutating func begin(_ entry: TarEntry) throws -> Bool {
        guard entry.kind == .file else { return false }
        return try scanner.begin(
            TarEntry(kind: .file, path: path, mode: entry.mode, size: entry.size)
        )
    }

    mutating func body(_ bytes: Span<UInt8>) throws { try scanner.body(bytes) }

    mutating func end() throws { try scanner.end() }
}
