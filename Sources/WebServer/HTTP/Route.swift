// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// A path that the server answers, with what its document says.
struct Route: Sendable {
    /// Who may ask.
    enum Access: Sendable, Equatable {
        /// Anyone.
        case open
        /// Anyone while the server listens on loopback only; a signed-in caller
        /// elsewhere.
        case openOnLoopback
        /// A caller of this role or a higher one.
        case role(Role)
    }

    /// A parameter of the query.
    struct Parameter: Sendable {
        enum Kind: String, Sendable {
            case string, integer, boolean
        }

        let name: String
        let kind: Kind
        let summary: String

        init(_ name: String, _ summary: String, _ kind: Kind = .string) {
            self.name = name
            self.kind = kind
            self.summary = summary
        }
    }

    /// What is sent to it, and what comes back.
    struct Content: Sendable {
        /// Members of the body, with `?` behind the optional ones; empty for none.
        let body: [String]
        let status: HTTPResponse.Status
        /// Nil for an answer without content.
        let type: String?
        /// Members of an answer that is an object; empty when it is not told.
        let members: [String]

        /// A JSON object with these members, for a body with those.
        static func json(
            _ members: String,
            body: String = "",
            status: HTTPResponse.Status = .ok
        ) -> Content {
            Content(
                body: body.split(separator: " ").map(String.init),
                status: status,
                type: "application/json",
                members: members.split(separator: " ").map(String.init)
            )
        }

        /// Something else than JSON.
        static func other(_ type: String) -> Content {
            Content(body: [], status: .ok, type: type, members: [])
        }

        /// Nothing, for a body with these members.
        static func nothing(body: String = "") -> Content {
            Content(
                body: body.split(separator: " ").map(String.init),
                status: .noContent,
                type: nil,
                members: []
            )
        }

        static let events = other("text/event-stream")
    }

    let method: HTTPRequest.Method
    /// As `/api/v1/alerts/{id}`.
    let path: String
    let summary: String
    let access: Access
    let parameters: [Parameter]
    let content: Content
    let handle: @Sendable (Exchange) async throws -> Response

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ description: Description,
        handle: @escaping @Sendable (Exchange) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.handle = handle
        summary = description.summary
        access = description.access
        parameters = description.parameters
        content = description.content
    }

    /// What a route's document says of it.
    struct Description: Sendable {
        let summary: String
        let access: Access
        let parameters: [Parameter]
        let content: Content

        init(
            _ summary: String,
            _ access: Access = .role(.viewer),
            _ parameters: [Parameter] = [],
            _ content: Content
        ) {
            self.summary = summary
            self.access = access
            self.parameters = parameters
            self.content = content
        }
    }

    /// The path cut at its slashes.
    var parts: [Substring] { path.split(separator: "/") }
}

/// All routes, found by method and path.
struct RouteTable: Sendable {
    /// What a path leads to.
    enum Match {
        case route(Route, segments: [String: String])
        /// The path is known, with these methods.
        case otherMethods([HTTPRequest.Method])
        case none
    }

    let routes: [Route]

    /// Finds the route of a path whose escapes are not read yet; words go
    /// before `{names}`.
    func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        let parts = path.split(separator: "/")
        // HEAD is GET without the content.
        let wanted = method == .head ? .get : method
        var others: [HTTPRequest.Method] = []
        var found: (route: Route, segments: [String: String])?
        for route in routes {
            guard let segments = Self.segments(route, parts) else { continue }
            guard route.method == wanted else {
                others.append(route.method)
                continue
            }
            if let before = found, before.segments.count <= segments.count { continue }
            found = (route, segments)
        }
        if let found { return .route(found.route, segments: found.segments) }
        return others.isEmpty ? .none : .otherMethods(others)
    }

    private static func segments(_ route: Route, _ parts: [Substring]) -> [String: String]? {
        let names = route.parts
        guard names.count == parts.count else { return nil }
        var segments: [String: String] = [:]
        for (name, part) in zip(names, parts) {
            if name.first == "{" {
                guard let value = PercentDecoding.decode(part, plusIsSpace: false) else {
                    return nil
                }
                segments[String(name.dropFirst().dropLast())] = value
            } else if name != part {
                return nil
            }
        }
        return segments
    }
}
