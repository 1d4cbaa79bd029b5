// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Users and tokens, as `users.json` keeps them.
package struct Accounts: Sendable, Codable, Equatable {
    /// A person.
    package struct User: Sendable, Codable, Equatable {
        package var name: String
        package var role: Role
        package var created: Int64
        /// Nil until one is set: nobody can sign in so.
        package var password: PasswordHash?
        /// Another number after each change of the password: sessions of
        /// before are over.
        package var passwordVersion: Int
        /// The one-time link that sets a password.
        package var setup: Setup?
    }

    /// A one-time link.
    package struct Setup: Sendable, Codable, Equatable {
        /// ``SecretDigest`` of its token.
        package var digest: String
        package var expires: Int64
    }

    /// A bearer token for scripts.
    package struct Token: Sendable, Codable, Equatable {
        /// Short and public.
        package var id: String
        package var name: String
        package var user: String
        package var role: Role
        /// ``SecretDigest`` of the token.
        package var digest: String
        package var created: Int64
        package var expires: Int64?
    }

    /// How many tokens there may be.
    package static let tokenLimit = 1_000
    /// How long a one-time link is good, in milliseconds.
    package static let setupLifetime: Int64 = 86_400_000

    package var version = 1
    package var users: [User] = []
    package var tokens: [Token] = []

    package init() {}

    package func user(_ name: String) -> User? { users.first { $0.name == name } }

    /// Adds the first user when there is none.
    package mutating func makeFirstUser(at now: Int64) {
        guard users.isEmpty else { return }
        users.append(
            User(
                name: "admin",
                role: .administrator,
                created: now,
                password: nil,
                passwordVersion: 0,
                setup: nil
            )
        )
    }

    /// Gives a user a new one-time link; the one before is void.
    ///
    /// - Returns: The link's token; nil when there is no such user.
    package mutating func makeSetup(for name: String, at now: Int64) -> String? {
        guard let index = users.firstIndex(where: { $0.name == name }) else { return nil }
        let token = Secret.make()
        users[index].setup = Setup(
            digest: SecretDigest(of: token).text,
            expires: now + Self.setupLifetime
        )
        return token
    }

    /// The user whose one-time link this is.
    package func user(ofSetup token: String, at now: Int64) -> User? {
        let digest = SecretDigest(of: token)
        return users.first { user in
            guard let setup = user.setup else { return false }
            return SecretDigest(kept: setup.digest) == digest && setup.expires > now
        }
    }

    /// Sets a password; one-time links and sessions of before are void.
    ///
    /// - Returns: The user; nil when there is none of this name.
    package mutating func setPassword(_ password: PasswordHash, of name: String) -> User? {
        guard let index = users.firstIndex(where: { $0.name == name }) else { return nil }
        users[index].password = password
        users[index].passwordVersion &+= 1
        users[index].setup = nil
        return users[index]
    }

    /// Adds a token of a user.
    ///
    /// - Returns: The entry and the token itself, which is kept nowhere; nil when
    ///   there is no such user or there are too many tokens.
    package mutating func makeToken(
        _ name: String,
        of user: User,
        role: Role,
        _ lifetime: TokenLifetime
    ) -> (entry: Token, secret: String)? {
        tokens.removeAll { ($0.expires ?? .max) <= lifetime.begin }
        guard tokens.count < Self.tokenLimit else { return nil }
        let secret = "jaga_" + Secret.make()
        let entry = Token(
            // Digits only: an id is typed after `jaga token revoke`.
            id: String(SecretDigest(of: Secret.make()).text.prefix(12)),
            name: name,
            user: user.name,
            role: min(role, user.role),
            digest: SecretDigest(of: secret).text,
            created: lifetime.begin,
            expires: lifetime.end
        )
        tokens.append(entry)
        return (entry, secret)
    }

    /// The token of a secret, with its user, while both are good.
    package func token(of secret: String, at now: Int64) -> (Token, User)? {
        let digest = SecretDigest(of: secret)
        guard let token = tokens.first(where: { SecretDigest(kept: $0.digest) == digest }),
            (token.expires ?? .max) > now, let user = user(token.user)
        else { return nil }
        return (token, user)
    }
}

/// From when to when a token is good, in milliseconds since the epoch.
package struct TokenLifetime: Sendable, Hashable {
    package let begin: Int64
    /// Nil for ever.
    package let end: Int64?

    /// For so many days, or for ever.
    package init(from begin: Int64, days: Int?) {
        self.begin = begin
        end = days.map { begin + Int64($0) * 86_400_000 }
    }
}
