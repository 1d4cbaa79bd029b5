// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import WebAttacks

/// Looks at bodies, cookies and further headers, where a log has them.
struct WebBodies: Sendable {
    /// Of a body or cookie so much is read.
    private static let sizeLimit = 4096
    private static let headerLimit = 24

    private var query: [UInt8] = []

    /// Attacks in what is not in the request line.
    mutating func attacks(
        in event: borrowing DecodedEvent,
        _ fields: WebLogFields,
        _ detector: inout WebAttackDetector
    ) -> [WebAttack] {
        var found: [WebAttack] = []
        if let body = fields.body.range(in: event) {
            query = [UInt8(ascii: "?")]
            appendBody(event.arena[body].prefix(Self.sizeLimit))
            found += inspect("body", &detector)
        }
        if let cookie = fields.cookie.range(in: event) {
            query = [UInt8(ascii: "?")]
            appendCookie(event.arena[cookie].prefix(Self.sizeLimit))
            found += inspect("cookie", &detector)
        }
        guard fields.hasHeaders(event) else { return found }
        query = [UInt8(ascii: "?")]
        appendHeaders(of: event)
        return found + inspect("header", &detector)
    }

    /// What a query of the values carries; a place is named by what it is part of.
    private mutating func inspect(
        _ part: String,
        _ detector: inout WebAttackDetector
    ) -> [WebAttack] {
        guard query.count > 1 else { return [] }
        let nothing: [UInt8] = []
        return detector.inspect(target: query.span, userAgent: nothing.span, referrer: nothing.span)
            .map { attack in
                var name = Array(part.utf8)
                if case .parameter(let own) = attack.place, !own.isEmpty {
                    name += [0x20] + own
                }
                return attack.found(in: .parameter(name))
            }
    }

    // MARK: Values as a query

    /// A form as it is; of a document in JSON its texts, by their keys.
    private mutating func appendBody(_ body: ArraySlice<UInt8>) {
        guard body.first == UInt8(ascii: "{") || body.first == UInt8(ascii: "[") else {
            query += body
            return
        }
        var key: [UInt8] = []
        var at = body.startIndex
        while at < body.endIndex {
            guard body[at] == UInt8(ascii: "\"") else {
                at += 1
                continue
            }
            let text = Self.text(body, &at)
            var next = at
            while next < body.endIndex, body[next] <= 0x20 { next += 1 }
            if next < body.endIndex, body[next] == UInt8(ascii: ":") {
                key = text
            } else {
                append(key, text[...])
            }
        }
    }

    /// A text in quotes, with what stands behind a backslash as it is; `at` goes behind it.
    private static func text(_ body: ArraySlice<UInt8>, _ at: inout Int) -> [UInt8] {
        var text: [UInt8] = []
        at += 1
        while at < body.endIndex, body[at] != UInt8(ascii: "\"") {
            if body[at] == UInt8(ascii: "\\"), at + 1 < body.endIndex {
                at += 1
                switch body[at] {
                case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): text.append(0x20)
                // `%uXXXX` is read by the decoder.
                case UInt8(ascii: "u"): text += Array("%u".utf8)
                default: text.append(body[at])
                }
            } else {
                text.append(body[at])
            }
            at += 1
        }
        at = min(at + 1, body.endIndex)
        return text
    }

    /// `a=1; b=2`.
    private mutating func appendCookie(_ cookie: ArraySlice<UInt8>) {
        for piece in cookie.split(separator: UInt8(ascii: ";")) {
            let text = piece.drop { $0 <= 0x20 || $0 == UInt8(ascii: "[") || $0 == 0x22 }
            guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { continue }
            append(Array(text[..<equals]), text[(equals + 1)...])
        }
    }

    private mutating func appendHeaders(of event: borrowing DecodedEvent) {
        var count = 0
        for field in event.fields where count < Self.headerLimit {
            var name: [UInt8] = []
            event.appendName(of: field, to: &name)
            guard let header = Self.header(name) else { continue }
            count += 1
            append(header, event.arena[field.value].prefix(512))
        }
    }

    /// The header that a field is; nil for another field, and for headers that are read
    /// elsewhere or whose syntax looks like anything.
    private static func header(_ name: [UInt8]) -> [UInt8]? {
        for prefix in WebLogNames.headerPrefixes where name.starts(with: prefix.utf8) {
            let header = String(decoding: name.dropFirst(prefix.utf8.count), as: UTF8.self)
            let low = header.lowercased()
            guard !passed.contains(low), !low.hasPrefix("accept"), !low.hasPrefix("sec-"),
                !low.hasPrefix("if-")
            else { return nil }
            return Array(header.utf8)
        }
        return nil
    }

    private static let passed: Set<String> = [
        "user-agent", "referer", "cookie", "x-forwarded-for", "x-real-ip", "authorization",
        "host", "uri", "method", "path", "body", "time", "time_msec", "length", "id",
        "content-type", "content-length", "cache-control", "connection", "range", "via",
        "protocol", "proto", "line", "completion", "filename", "traceparent", "tracestate",
        "alt-used", "priority", "etag", "forwarded", "origin", "x-forwarded-host",
        "x-forwarded-server", "x-forwarded-proto", "x-forwarded-port",
    ]

    /// Adds a value that a query's syntax must not cut.
    private mutating func append(_ name: [UInt8], _ value: ArraySlice<UInt8>) {
        if query.count > 1 { query.append(UInt8(ascii: "&")) }
        query += name.filter { $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: "=") }
        query.append(UInt8(ascii: "="))
        for byte in value {
            switch byte {
            case UInt8(ascii: "&"): query += Array("%26".utf8)
            case UInt8(ascii: "+"): query += Array("%2B".utf8)
            default: query.append(byte)
            }
        }
    }
}
