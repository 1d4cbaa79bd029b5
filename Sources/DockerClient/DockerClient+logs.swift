// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Which part of a container's log is asked for.
package struct ContainerLogRequest: Sendable, Hashable {
    /// How the engine sends the log of this container.
    package enum Framing: Sendable, Hashable {
        /// With a header before each piece: a container without a terminal.
        case multiplexed
        /// As it was written: ``ContainerDetails/isTTY``.
        case raw
    }

    /// What to do at the end of what is there.
    package enum End: Sendable, Hashable {
        case stop
        /// Wait for more, until the container stops.
        case follow
    }

    /// Id or name.
    package var container: String
    package var framing: Framing
    package var end: End
    /// Nil for all; the engine compares with its own time stamps.
    package var since: EngineTime?
    /// Nil for no end; as ``since``.
    package var until: EngineTime?
    /// At most so many of the last lines; nil for all.
    package var lastLines: UInt?
    /// Whether the engine puts its RFC 3339 time and a blank before each line.
    package var hasTimestamps: Bool

    package init(
        container: String,
        framing: Framing,
        end: End,
        since: EngineTime?,
        lastLines: UInt?,
        hasTimestamps: Bool
    ) {
        self.container = container
        self.framing = framing
        self.end = end
        self.since = since
        self.lastLines = lastLines
        self.hasTimestamps = hasTimestamps
    }

    /// Source: Docker Engine API v1.41, `/containers/{id}/logs`.
    var path: String {
        var path = "/containers/\(DockerEndpoint.percentEncoded(container))/logs?stdout=1&stderr=1"
        path += end == .follow ? "&follow=1" : "&follow=0"
        path += hasTimestamps ? "&timestamps=1" : "&timestamps=0"
        path += "&tail=" + (lastLines.map { String($0) } ?? "all")
        if let since { path += "&since=" + since.parameter }
        if let until { path += "&until=" + until.parameter }
        return path
    }
}

/// A container's log, in batches: what one read brought.
///
/// Ends when the log does, or the container while it is followed. Iterating
/// throws ``DockerError``. One iterator.
package struct ContainerLogStream: AsyncSequence, Sendable {
    fileprivate let body: HTTPClientResponse.Body
    fileprivate let framing: ContainerLogRequest.Framing
    fileprivate let frameLimit: Int
    fileprivate let endpoint: DockerEndpoint

    package func makeAsyncIterator() -> Iterator {
        Iterator(
            chunks: body.makeAsyncIterator(),
            framing: framing,
            demuxer: LogFrameDemuxer(frameLimit: frameLimit),
            endpoint: endpoint
        )
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var chunks: HTTPClientResponse.Body.AsyncIterator
        fileprivate let framing: ContainerLogRequest.Framing
        fileprivate var demuxer: LogFrameDemuxer
        fileprivate let endpoint: DockerEndpoint

        /// The next batch, which is never empty; nil at the end.
        package mutating func next() async throws -> [LogFrame]? {
            do {
                while let chunk = try await chunks.next() {
                    let frames = try read(chunk)
                    if !frames.isEmpty { return frames }
                }
            } catch {
                throw DockerError(error, doing: "read a container's log", at: endpoint)
            }
            guard framing == .raw || demuxer.isBetweenFrames else {
                throw failure(.streamEnded, "the log ends within a frame")
            }
            return nil
        }

        private mutating func read(_ chunk: ByteBuffer) throws -> [LogFrame] {
            let bytes = chunk.readableBytesView
            switch framing {
            case .raw:
                return bytes.isEmpty
                    ? [] : [LogFrame(output: .standardOutput, bytes: Array(bytes))]
            case .multiplexed:
                do {
                    return try demuxer.frames(completedBy: bytes)
                } catch {
                    throw failure(
                        .badResponse,
                        "the log has no frame where one should begin "
                            + "(found \(error.header)); does the container have a terminal?"
                    )
                }
            }
        }

        private func failure(
            _ code: DockerError.Code,
            _ text: String,
            cause: (any Error)? = nil
        ) -> DockerError {
            DockerError(
                code,
                "cannot read a container's log: docker engine at \(endpoint): \(text)",
                endpoint: endpoint.description,
                cause: cause
            )
        }
    }
}

extension DockerClient {
    /// Opens a container's log, also of a stopped one, whatever its driver is
    /// as long as the engine can read it back.
    ///
    /// - Throws: ``DockerError``; `notFound` when the container is gone.
    package func logs(_ request: ContainerLogRequest) async throws -> ContainerLogStream {
        let response = try await response(to: request.path, doing: "read a container's log")
        return ContainerLogStream(
            body: response.body,
            framing: request.framing,
            frameLimit: configuration.logFrameLimit,
            endpoint: endpoint
        )
    }
}
