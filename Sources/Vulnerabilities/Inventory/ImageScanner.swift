// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient
import EventModel
import NIOCore

/// Reads the packages of an engine's images through its API alone: nothing is
/// executed, nothing unpacked.
package struct ImageScanner: Sendable {
    private let limits: ArchiveLimits
    private let memory: LayerMemory?

    /// `memory`: where layers are remembered; nil for nowhere.
    package init(_ limits: ArchiveLimits, memory: LayerMemory?) {
        self.limits = limits
        self.memory = memory
    }

    /// The packages of an image, by id or reference.
    ///
    /// `progress`: told the bytes that came so far, and of about how many.
    /// - Throws: ``VulnerabilityError``; `DockerError` when the engine fails.
    package func scan(
        _ reference: String,
        of engine: DockerClient,
        progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws -> ImageInventory {
        try await read(reference, of: engine, progress: progress).image
    }

    /// The same, with what each layer holds, the lowest first.
    func read(
        _ reference: String,
        of engine: DockerClient,
        progress: (_ done: Int64, _ total: Int64) -> Void
    ) async throws -> (image: ImageInventory, layers: [LayerInventory]) {
        let details = try await engine.imageDetails(reference)
        if let known = remembered(details) { return known }
        let memory = memory
        var archive = ImageArchive(limits) { memory?.layer($0) }
        var done: Int64 = 0
        try await engine.exportImage(details.id) { piece in
            done += Int64(piece.readableBytes)
            try piece.withUnsafeReadableBytes { bytes in
                let elements = bytes.bindMemory(to: UInt8.self)
                let span = elements.span
                try archive.feed(span)
            }
            progress(done, max(done, details.size))
        }
        var (image, layers) = try archive.finish()
        try memory?.remember(layers)
        image.id = details.id
        image.names = details.tags.isEmpty ? image.names : details.tags
        return (image, image.layers.compactMap { layers[$0] })
    }

    /// The image when all its layers are remembered.
    private func remembered(_ details: ImageDetails) -> (
        image: ImageInventory, layers: [LayerInventory]
    )? {
        guard let memory, !details.layers.isEmpty else { return nil }
        var layers: [LayerInventory] = []
        for digest in details.layers {
            guard let layer = memory.layer(digest) else { return nil }
            layers.append(layer)
        }
        var image = ImageInventory(
            id: details.id,
            names: details.tags,
            layers: details.layers,
            inventories: layers
        )
        image.architecture = details.architecture
        return (image, layers)
    }
}
