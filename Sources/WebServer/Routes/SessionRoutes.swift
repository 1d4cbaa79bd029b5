// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// Signing in and out, and passwords.
struct SessionRoutes {
    private struct Credentials: Decodable {
        var username: String
        var password: String
    }

    private struct Setup: Decodable {
        var token: String
        var password: String
    }

    private struct Change: Decodable {
        var current: String
        var password: String
    }

    private static let base = Exchange.base
    private static let members = "user role csrf expires_ms"

    let context: ServerContext

    var routes: [Route] { [current, begin, end, setUp, change] }

    private var current: Route {
        let description = Route.Description(
            "Who is signed in.",
            .role(.viewer),
            [],
            .json(Self.members)
        )
        return Route(.get, Self.base + "/session", description) { exchange in
            guard let caller = exchange.caller else { throw SignIn.notSignedIn("sign in first") }
            return .json(Self.json(caller))
        }
    }

    private var begin: Route {
        let description = Route.Description(
            "Signs in.",
            .open,
            [],
            .json(Self.members, body: "username password")
        )
        return Route(.post, Self.base + "/session", description) { exchange in
            let body = try await exchange.body(Credentials.self)
            let begun = try await context.signIn.begin(
                body.username,
                body.password,
                from: exchange.client
            )
            return response(begun)
        }
    }

    private var setUp: Route {
        let description = Route.Description(
            "Sets the password of the one-time link's user, and signs in.",
            .open,
            [],
            .json(Self.members, body: "token password")
        )
        return Route(.post, Self.base + "/setup", description) { exchange in
            let body = try await exchange.body(Setup.self)
            let begun = try await context.signIn.setUp(
                body.token,
                body.password,
                from: exchange.client
            )
            return response(begun)
        }
    }

    private var end: Route {
        let description = Route.Description("Signs out.", .role(.viewer), [], .nothing())
        return Route(.delete, Self.base + "/session", description) { exchange in
            if let caller = exchange.caller {
                context.signIn.end(caller)
                if case .session = caller.proof { context.streams.close(caller.proof) }
            }
            var response = Response.empty
            response.headers[.setCookie] = SessionCookie.clearing(
                isEncrypted: context.isEncrypted
            )
            return response
        }
    }

    private var change: Route {
        let description = Route.Description(
            "Changes the password; the user's other sessions end.",
            .role(.viewer),
            [],
            .nothing(body: "current password")
        )
        return Route(.put, Self.base + "/password", description) { exchange in
            let caller = try exchange.sessionCaller()
            let body = try await exchange.body(Change.self)
            try await context.signIn.change(body.current, to: body.password, by: caller)
            return .empty
        }
    }

    private func response(_ begun: SignIn.Begun) -> Response {
        var response = Response.json(Self.json(begun.caller))
        response.headers[.setCookie] = SessionCookie.setting(
            begun.secret,
            isEncrypted: context.isEncrypted
        )
        return response
    }

    private static func json(_ caller: Caller) -> JSONText {
        .object { json in
            json.set("user", caller.user)
            json.set("role", caller.role.rawValue)
            json.set("csrf", caller.csrf)
            json.set("expires_ms", caller.expires)
        }
    }
}

extension Exchange {
    /// The caller, when they are signed in: a token is not enough for what
    /// lasts longer than it.
    func sessionCaller() throws(Problem) -> Caller {
        guard let caller, case .session = caller.proof else {
            throw Problem(
                .forbidden,
                "session-needed",
                "this needs a signed-in user; a token is not enough"
            )
        }
        return caller
    }
}
