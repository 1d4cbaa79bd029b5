// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// What a line of the event stream turned out to be.
package enum DockerEventLine: Sendable, Hashable {
    case event(DockerEvent)
    /// Not one JSON object: the bytes, and what is wrong with them.
    case malformed([UInt8], JSONSyntaxError)
    /// This many lines were longer than the limit and are lost.
    case dropped(lines: Int)
}

/// The engine's events as they happen, in batches: what one read brought.
///
/// Ends, without an error, when the engine ends the stream in good order.
/// Iterating throws ``DockerError``, most often `streamEnded`. One iterator.
package struct DockerEventStream: AsyncSequence, Sendable {
    fileprivate let body: HTTPClientResponse.Body
    fileprivate let lineLimit: Int
    fileprivate let endpoint: DockerEndpoint

    package func makeAsyncIterator() -> Iterator {
        Iterator(
            chunks: body.makeAsyncIterator(),
            splitter: NDJSONSplitter(lineLimit: lineLimit),
            endpoint: endpoint
        )
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var chunks: HTTPClientResponse.Body.AsyncIterator
        fileprivate var splitter: NDJSONSplitter
        fileprivate let endpoint: DockerEndpoint
        private var hasEnded = false

        fileprivate init(
            chunks: HTTPClientResponse.Body.AsyncIterator,
            splitter: NDJSONSplitter,
            endpoint: DockerEndpoint
        ) {
            self.chunks = chunks
            self.splitter = splitter
            self.endpoint = endpoint
        }

        /// The next batch, which is never empty; nil at the end.
        package mutating func next() async throws -> [DockerEventLine]? {
            while !hasEnded {
                let droppedBefore = splitter.droppedLines
                let lines: [[UInt8]]
                do {
                    if let chunk = try await chunks.next() {
                        lines = splitter.lines(completedBy: chunk.readableBytesView)
                    } else {
                        hasEnded = true
                        lines = splitter.finish().map { [$0] } ?? []
                    }
                } catch {
                    throw DockerError(error, doing: "read events", at: endpoint)
                }
                var batch = lines.map(Self.read)
                let dropped = splitter.droppedLines - droppedBefore
                if dropped > 0 { batch.append(.dropped(lines: dropped)) }
                if !batch.isEmpty { return batch }
            }
            return nil
        }

        private static func read(_ line: [UInt8]) -> DockerEventLine {
            do {
                return .event(try DockerEvent(line: line))
            } catch {
                return .malformed(line, error)
            }
        }
    }
}

extension DockerClient {
    /// Opens the stream of events; when this returns, the engine is sending.
    ///
    /// With `since` the engine first repeats what it remembers (256 events)
    /// from that moment on, the moment included: leave out what was seen.
    /// - Throws: ``DockerError``
    package func events(since: EngineTime?) async throws -> DockerEventStream {
        try await events(query: since.map { "?since=" + $0.parameter } ?? "")
    }

    func events(query: String) async throws -> DockerEventStream {
        let response = try await response(to: "/events" + query, doing: "watch events")
        return DockerEventStream(
            body: response.body,
            lineLimit: configuration.eventLimit,
            endpoint: endpoint
        )
    }

    /// What the engine still remembers of a span of time, both ends included.
    ///
    /// The engine keeps 256 events and forgets them when it ends.
    /// Source: Docker Engine API v1.41, `/events`: with an `until` in the past
    /// the stream ends by itself.
    /// - Throws: ``DockerError``
    package func pastEvents(since: EngineTime, until: EngineTime) async throws -> [DockerEvent] {
        let query = "?since=\(since.parameter)&until=\(until.parameter)"
        let answer = try await answer(to: "/events" + query, doing: "ask for past events")
        var splitter = NDJSONSplitter(lineLimit: configuration.eventLimit)
        var lines = splitter.lines(completedBy: answer.body)
        if let last = splitter.finish() { lines.append(last) }
        // What is no event is no proof of anything here; the stream tells of it.
        return lines.compactMap { try? DockerEvent(line: $0) }
    }
}
