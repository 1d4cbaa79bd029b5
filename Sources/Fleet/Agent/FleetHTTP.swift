// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FoundationEssentials
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOSSL

/// Requests of an agent to a manager.
struct FleetHTTP: Sendable {
    /// How the manager is known, and what is shown to it.
    enum Trust: Sendable {
        /// Anyone is believed to be the manager; nothing secret may be said.
        case anyone
        /// An authority, as PEM.
        case authority(String)
        /// An authority, and the agent's own certificate and key, all as PEM.
        case mutual(authority: String, certificate: String, key: String)
    }

    /// Longer than a call is held.
    private static let timeLimit = TimeAmount.seconds(35)
    /// Commands as texts in JSON may be twice as long as they are.
    private static let answerLimit = 1 << 20

    private let client: HTTPClient

    /// - Throws: ``FleetError`` `tls`.
    init(_ trust: Trust) throws {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: try Self.tls(trust),
            redirectConfiguration: .disallow
        )
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = Self.timeLimit
        configuration.connectionPool.idleTimeout = .seconds(20)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.decompression = .disabled
        client = HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: configuration
        )
    }

    private static func tls(_ trust: Trust) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv13
        tls.applicationProtocols = ["http/1.1"]
        do {
            switch trust {
            case .anyone: tls.certificateVerification = .none
            case .authority(let authority): tls.trustRoots = try roots(authority)
            case .mutual(let authority, let certificate, let key):
                tls.trustRoots = try roots(authority)
                tls.certificateChain = [
                    .certificate(
                        try NIOSSLCertificate(bytes: [UInt8](certificate.utf8), format: .pem)
                    )
                ]
                tls.privateKey = .privateKey(
                    try NIOSSLPrivateKey(bytes: [UInt8](key.utf8), format: .pem)
                )
            }
        } catch {
            throw FleetError(
                .tls,
                "the agent's keys cannot be used: enrol it again",
                cause: error
            )
        }
        return tls
    }

    private static func roots(_ authority: String) throws -> NIOSSLTrustRoots {
        .certificates([try NIOSSLCertificate(bytes: [UInt8](authority.utf8), format: .pem)])
    }

    /// Closes all connections; nothing may be asked afterwards.
    func end() async {
        // It fails only when it was called before.
        try? await client.shutdown()
    }

    /// Asks for a path.
    ///
    /// - Throws: ``FleetError``.
    func get<Answer: Decodable>(
        _ path: String,
        at manager: ManagerAddress,
        _ type: Answer.Type
    ) async throws -> Answer {
        let request = HTTPClientRequest(url: manager.description + FleetProtocol.base + path)
        return try await send(request, manager)
    }

    /// Sends a message.
    ///
    /// - Throws: ``FleetError``.
    func post<Answer: Decodable>(
        _ message: some Encodable,
        to path: String,
        at manager: ManagerAddress,
        _ type: Answer.Type
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: manager.description + FleetProtocol.base + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes([UInt8](try JSONEncoder().encode(message)))
        return try await send(request, manager)
    }

    /// Delivers events; gives the sequence before which all are committed.
    ///
    /// - Throws: ``FleetError``.
    func deliver(_ shipment: Shipment, at manager: ManagerAddress) async throws -> UInt64 {
        var request = HTTPClientRequest(url: manager.description + FleetProtocol.base + "/deliver")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/vnd.jaga.delivery")
        if shipment.isPacked { request.headers.add(name: "Content-Encoding", value: "zstd") }
        let stream = String(shipment.stream)
        request.headers.add(name: HTTPField.Name.fleetStream.rawName, value: stream)
        request.headers.add(name: HTTPField.Name.fleetEnd.rawName, value: String(shipment.end))
        request.body = .bytes(shipment.bytes)
        let answer: DeliveryAnswer = try await send(request, manager)
        return answer.committed
    }

    private func send<Answer: Decodable>(
        _ request: HTTPClientRequest,
        _ manager: ManagerAddress
    ) async throws -> Answer {
        var request = request
        request.headers.add(
            name: HTTPField.Name.fleetVersion.rawName,
            value: String(FleetProtocol.version)
        )
        let response: HTTPClientResponse
        let bytes: [UInt8]
        do {
            response = try await client.execute(request, timeout: Self.timeLimit)
            bytes = [UInt8](
                try await response.body.collect(upTo: Self.answerLimit).readableBytesView
            )
        } catch {
            throw FleetFailure.explain(error, manager)
        }
        guard response.status == .ok else {
            throw FleetFailure.explain(response, bytes, manager)
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(bytes))
        } catch {
            throw FleetError(
                .connection,
                "what \(manager) answered is no answer of a jaga manager",
                cause: error
            )
        }
    }
}

/// Events ready for the way.
package struct Shipment: Sendable {
    /// The first sequence of their stream.
    package let stream: UInt64
    /// The first sequence behind them.
    package let end: UInt64
    package let bytes: [UInt8]
    package let isPacked: Bool

    /// Packs what ``DeliveryCoding`` wrote.
    package init(stream: UInt64, end: UInt64, content: [UInt8]) {
        self.stream = stream
        self.end = end
        let packed = DeliveryPacking.pack(content)
        bytes = packed ?? content
        isPacked = packed != nil
    }
}
