// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Sends requests of one output: to checked addresses, without redirects, within limits.
final class HTTPDelivery: Sendable {
    struct Request: Sendable {
        /// Behind the endpoint's own path.
        var suffix = ""
        var type: String
        var headers: [(String, String)] = []
        var body: [UInt8]
    }

    struct Answer: Sendable {
        let status: Int
        let retryAfterSeconds: Int?
        let body: [UInt8]
    }

    private struct State {
        var addresses: [String] = []
        var client: HTTPClient?
        var isShut = false
    }

    private static let answerLimit = 4 << 20

    private let endpoint: HTTPEndpoint
    private let environment: [String: String]
    private let resolve: @Sendable (String) throws -> [String]
    private let state = Mutex(State())

    init(
        _ endpoint: HTTPEndpoint,
        environment: [String: String],
        resolve: @escaping @Sendable (String) throws -> [String]
    ) {
        self.endpoint = endpoint
        self.environment = environment
        self.resolve = resolve
    }

    /// The endpoint as it may be shown.
    var shown: String {
        // What is wrong with it is said when it is used.
        (try? HTTPTarget(endpoint.url.value(environment)).shown) ?? "(no usable URL)"
    }

    /// Sends a request and reads its answer, whatever its status.
    ///
    /// - Throws: ``OutputError`` `secret`, `address`, `connection`.
    func send(_ request: Request) async throws -> Answer {
        let (endpoint, environment, resolve) = (endpoint, environment, resolve)
        let (target, addresses, headers) = try await BlockingWork.run {
            let target = try HTTPTarget(endpoint.url.value(environment))
            let headers = try endpoint.headers.map { ($0.name, try $0.value.value(environment)) }
            return (target, try Self.checked(target, endpoint, resolve), headers)
        }
        let client = try await client(for: target, addresses)
        var message = HTTPClientRequest(url: target.url(adding: request.suffix))
        message.method = .POST
        message.headers.add(name: "Content-Type", value: request.type)
        message.headers.add(name: "User-Agent", value: "Jaga")
        for (name, value) in request.headers + headers {
            message.headers.replaceOrAdd(name: name, value: value)
        }
        message.body = .bytes(ByteBuffer(bytes: request.body))
        do {
            let deadline = NIODeadline.now() + .seconds(Int64(endpoint.timeoutSeconds))
            let response = try await client.execute(message, deadline: deadline)
            let content = try await response.body.collect(upTo: Self.answerLimit)
            let (status, body) = (Int(response.status.code), [UInt8](content.readableBytesView))
            return Answer(
                status: status,
                retryAfterSeconds: Answer.retryAfterSeconds(
                    response.headers.first(name: "Retry-After"),
                    status,
                    body
                ),
                body: body
            )
        } catch let error as CancellationError {
            throw error
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw OutputError(.connection, "cannot reach \(target.shown): \(Self.words(error))")
        }
    }

    /// Ends all connections.
    func shutdown() async {
        let client = state.withLock { state in
            state.isShut = true
            return state.client.take()
        }
        // Fails only for one that was shut down before.
        try? await client?.shutdown()
    }

    /// The addresses that may be used for a target.
    ///
    /// - Throws: ``OutputError`` `address`.
    static func checked(
        _ target: HTTPTarget,
        _ endpoint: HTTPEndpoint,
        _ resolve: (String) throws -> [String]
    ) throws -> [String] {
        guard !target.isPlain || endpoint.allowsPlain else {
            throw OutputError(
                .address,
                "\(target.shown) is not encrypted: use https://, or write <allow_http>yes"
            )
        }
        let found = try resolve(target.host)
        if InternalAddress.isAddress(target.host) { return found }
        let usable = found.filter { endpoint.allowsInternal || !InternalAddress.contains($0) }
        guard !usable.isEmpty else {
            throw OutputError(
                .address,
                "\(target.host) leads to the internal address \(found.first ?? "-"):"
                    + " write <allow_internal>yes when that is meant"
            )
        }
        return usable
    }

    /// The client of the first address; it is kept while that address is good.
    private func client(
        for target: HTTPTarget,
        _ addresses: [String]
    ) async throws -> HTTPClient {
        let fresh = try Self.client(endpoint, target.host, addresses[0])
        let (used, unused, isShut) = state.withLock { state -> (HTTPClient, HTTPClient?, Bool) in
            if state.isShut { return (fresh, fresh, true) }
            if let client = state.client, let address = state.addresses.first,
                addresses.contains(address)
            {
                return (client, fresh, false)
            }
            let old = state.client
            (state.client, state.addresses) = (fresh, [addresses[0]])
            return (fresh, old, false)
        }
        // Fails only for one that was shut down before.
        try? await unused?.shutdown()
        if isShut { throw OutputError(.connection, "the output has ended") }
        return used
    }

    private static func client(
        _ endpoint: HTTPEndpoint,
        _ host: String,
        _ address: String
    ) throws -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.applicationProtocols = ["http/1.1"]
        if let path = endpoint.authorities {
            do {
                let certificates = try NIOSSLCertificate.fromPEMFile(path)
                tls.additionalTrustRoots = [.certificates(certificates)]
            } catch {
                throw OutputError(.secret, "cannot read the certificates in \(path): \(error)")
            }
        }
        var settings = HTTPClient.Configuration(tlsConfiguration: tls)
        settings.redirectConfiguration = .disallow
        settings.httpVersion = .http1Only
        settings.timeout.connect = .seconds(Int64(min(endpoint.timeoutSeconds, 10)))
        settings.connectionPool.retryConnectionEstablishment = false
        // What was checked is what is connected to.
        if host != address { settings.dnsOverride = [host: address] }
        return HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            configuration: settings
        )
    }

    /// An error of a connection in words that hold no URL.
    private static func words(_ error: any Error) -> String {
        if case .handshakeFailed? = error as? NIOSSLError {
            return "its certificate is not valid, or not known"
        }
        guard let error = error as? HTTPClientError else {
            return String("\(error)".prefix(200))
        }
        switch error {
        case .deadlineExceeded, .readTimeout: return "it took too long"
        case .connectTimeout: return "no connection in time"
        default: return error.shortDescription
        }
    }
}

extension HTTPDelivery.Answer {
    /// Throws for every status that says the message was not taken.
    ///
    /// - Throws: ``OutputError`` `busy`, `denied`, `refused`.
    func check(_ shown: String) throws(OutputError) {
        let words = "\(shown) answered \(status)" + said
        switch status {
        case 200..<300: return
        case 300..<400:
            throw OutputError(.denied, "\(words): redirects are not followed; name the last place")
        case 401, 403, 404, 405, 407, 410: throw OutputError(.denied, words)
        case 408, 425, 429, 500...:
            throw OutputError(.busy, words, retryAfterSeconds: retryAfterSeconds)
        default: throw OutputError(.refused, words)
        }
    }

    /// The beginning of the answer, as one line of visible characters.
    private var said: String {
        let text = PlainText.line(String(decoding: body.prefix(300), as: UTF8.self), limit: 200)
        return text.isEmpty ? "" : " (\(text))"
    }
}
