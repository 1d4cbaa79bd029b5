// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Who is signed in, in memory only: a restart signs everyone out.
struct SessionTable: Sendable {
    /// A signed-in browser.
    struct Session: Sendable {
        let user: String
        let csrf: String
        fileprivate(set) var passwordVersion: Int
        let created: Int64
        fileprivate(set) var lastUsed: Int64

        /// The end when it is not used any more.
        var expires: Int64 {
            min(lastUsed + SessionTable.idleLimit, created + SessionTable.absoluteLimit)
        }
    }

    /// Milliseconds: 12 hours without use, 7 days in all.
    static let idleLimit: Int64 = 43_200_000
    static let absoluteLimit: Int64 = 604_800_000
    static let capacity = 1_000

    private var sessions: [SecretDigest: Session] = [:]

    /// Begins a session; when there are too many, the one longest unused ends.
    ///
    /// - Returns: The cookie's value, which is kept nowhere.
    mutating func begin(_ user: Accounts.User, at now: Int64) -> (secret: String, Session) {
        if sessions.count >= Self.capacity { makeRoom(at: now) }
        let secret = Secret.make()
        let session = Session(
            user: user.name,
            csrf: Secret.make(),
            passwordVersion: user.passwordVersion,
            created: now,
            lastUsed: now
        )
        sessions[SecretDigest(of: secret)] = session
        return (secret, session)
    }

    /// The session, marked as used; nil when there is none or it is over.
    mutating func use(_ digest: SecretDigest, at now: Int64) -> Session? {
        guard var session = sessions[digest] else { return nil }
        guard session.expires > now else {
            sessions[digest] = nil
            return nil
        }
        session.lastUsed = max(session.lastUsed, now)
        sessions[digest] = session
        return session
    }

    /// Looks at a session without using it.
    func peek(_ digest: SecretDigest, at now: Int64) -> Session? {
        guard let session = sessions[digest], session.expires > now else { return nil }
        return session
    }

    /// Keeps a session whose user has changed the password in it.
    mutating func renew(_ digest: SecretDigest, passwordVersion: Int) {
        sessions[digest]?.passwordVersion = passwordVersion
    }

    mutating func end(_ digest: SecretDigest) {
        sessions[digest] = nil
    }

    private mutating func makeRoom(at now: Int64) {
        sessions = sessions.filter { $0.value.expires > now }
        guard sessions.count >= Self.capacity,
            let oldest = sessions.min(by: { $0.value.lastUsed < $1.value.lastUsed })
        else { return }
        sessions[oldest.key] = nil
    }
}
