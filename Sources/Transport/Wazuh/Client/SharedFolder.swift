// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The files that an agent has from its manager; all of it blocks.
///
/// Source: around-the-engine.md §5.9.
struct SharedFolder: Sendable {
    private static let sizeLimit = 16 << 20

    let path: String

    private var merged: String { "\(path)/\(SharedBundle.name)" }

    /// What was received last; nil when nothing was.
    func bundle() -> SharedBundle? {
        guard let bytes = try? SmallFile.read(merged, limit: Self.sizeLimit) else { return nil }
        return SharedBundle(bytes: bytes)
    }

    /// MD5 of `agent.conf`; empty when there is none.
    func configurationSum() -> String {
        guard let bytes = try? SmallFile.read(path + "/agent.conf", limit: Self.sizeLimit) else {
            return ""
        }
        return String(decoding: HexDigest.md5(bytes), as: UTF8.self)
    }

    /// Puts the files of a bundle in place, and removes all others.
    ///
    /// - Throws: ``TransportError`` `keyFile`, also when the bundle is damaged.
    func unpack(_ bundle: SharedBundle) throws {
        guard let files = bundle.files else {
            throw TransportError(.keyFile, "what the manager sent as merged.mg is damaged")
        }
        try SmallFile.makeFolder(path)
        for file in files {
            try SmallFile.replace("\(path)/\(file.name)", with: file.bytes, mode: 0o640)
        }
        let wanted = Set(files.map(\.name) + [SharedBundle.name])
        for name in SmallFile.names(in: path) where !wanted.contains(name) {
            // A folder stays, and what cannot be removed is not read.
            unlink("\(path)/\(name)")
        }
        try SmallFile.replace(merged, with: bundle.bytes, mode: 0o640)
    }
}
