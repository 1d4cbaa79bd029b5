// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A client of one Docker engine.
///
/// Each request has its own connection: an engine that restarts leaves no
/// dead ones behind, and a unix socket's costs some 50 microseconds. After
/// ``ping()`` requests name the negotiated API version in their path; before,
/// they name none, and the engine answers with its newest.
///
/// All failures are ``DockerError``. ``shutdown()`` must be called before the
/// client goes away. Nothing is retried here; a supervisor does that.
package final class DockerClient: Sendable {
    /// The limits of requests; every one is explicit.
    package struct Configuration: Sendable, Hashable {
        /// For the connection, with TLS included.
        package var connectTimeout: Duration
        /// From the start of a request to the end of its answer; for a stream
        /// to its beginning.
        package var requestTimeout: Duration
        /// Bytes of the largest answer that is read whole.
        package var answerLimit: Int
        /// Bytes of the longest event; a longer one is dropped and counted.
        package var eventLimit: Int
        /// Bytes of the longest log frame given out in one piece.
        package var logFrameLimit: Int

        package init(
            connectTimeout: Duration,
            requestTimeout: Duration,
            answerLimit: Int,
            eventLimit: Int,
            logFrameLimit: Int
        ) {
            self.connectTimeout = connectTimeout
            self.requestTimeout = requestTimeout
            self.answerLimit = answerLimit
            self.eventLimit = eventLimit
            self.logFrameLimit = logFrameLimit
        }

        /// 5 s to connect, 30 s for an answer of at most 32 MiB, events up to
        /// 1 MiB, log frames up to 256 KiB.
        package static let standard = Configuration(
            connectTimeout: .seconds(5),
            requestTimeout: .seconds(30),
            answerLimit: 32 << 20,
            eventLimit: 1 << 20,
            logFrameLimit: 256 << 10
        )
    }

    package let endpoint: DockerEndpoint
    package let configuration: Configuration

    private let http: HTTPClient
    private let state = Mutex(State())

    private struct State {
        var negotiatedVersion: APIVersion?
        var isShutDown = false
    }

    /// Connects to nothing yet.
    ///
    /// - Throws: ``DockerError`` `tls` when a certificate cannot be read.
    package init(endpoint: DockerEndpoint, configuration: Configuration) throws {
        var settings = HTTPClient.Configuration()
        settings.tlsConfiguration = try endpoint.tls?.configuration(for: endpoint)
        settings.redirectConfiguration = .disallow
        settings.timeout.connect = TimeAmount(configuration.connectTimeout)
        settings.httpVersion = .http1Only
        settings.maximumUsesPerConnection = 1
        // Each followed log holds a connection; the default of 8 would starve
        // all other requests on a machine with eight containers.
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 4096
        // A refused connection is news for the supervisor, not a thing to wait on.
        settings.connectionPool.retryConnectionEstablishment = false
        self.endpoint = endpoint
        self.configuration = configuration
        // The process's own group, which outlives every stream that somebody
        // may still hold after the shutdown.
        http = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: settings
        )
    }

    /// Ends all requests and streams; calling it again does nothing.
    package func shutdown() async {
        let isFirst = state.withLock { state in
            defer { state.isShutDown = true }
            return !state.isShutDown
        }
        guard isFirst else { return }
        // Fails only when the client was shut down before, which it was not.
        try? await http.shutdown().get()
    }

    /// The API version that requests name; nil before ``ping()``.
    package var negotiatedVersion: APIVersion? { state.withLock { $0.negotiatedVersion } }

    /// Remembers the newest version that both sides know.
    func negotiate(engine: APIVersion?) -> APIVersion? {
        let negotiated = engine.map { min($0, .newestKnown) }
        state.withLock { $0.negotiatedVersion = negotiated }
        return negotiated
    }

    /// An answer read whole.
    struct Answer: Sendable {
        let headers: HTTPHeaders
        let body: [UInt8]
    }

    /// What the engine is to do.
    struct Order: Sendable {
        var method = HTTPMethod.GET
        /// JSON; nil for none.
        var body: [UInt8]?

        static let get = Order()
    }

    /// Asks for `path`, which begins with a slash, and reads the answer whole.
    ///
    /// - Throws: ``DockerError``, also for a status other than success.
    func answer(
        to path: String,
        _ order: Order = .get,
        doing task: String
    ) async throws -> Answer {
        let limit = configuration.answerLimit
        let endpoint = endpoint
        do {
            return try await within(
                configuration.requestTimeout,
                else: HTTPClientError.deadlineExceeded
            ) {
                let response = try await self.response(to: path, order, doing: task)
                var body: [UInt8] = []
                for try await chunk in response.body {
                    guard body.count + chunk.readableBytes <= limit else {
                        throw NIOTooManyBytesError(maxBytes: limit)
                    }
                    body.append(contentsOf: chunk.readableBytesView)
                }
                return Answer(headers: response.headers, body: body)
            }
        } catch {
            throw DockerError(error, doing: task, at: endpoint)
        }
    }

    /// Asks for `path` and gives the answer when its head has come.
    ///
    /// - Throws: ``DockerError``, also for a status other than success.
    func response(
        to path: String,
        _ order: Order = .get,
        doing task: String
    ) async throws -> HTTPClientResponse {
        guard !state.withLock({ $0.isShutDown }) else {
            throw DockerError(CancellationError(), doing: task, at: endpoint)
        }
        let prefix = negotiatedVersion.map { "/v\($0)" } ?? ""
        var request = HTTPClientRequest(url: endpoint.urlPrefix + prefix + path)
        // A unix socket's path is no host: the engine answers 400 to it.
        if case .unix = endpoint.address {
            request.headers.replaceOrAdd(name: "Host", value: "docker")
        }
        request.headers.replaceOrAdd(name: "User-Agent", value: "jaga")
        request.method = order.method
        if let body = order.body {
            request.headers.replaceOrAdd(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        do {
            let deadline = NIODeadline.now() + TimeAmount(configuration.requestTimeout)
            let response = try await http.execute(request, deadline: deadline)
            guard (200..<300).contains(response.status.code) else {
                let body = try await self.errorBody(of: response)
                throw DockerError(
                    status: response.status.code,
                    body: body,
                    doing: task,
                    at: endpoint
                )
            }
            return response
        } catch {
            throw DockerError(error, doing: task, at: endpoint)
        }
    }

    /// The first 64 KiB of an error's body, within the limit of a request.
    private func errorBody(of response: HTTPClientResponse) async throws -> [UInt8] {
        try await within(configuration.requestTimeout, else: HTTPClientError.deadlineExceeded) {
            var body: [UInt8] = []
            for try await chunk in response.body {
                body.append(contentsOf: chunk.readableBytesView)
                if body.count >= 64 << 10 { break }
            }
            return body
        }
    }
}
