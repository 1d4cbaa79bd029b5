// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOSSL

/// Takes a request of an agent from the wire to its answer on the wire.
///
/// ```
/// limits ─► version ─► who, by the certificate ─► body ─► desk
/// ```
final class FleetResponder: Sendable {
    private let desk: FleetDesk
    private let limits: FleetServerConfiguration.Limits

    init(_ desk: FleetDesk, _ limits: FleetServerConfiguration.Limits) {
        self.desk = desk
        self.limits = limits
    }

    /// Answers a request; throws only when the connection is gone.
    func respond(
        _ request: Request,
        _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        // Closing ends what a slow client would hold for ever.
        let deadline = channel.eventLoop.scheduleTask(
            in: .nanoseconds(limits.request.wholeNanoseconds)
        ) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        let (response, closes) = await answer(request, channel)
        try await writer.write(response: response.head, body: response.body)
        if closes { channel.close(promise: nil) }
    }

    private func answer(_ request: Request, _ channel: any Channel) async -> (Response, Bool) {
        do {
            return (try await route(request, channel), false)
        } catch let error as FleetError {
            // Of a refused body there may be more on its way.
            return (Self.refusal(error), error.code != .busy)
        } catch {
            return (
                Self.refusal(FleetError(.busy, "the manager could not do it: \(error)")), true
            )
        }
    }

    private func route(_ request: Request, _ channel: any Channel) async throws -> Response {
        let path = (request.head.path ?? "").prefix { $0 != "?" }
        guard path.hasPrefix(FleetProtocol.base) else {
            return Response(status: .notFound)
        }
        guard FleetProtocol.understands(request.headers[.fleetVersion]) else {
            throw FleetError(
                .version,
                "this manager speaks versions \(FleetProtocol.oldest) to \(FleetProtocol.version)"
                    + " of the fleet's protocol: bring agent and manager to neighbouring releases"
            )
        }
        let address = channel.remoteAddress?.ipAddress ?? ""
        switch (request.method, path.dropFirst(FleetProtocol.base.count)) {
        case (.get, "/authority"): return try Self.json(desk.authority())
        case (.post, "/enrol"):
            let message = try await body(EnrolmentMessage.self, request)
            return try Self.json(try await desk.enrol(message, from: address))
        case (.post, "/renew"):
            let agent = try await agent(channel, address)
            let message = try await body(RenewalMessage.self, request)
            return try Self.json(try await desk.renew(message, agent))
        case (.post, "/call"):
            let agent = try await agent(channel, address)
            let message = try await body(CallMessage.self, request)
            return try Self.json(try await desk.call(message, agent))
        case (.post, "/results"):
            let agent = try await agent(channel, address)
            return try Self.json(try await results(request, agent))
        case (.post, "/deliver"):
            let agent = try await agent(channel, address)
            return try Self.json(try await deliver(request, agent, address))
        default: return Response(status: .notFound)
        }
    }

    /// Who speaks: the certificate says it, nothing else does.
    private func agent(
        _ channel: any Channel,
        _ address: String
    ) async throws -> FleetContents.Agent {
        let certificate = try await channel.nioSSL_peerCertificate().get()
        guard let certificate else {
            throw FleetError(.revoked, "show the certificate of an enrolled agent")
        }
        return try await desk.agent(SecretText.digest(try certificate.toDERBytes()), address)
    }

    private func body<Value: Decodable>(
        _ type: Value.Type,
        _ request: Request,
        limit: Int = FleetProtocol.messageLimit
    ) async throws -> Value {
        let bytes = try await bytes(request, limit: limit)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw FleetError(.invalidRequest, "the body is not as docs/spec/fleet.md says")
        }
    }

    private func bytes(_ request: Request, limit: Int) async throws -> [UInt8] {
        let tooLong = FleetError(.invalidRequest, "the body has more than \(limit) bytes")
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            throw tooLong
        }
        do {
            let buffer = try await request.body.collect(upTo: limit)
            return [UInt8](buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLong
        }
    }

    /// Results count as a delivery does: both bring long bodies.
    private func results(
        _ request: Request,
        _ agent: FleetContents.Agent
    ) async throws -> ResultsAnswer {
        guard let length = request.headers[.contentLength].flatMap(Int.init),
            (0...FleetProtocol.resultLimit).contains(length)
        else {
            throw FleetError(
                .invalidRequest,
                "results say their length, at most \(FleetProtocol.resultLimit) bytes"
            )
        }
        try desk.begin(bytes: length)
        defer { desk.end(bytes: length) }
        let message = try await body(ResultsMessage.self, request, limit: length)
        return desk.results(message, agent)
    }

    private func deliver(
        _ request: Request,
        _ agent: FleetContents.Agent,
        _ address: String
    ) async throws -> DeliveryAnswer {
        guard let stream = request.headers[.fleetStream].flatMap(UInt64.init), stream > 0,
            let end = request.headers[.fleetEnd].flatMap(UInt64.init), end > stream,
            end < UInt64.max >> 1,
            let length = request.headers[.contentLength].flatMap(Int.init), length >= 0
        else {
            throw FleetError(.invalidRequest, "a delivery says its stream, end and length")
        }
        guard length <= FleetProtocol.deliveryLimit else {
            throw FleetError(
                .invalidRequest,
                "a delivery has at most \(FleetProtocol.deliveryLimit) bytes"
            )
        }
        try desk.begin(bytes: length)
        defer { desk.end(bytes: length) }
        let packed = try await bytes(request, limit: FleetProtocol.deliveryLimit)
        let content =
            request.headers[.contentEncoding] == "zstd"
            ? DeliveryPacking.unpack(packed, limit: FleetProtocol.contentLimit) : packed
        guard let content else {
            throw FleetError(.invalidRequest, "the delivery cannot be unpacked, or is too large")
        }
        let arrival = Arrival(
            agent: agent,
            address: address,
            stream: stream,
            content: content,
            end: end
        )
        return DeliveryAnswer(committed: try await desk.take(arrival))
    }

    // MARK: Answers

    private static func json(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let bytes = [UInt8](try JSONEncoder().encode(value))
        return Response(
            status: status,
            headers: [
                .contentType: "application/json", .contentLength: String(bytes.count),
                .fleetVersion: String(FleetProtocol.version),
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    private static func refusal(_ error: FleetError) -> Response {
        let status: HTTPResponse.Status =
            switch error.code {
            case .revoked, .tokenUsed, .tokenExpired, .tokenUnknown: .forbidden
            case .nameTaken: .conflict
            case .busy, .connection: .serviceUnavailable
            case .version: .upgradeRequired
            default: .badRequest
            }
        let answer = RefusalAnswer(code: error.code, message: error.message)
        // Two texts can always be written.
        guard var response = try? json(answer, status: status) else {
            return Response(status: status)
        }
        if error.code == .busy {
            response.headers[.retryAfter] = String(error.retryAfterSeconds ?? 1)
        }
        return response
    }
}
