// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// The document at `/api/v1/openapi.json`, written from the routes themselves.
///
/// Source: OpenAPI Specification 3.1.
struct OpenAPIDocument {
    static let path = Exchange.base + "/openapi.json"

    let version: String

    /// The route that serves the document of all routes, itself included.
    func route(with others: [Route]) -> Route {
        let description = Route.Description(
            "This document.",
            .open,
            [],
            .json("openapi info paths components")
        )
        let own = Route(.get, Self.path, description) { _ in .empty }
        let text = json(of: others + [own])
        return Route(.get, Self.path, description) { _ in .json(text) }
    }

    /// The document of these routes.
    func json(of routes: [Route]) -> JSONText {
        let paths = Dictionary(grouping: routes, by: \.path).sorted { $0.key < $1.key }
        return .object { json in
            json.set("openapi", "3.1.0")
            json.object("info") { json in
                json.set("title", "Jaga")
                json.set("version", version)
                json.set("description", "docs/spec/api.md says the same in words.")
            }
            json.object("paths") { json in
                for (path, routes) in paths {
                    json.object(path) { json in
                        for route in routes {
                            json.object(route.method.rawValue.lowercased()) { write(route, &$0) }
                        }
                    }
                }
            }
            json.object("components") { writeComponents(&$0) }
        }
    }

    private func write(_ route: Route, _ json: inout JSONText) {
        json.set("operationId", Self.name(route))
        json.set("summary", route.summary)
        json.array("security", Self.security(route.access)) { json, scheme in
            json.appendObject { json in
                if !scheme.isEmpty { json.set(scheme, [String]()) }
            }
        }
        writeParameters(route, &json)
        if !route.content.body.isEmpty {
            json.object("requestBody") { json in
                json.set("required", true)
                json.object("content") { json in
                    json.object("application/json") { json in
                        json.object("schema") { Self.writeObject(route.content.body, &$0) }
                    }
                }
            }
        }
        json.object("responses") { writeResponses(route, &$0) }
    }

    private func writeParameters(_ route: Route, _ json: inout JSONText) {
        let names = route.parts.filter { $0.first == "{" }.map { String($0.dropFirst().dropLast()) }
        let inPath = names.map { ("path", Route.Parameter($0, "A part of the path.")) }
        let all = inPath + route.parameters.map { ("query", $0) }
        json.array("parameters", all) { json, entry in
            let (place, parameter) = entry
            json.appendObject { json in
                json.set("name", parameter.name)
                json.set("in", place)
                json.set("required", place == "path")
                json.set("description", parameter.summary)
                json.object("schema") { $0.set("type", parameter.kind.rawValue) }
            }
        }
    }

    private func writeResponses(_ route: Route, _ json: inout JSONText) {
        json.object(String(route.content.status.code)) { json in
            json.set("description", route.content.status.reasonPhrase)
            guard let type = route.content.type else { return }
            json.object("content") { json in
                json.object(type) { json in
                    guard type == "application/json" else { return }
                    json.object("schema") { Self.writeObject(route.content.members, &$0) }
                }
            }
        }
        json.object("default") { json in
            json.set("description", "A problem, as RFC 9457 has it.")
            json.object("content") { json in
                json.object("application/problem+json") { json in
                    json.object("schema") { $0.set("$ref", "#/components/schemas/Problem") }
                }
            }
        }
    }

    private func writeComponents(_ json: inout JSONText) {
        json.object("securitySchemes") { json in
            json.object("token") { json in
                json.set("type", "http")
                json.set("scheme", "bearer")
            }
            json.object("session") { json in
                json.set("type", "apiKey")
                json.set("in", "cookie")
                json.set("name", "jaga_session")
            }
        }
        json.object("schemas") { json in
            json.object("Problem") {
                Self.writeObject(
                    ["type", "title", "status", "detail", "code", "column?", "hint?"],
                    &$0
                )
            }
        }
    }

    /// An object of these members; `?` marks those that may be missing.
    private static func writeObject(_ members: [String], _ json: inout JSONText) {
        json.set("type", "object")
        json.object("properties") { json in
            for member in members {
                json.object(member.last == "?" ? String(member.dropLast()) : member) { _ in }
            }
        }
        json.set("required", members.filter { $0.last != "?" })
    }

    private static func security(_ access: Route.Access) -> [String] {
        switch access {
        case .open: []
        case .openOnLoopback: ["", "token", "session"]
        case .role: ["token", "session"]
        }
    }

    /// `get-alerts-id-context`.
    private static func name(_ route: Route) -> String {
        let parts = route.parts.drop { $0 == "api" || $0 == "v1" }
        let words = parts.map { $0.filter { $0 != "{" && $0 != "}" } }
        return ([route.method.rawValue.lowercased()] + words).joined(separator: "-")
    }
}
