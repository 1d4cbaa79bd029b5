// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// Bearer tokens for scripts: a user's own, all of them for an administrator.
struct TokenRoutes {
    private struct Body: Decodable {
        var name: String
        var expires_days: Int?
        var role: Role?
    }

    static let nameLimit = 64
    static let dayLimit = 3_650
    private static let base = Exchange.base + "/tokens"
    private static let members = "id name user role created_ms expires_ms last_used_ms"

    let context: ServerContext

    var routes: [Route] { [list, create, revoke] }

    private var list: Route {
        let description = Route.Description(
            "Tokens, without their secrets.",
            .role(.viewer),
            [],
            .json("tokens")
        )
        return Route(.get, Self.base, description) { exchange in
            guard let caller = exchange.caller else { throw SignIn.notSignedIn("sign in first") }
            let accounts = try await context.signIn.store.accounts(at: exchange.milliseconds)
            let tokens = accounts.tokens.filter { Self.may(caller, manage: $0) }
            return .json(
                .object { json in
                    json.array("tokens", tokens) { json, token in
                        json.appendObject { set(token, in: &$0) }
                    }
                }
            )
        }
    }

    private var create: Route {
        let description = Route.Description(
            "Makes a token; its secret is shown this once.",
            .role(.viewer),
            [],
            .json(
                Self.members + " token",
                body: "name expires_days? role?",
                status: .created
            )
        )
        return Route(.post, Self.base, description) { exchange in
            let caller = try exchange.sessionCaller()
            let body = try await exchange.body(Body.self)
            guard !body.name.isEmpty, body.name.count <= Self.nameLimit else {
                throw Problem.body("name: from 1 to \(Self.nameLimit) characters are needed")
            }
            if let days = body.expires_days, !(1...Self.dayLimit).contains(days) {
                throw Problem.body("expires_days: from 1 to \(Self.dayLimit) is needed")
            }
            let lifetime = TokenLifetime(from: exchange.milliseconds, days: body.expires_days)
            let role = min(body.role ?? caller.role, caller.role)
            let made = try await context.signIn.store.update(at: exchange.milliseconds) {
                accounts in
                accounts.user(caller.user).flatMap {
                    accounts.makeToken(body.name, of: $0, role: role, lifetime)
                }
            }
            guard let made else {
                throw Problem(
                    .conflict,
                    "too-many-tokens",
                    "there are \(Accounts.tokenLimit) tokens; revoke some first"
                )
            }
            return .json(
                .object { json in
                    set(made.entry, in: &json)
                    json.set("token", made.secret)
                },
                status: .created
            )
        }
    }

    private var revoke: Route {
        let description = Route.Description("Revokes a token.", .role(.viewer), [], .nothing())
        return Route(.delete, Self.base + "/{id}", description) { exchange in
            guard let caller = exchange.caller else { throw SignIn.notSignedIn("sign in first") }
            let id = exchange.segment("id")
            let found = try await context.signIn.store.update(at: exchange.milliseconds) {
                accounts in
                let index = accounts.tokens.firstIndex {
                    $0.id == id && Self.may(caller, manage: $0)
                }
                if let index { accounts.tokens.remove(at: index) }
                return index != nil
            }
            guard found else { throw Problem.notFound("there is no token \(id.prefix(32))") }
            context.signIn.forget(token: id)
            context.streams.close(.token(id: id))
            return .empty
        }
    }

    private static func may(_ caller: Caller, manage token: Accounts.Token) -> Bool {
        token.user == caller.user || caller.role == .administrator
    }

    private func set(_ token: Accounts.Token, in json: inout JSONText) {
        json.set("id", token.id)
        json.set("name", token.name)
        json.set("user", token.user)
        json.set("role", token.role.rawValue)
        json.set("created_ms", token.created)
        json.set("expires_ms", token.expires)
        json.set("last_used_ms", context.signIn.lastUse(ofToken: token.id))
    }
}
