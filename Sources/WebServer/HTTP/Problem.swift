// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore
import NIOCore

/// Why a request is not answered as it asks, for a client to read.
///
/// Source: RFC 9457, "Problem Details for HTTP APIs".
struct Problem: Error, Sendable {
    var status: HTTPResponse.Status
    /// Stable, for programs: lower case with hyphens.
    var code: String
    /// What is wrong, on which thing, and what to do.
    var detail: String
    /// Where in a query it is wrong, in characters from 1.
    var column: Int?
    var hint: String?
    /// Seconds after which it may be tried again.
    var retryAfter: Int?
    /// The members of more than text: already JSON.
    var members: [(key: String, json: RawJSON)] = []
    /// Methods that the path takes, with status 405.
    var allowed: [HTTPRequest.Method] = []

    init(_ status: HTTPResponse.Status, _ code: String, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// A parameter that cannot be read.
    static func parameter(_ name: String, _ detail: String) -> Problem {
        Problem(.badRequest, "invalid-parameter", "parameter \(name): \(detail)")
    }

    /// A body that cannot be read.
    static func body(_ detail: String) -> Problem {
        Problem(.badRequest, "invalid-body", detail)
    }

    static func notFound(_ detail: String) -> Problem {
        Problem(.notFound, "not-found", detail)
    }

    /// The answer that says it.
    var response: Response {
        let json = JSONText.object { json in
            json.set("type", "/problems/\(code)")
            json.set("title", status.reasonPhrase)
            json.set("status", status.code)
            json.set("detail", detail)
            json.set("code", code)
            if let column { json.set("column", column) }
            if let hint { json.set("hint", hint) }
            for member in members { json.set(member.key, member.json) }
        }
        var response = Response.json(json, status: status)
        response.headers[.contentType] = "application/problem+json"
        if let retryAfter { response.headers[.retryAfter] = "\(retryAfter)" }
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        if !allowed.isEmpty {
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        }
        return response
    }
}

extension Response {
    /// An answer of JSON.
    static func json(_ json: JSONText, status: HTTPResponse.Status = .ok) -> Response {
        bytes(json.bytes, type: "application/json", status: status)
    }

    /// An answer of bytes.
    static func bytes(
        _ bytes: [UInt8],
        type: String,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// An answer without content.
    static var empty: Response { Response(status: .noContent) }
}
