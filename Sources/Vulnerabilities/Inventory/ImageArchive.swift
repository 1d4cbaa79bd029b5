// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel

/// Reads an image as the engine exports it, as it arrives: a tar of layers, a
/// configuration and a manifest that names both.
///
/// ```
/// Docker 25 and newer   blobs/sha256/HEX for all, index.json, manifest.json
/// older                 ID/layer.tar, HEX.json, manifest.json, links among layers
/// ```
/// Source: Docker Engine API v1.41 and v1.47, `/images/{name}/get`; OCI image
/// specification 1.1, image-layout.md.
package struct ImageArchive {
    private var reader: TarReader
    private var visitor: Visitor

    /// `known`: a layer that is remembered, by the digest of what it
    ///   holds unpacked.
    package init(_ limits: ArchiveLimits, known: @escaping (String) -> LayerInventory?) {
        var outer = limits
        outer.layerBytes = limits.layerBytes * 4
        reader = TarReader(outer)
        visitor = Visitor(limits, known)
    }

    /// Takes the next piece.
    ///
    /// - Throws: ``VulnerabilityError``
    package mutating func feed(_ bytes: Span<UInt8>) throws {
        try reader.feed(bytes, to: &visitor)
    }

    /// The image, and the layers to remember by their digest.
    ///
    /// - Throws: ``VulnerabilityError`` `damaged-archive` when the export ended
    ///   early; `bad-image` when it does not name its layers.
    package consuming func finish() throws -> (
        image: ImageInventory, layers: [String: LayerInventory]
    ) {
        guard reader.isComplete else {
            throw TarHeader.damaged("the engine's export ended in the middle of a file")
        }
        guard let manifest = visitor.document("manifest.json")?.elements.first,
            let configPath = manifest["Config"]?.text,
            let config = visitor.document(configPath)
        else {
            throw VulnerabilityError(
                .badImage,
                "the export has no manifest.json with a configuration"
            )
        }
        let paths = manifest["Layers"]?.texts ?? []
        let digests = config["rootfs"]?["diff_ids"]?.texts ?? []
        guard paths.count == digests.count else {
            throw VulnerabilityError(
                .badImage,
                "the export names \(paths.count) layers and \(digests.count) digests of layers"
            )
        }
        var layers: [String: LayerInventory] = [:]
        for (path, digest) in zip(paths, digests) {
            guard let layer = visitor.layer(path, digest) else {
                throw VulnerabilityError(.badImage, "the export lacks the layer \(path)")
            }
            layers[digest] = layer
        }
        var image = ImageInventory(
            id: Self.id(configPath),
            names: manifest["RepoTags"]?.texts ?? [],
            layers: digests,
            inventories: digests.compactMap { layers[$0] }
        )
        image.architecture = config["architecture"]?.text ?? ""
        return (image, layers)
    }

    /// `blobs/sha256/HEX` or `HEX.json`.
    private static func id(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return "sha256:" + name.prefix { $0 != "." }
    }

    /// Follows the export's own members.
    private struct Visitor: TarVisitor {
        private enum Open {
            case document(path: String)
            /// By its first bytes it becomes a document or a layer.
            case undecided(path: String)
            case layer(path: String, LayerDecompressor)
        }

        private let limits: ArchiveLimits
        private let known: (String) -> LayerInventory?
        private var open: Open?
        private var head: [UInt8] = []
        private var layerReader: TarReader
        private var scanner: LayerScanner
        private var documents: [String: [UInt8]] = [:]
        private var documentBytes = 0
        private var layers: [String: LayerInventory] = [:]
        private var links: [String: String] = [:]

        private static let documentLimit = 8 << 20
        private static let documentsLimit = 64 << 20

        init(_ limits: ArchiveLimits, _ known: @escaping (String) -> LayerInventory?) {
            self.limits = limits
            self.known = known
            layerReader = TarReader(limits)
            scanner = LayerScanner(limits)
        }

        func document(_ path: String) -> JSONNode? {
            documents[path].flatMap { JSONNode($0) }
        }

        func layer(_ path: String, _ digest: String) -> LayerInventory? {
            layers[path] ?? links[path].flatMap { layers[$0] } ?? known(digest)
        }

        mutating func begin(_ entry: TarEntry) throws -> Bool {
            let path = entry.path
            switch entry.kind {
            case .file: break
            case .symbolicLink(let target):
                links[path] = Self.resolved(target, in: entry.folder)
                return false
            case .hardLink(let target):
                links[path] = target
                return false
            case .folder, .other: return false
            }
            if path.hasSuffix(".json") || path.hasSuffix("/json") {
                guard entry.size <= Self.documentLimit else { return false }
                open = .document(path: path)
            } else if path.hasSuffix("layer.tar") {
                startLayer(path)
            } else if path.hasPrefix("blobs/") {
                let digest = "sha256:" + entry.name
                if known(digest) != nil { return false }
                open = .undecided(path: path)
            } else {
                return false
            }
            head = []
            return true
        }

        mutating func body(_ bytes: Span<UInt8>) throws {
            switch open {
            case .document(let path):
                head.append(span: bytes)
                guard head.count <= Self.documentLimit else {
                    throw TarReader.excessive("\(path) has more than \(Self.documentLimit) bytes")
                }
            case .undecided(let path):
                if bytes[0] == UInt8(ascii: "{") || bytes[0] == UInt8(ascii: "[") {
                    open = .document(path: path)
                } else {
                    startLayer(path)
                }
                try body(bytes)
            case .layer(_, let decompressor): try feed(bytes, decompressor)
            case nil: break
            }
        }

        mutating func end() throws {
            defer { open = nil }
            switch open {
            case .document(let path):
                documentBytes += head.count
                guard documentBytes <= Self.documentsLimit else {
                    throw TarReader.excessive("its documents have too many bytes")
                }
                documents[path] = head
            case .layer(let path, let decompressor):
                var (reader, scanner) = (layerReader, scanner)
                try decompressor.finish { try reader.feed($0, to: &scanner) }
                guard reader.isComplete else {
                    throw TarHeader.damaged("the layer \(path) ends in the middle of a file")
                }
                scanner.finish()
                layers[path] = scanner.inventory
                self.scanner = LayerScanner(limits)
            case .undecided, nil: break
            }
        }

        private mutating func startLayer(_ path: String) {
            open = .layer(path: path, LayerDecompressor(limits))
            layerReader = TarReader(limits)
            scanner = LayerScanner(limits)
        }

        private mutating func feed(_ bytes: Span<UInt8>, _ decompressor: LayerDecompressor) throws {
            try decompressor.feed(bytes) { try layerReader.feed($0, to: &scanner) }
        }

        /// `../OTHER/layer.tar` in the folder of a layer.
        private static func resolved(_ target: String, in folder: Substring) -> String {
            var parts = folder.split(separator: "/")
            for part in target.split(separator: "/") {
                if part == ".." {
                    if !parts.isEmpty { parts.removeLast() }
                } else if part != "." {
                    parts.append(part)
                }
            }
            return parts.joined(separator: "/")
        }
    }
}
