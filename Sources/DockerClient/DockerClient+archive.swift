// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import NIOHTTP1
package import NIOCore

/// A file in a container, as far as the engine tells without reading it.
package struct FileStatus: Sendable, Hashable {
    /// With Go's bits for its type.
    package let mode: UInt32
    /// Bytes.
    package let size: Int64
    /// When it was last written, RFC 3339; empty when not told.
    package let modified: String
}

/// Files of containers; source: Docker Engine API v1.41, `/containers/{id}/archive`.
extension DockerClient {
    /// A file's mode, size and time; nil when the engine does not tell (`HEAD`).
    ///
    /// - Throws: ``DockerError``; `notFound` when there is no such file.
    package func fileStatus(_ path: String, in id: String) async throws -> FileStatus? {
        let answer = try await answer(
            to: Self.archive(path, id),
            Order(method: .HEAD),
            doing: "look at a file of container \(id.prefix(64))"
        )
        guard let text = answer.headers.first(name: "X-Docker-Container-Path-Stat"),
            let data = Data(base64Encoded: text)
        else { return nil }
        struct Told: Decodable {
            let mode: UInt32?
            let size: Int64?
            let mtime: String?
        }
        // What is not understood is not told.
        guard let told = try? EngineJSON.decode(Told.self, from: Array(data)), let mode = told.mode
        else { return nil }
        return FileStatus(mode: mode, size: told.size ?? 0, modified: told.mtime ?? "")
    }

    /// The mode of a file in a container, with Go's bits for its type; nil when the
    /// engine does not tell.
    ///
    /// - Throws: ``DockerError``; `notFound` when there is no such file.
    package func fileMode(_ path: String, in id: String) async throws -> UInt32? {
        try await fileStatus(path, in: id)?.mode
    }

    /// A file, or a folder with all in it, as a tar, piece by piece (`GET`).
    ///
    /// - Throws: ``DockerError``; what `body` throws, which ends it.
    package func readArchive(
        _ path: String,
        of id: String,
        to body: (ByteBuffer) async throws -> Void
    ) async throws {
        let task = "read a file of container \(id.prefix(64))"
        let response = try await response(to: Self.archive(path, id), doing: task)
        try await pass(response, doing: task, to: body)
    }

    private static func archive(_ path: String, _ id: String) -> String {
        "/containers/\(DockerEndpoint.percentEncoded(id))/archive"
            + "?path=\(DockerEndpoint.percentEncoded(path))"
    }
}
