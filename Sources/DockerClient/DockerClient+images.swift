// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
package import NIOCore

/// An image, inspected.
package struct ImageDetails: Sendable, Hashable {
    /// As `sha256:…`.
    package let id: String
    /// `nginx:latest`; empty for an image that lost its tag.
    package let tags: [String]
    /// Digests of the layers, unpacked, the lowest first.
    package let layers: [String]
    /// `amd64`; empty when not told.
    package let architecture: String
    /// Bytes of all layers; 0 when not told.
    package let size: Int64
}

extension DockerClient {
    /// An image with its layers, by id or reference.
    ///
    /// Source: Docker Engine API v1.41, `/images/{name}/json`, `RootFS.Layers`.
    /// - Throws: ``DockerError``; `notFound` when it is gone.
    package func imageDetails(_ id: String) async throws -> ImageDetails {
        let answer = try await answer(
            to: "/images/\(DockerEndpoint.percentEncoded(id))/json",
            doing: "inspect image \(id.prefix(200))"
        )
        do {
            let image = try EngineJSON.decode(LayeredImage.self, from: answer.body)
            return ImageDetails(
                id: image.Id ?? "",
                tags: image.RepoTags ?? [],
                layers: image.RootFS?.Layers ?? [],
                architecture: image.Architecture ?? "",
                size: image.Size ?? 0
            )
        } catch {
            throw DockerError(
                .badResponse,
                "cannot inspect image \(id.prefix(200)): the answer of the docker engine at "
                    + "\(endpoint) is not the json of the docker api; check what listens there",
                endpoint: endpoint.description,
                cause: error
            )
        }
    }

    /// An image as a tar of its layers, piece by piece.
    ///
    /// Source: Docker Engine API v1.41, `/images/{name}/get`.
    /// - Throws: ``DockerError``; what `body` throws, which ends the export.
    package func exportImage(
        _ id: String,
        to body: (ByteBuffer) async throws -> Void
    ) async throws {
        let task = "export image \(id.prefix(200))"
        let response = try await response(
            to: "/images/\(DockerEndpoint.percentEncoded(id))/get",
            doing: task
        )
        try await pass(response, doing: task, to: body)
    }

    /// Hands an answer's body on, piece by piece.
    func pass(
        _ response: HTTPClientResponse,
        doing task: String,
        to body: (ByteBuffer) async throws -> Void
    ) async throws {
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try await pieces.next()
            } catch {
                throw DockerError(error, doing: task, at: endpoint)
            }
            guard let piece else { return }
            try await body(piece)
        }
    }

    private struct LayeredImage: Decodable {
        let Id: String?
        let RepoTags: [String]?
        let RootFS: Layers?
        let Architecture: String?
        let Size: Int64?

        struct Layers: Decodable {
            let Layers: [String]?
        }
    }
}
