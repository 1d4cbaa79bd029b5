// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Ruleset

/// What servers that log in JSON, and proxies, call the parts of a request.
///
/// Source: the documentation of Traefik ("Access Logs", JSON fields), Caddy ("log"),
/// Envoy ("Access logging"), nginx (variables), as their default or usual formats have them.
enum WebLogNames {
    /// Of several names the first that the event has counts.
    static let source = [
        "ClientHost", "request.client_ip", "request.remote_ip", "remote_addr", "client_ip",
        "clientip", "remote_ip", "remote_host", "c-ip", "downstream_remote_address_without_port",
        "downstream_remote_address", "client.ip", "source.ip", "ClientAddr", "client",
    ]
    static let url = [
        "RequestPath", "request.uri", "request_uri", "uri", "x-envoy-original-path", "url.original",
        "path", "cs-uri", "requestUrl",
    ]
    /// `GET /path HTTP/1.1`.
    static let line = ["request", "request_line", "requestLine"]
    static let status = [
        "DownstreamStatus", "status_code", "response_code", "sc-status",
        "http.response.status_code", "statusCode",
    ]
    static let method = [
        "RequestMethod", "request.method", "request_method", "method", "cs-method", "verb",
        "http.request.method", "requestMethod",
    ]
    static let userAgent = [
        "http.user_agent", "request_User-Agent", "request.headers.User-Agent", "http_user_agent",
        "user_agent", "userAgent", "cs(User-Agent)", "user_agent.original", "agent", "ua",
    ]
    static let referrer = [
        "http.referrer", "request_Referer", "request.headers.Referer", "http_referer", "referer",
        "referrer", "cs(Referer)", "http.request.referrer",
    ]
    static let forwarded = [
        "http.forwarded_for", "request_X-Forwarded-For", "request.headers.X-Forwarded-For",
        "http_x_forwarded_for", "x_forwarded_for", "x-forwarded-for", "forwarded_for", "xff",
        "http_x_real_ip", "x_real_ip", "request_X-Real-Ip", "request.headers.X-Real-Ip",
        "x-real-ip",
    ]
    static let user = ["http.user", "ClientUsername", "user_id", "remote_user", "cs-username"]
    static let body = [
        "request_body", "body", "RequestBody", "request.body", "post_data", "http.request.body",
        "http.request.body.content",
    ]
    static let cookie = [
        "http.cookie", "request_Cookie", "request.headers.Cookie", "http_cookie", "cookie",
        "cookies",
        "cs(Cookie)",
    ]
    /// Headers besides those above stand below these names.
    static let headerPrefixes = [
        "request.headers.", "request_", "headers.", "http.request.headers.",
    ]

    /// One of these is there when headers are.
    static let headerMarks = [
        "request.headers.User-Agent", "request.headers.Accept", "request.headers.Accept-Encoding",
        "request_User-Agent", "request_Accept", "headers.User-Agent", "headers.user-agent",
        "headers.Accept", "http.request.headers.User-Agent",
    ]

    /// All names, for a ruleset to know.
    static let all =
        source + url + line + status + method + userAgent + referrer + forwarded + user + body
        + cookie + headerMarks + ["attack.allowed", "http.peer"]
}

/// The values of a request whose names a ruleset knows.
struct WebLogSlots: Sendable {
    private let names: [FieldName]

    init(_ list: [String], _ index: FieldNameIndex) {
        names = list.compactMap { text in
            let bytes = [UInt8](text.utf8)
            return index.name(bytes.span)
        }
    }

    /// The first value that an event has and that is not empty; of an array in JSON with
    /// one text, as Caddy has headers, the text.
    func range(in event: borrowing DecodedEvent) -> Range<Int>? {
        for name in names {
            guard let range = event[name], !range.isEmpty else { continue }
            return Self.element(of: range, event)
        }
        return nil
    }

    private static func element(
        of range: Range<Int>,
        _ event: borrowing DecodedEvent
    ) -> Range<Int> {
        let text = event.arena.span.extracting(range)
        let quote = UInt8(ascii: "\"")
        guard text.count > 4, text[0] == UInt8(ascii: "["), text[1] == quote,
            text[text.count - 2] == quote, text[text.count - 1] == UInt8(ascii: "]")
        else { return range }
        return range.lowerBound + 2..<range.upperBound - 2
    }
}
