// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore

/// A request on its way through a route, with all that was found out about it.
struct Exchange: Sendable {
    /// The largest body, in bytes.
    static let bodyLimit = 1 << 20

    let request: Request
    /// The route's `{names}`, decoded.
    let segments: [String: String]
    let parameters: QueryParameters
    /// Who asks; nil on a route that is open to all.
    let caller: Caller?
    let client: ClientAddress
    let now: Timestamp
    /// What a stream of events is written from; nil on other routes.
    let mailbox: EventMailbox?

    /// Milliseconds since the epoch.
    var milliseconds: Int64 { now.nanoseconds / 1_000_000 }

    /// A segment of the path that the route has.
    func segment(_ name: String) -> String { segments[name] ?? "" }

    /// The body, read from JSON.
    ///
    /// - Throws: ``Problem`` `payload-too-large`, `unsupported-media-type`,
    ///   `invalid-body`.
    func body<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        let media = request.headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        // A page of another origin cannot send this type without asking first.
        guard media == "application/json" else {
            throw Problem(
                .unsupportedMediaType,
                "unsupported-media-type",
                "the body must be application/json"
            )
        }
        let bytes = try await collect()
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw Problem.body(Self.explain(error))
        }
    }

    private func collect() async throws -> [UInt8] {
        let tooLarge = Problem(
            .contentTooLarge,
            "payload-too-large",
            "a body has at most \(Self.bodyLimit) bytes"
        )
        if let length = request.headers[.contentLength].flatMap(Int.init), length > Self.bodyLimit {
            throw tooLarge
        }
        do {
            let buffer = try await request.body.collect(upTo: Self.bodyLimit)
            return [UInt8](buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    private static func explain(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "the body is not JSON" }
        switch error {
        case .keyNotFound(let key, _):
            return "the body lacks \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "the body is not an object" : "\(path) has the wrong type"
        default: return "the body is not JSON"
        }
    }
}

/// Where a request comes from, as far as lock-outs tell clients apart.
struct ClientAddress: Sendable, Hashable {
    /// Four bytes of IPv4, or the network part of IPv6, eight bytes: whoever
    /// has one address there has all.
    let bytes: [UInt8]

    init(_ address: SocketAddress?) {
        let all = address?.ipAddress.flatMap(AddressBytes.of) ?? []
        bytes = all.count > 8 ? [UInt8](all.prefix(8)) : all
    }
}
