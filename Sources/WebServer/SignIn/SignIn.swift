// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Synchronization

/// Who may come in: passwords, one-time links, sessions, tokens, lock-outs.
final class SignIn: Sendable {
    /// What was counted, for the metrics.
    struct Counts: Sendable, Equatable {
        var failures = 0
        var lockOuts = 0
        var successes = 0
    }

    /// A session that began.
    struct Begun: Sendable {
        /// The cookie's value.
        let secret: String
        let caller: Caller
    }

    private struct State {
        var sessions = SessionTable()
        var lockOut = LockOut()
        var failures = 0
        var successes = 0
        /// When tokens were last used, by id.
        var tokenUses: [String: Int64] = [:]
    }

    let store: AccountStore
    private let work: BlockingWork
    private let clock: WallClock
    private let state = Mutex(State())

    init(_ store: AccountStore, _ work: BlockingWork, _ clock: WallClock) {
        self.store = store
        self.work = work
        self.clock = clock
    }

    var counts: Counts {
        state.withLock { state in
            Counts(
                failures: state.failures,
                lockOuts: state.lockOut.lockOuts,
                successes: state.successes
            )
        }
    }

    /// When a token was last used since the server began.
    func lastUse(ofToken id: String) -> Int64? { state.withLock { $0.tokenUses[id] } }

    /// Forgets a token that was revoked.
    func forget(token id: String) {
        state.withLock { $0.tokenUses[id] = nil }
    }

    // MARK: Coming in

    /// Signs in with a password.
    ///
    /// An unknown user costs as much time as a wrong password and is answered the
    /// same.
    ///
    /// - Throws: ``Problem`` `wrong-credentials`, `locked-out`.
    func begin(_ name: String, _ password: String, from client: ClientAddress) async throws -> Begun
    {
        let keys: [LockOut.Key] = [.user(String(name.prefix(128))), .address(client)]
        try checkLock(keys)
        let user = try await store.accounts(at: clock.now).user(name)
        let kept = user?.password ?? .none
        let matches = try await work.run { kept.matches(password) }
        guard matches, let user, user.password != nil else { throw fail(keys) }
        return succeed(user, keys)
    }

    /// Sets the password that a one-time link is for, and signs in.
    ///
    /// - Throws: ``Problem`` `wrong-credentials`, `locked-out`, `weak-password`.
    func setUp(_ token: String, _ password: String, from client: ClientAddress) async throws
        -> Begun
    {
        let keys = [LockOut.Key.address(client)]
        try checkLock(keys)
        let now = clock.now
        guard let owner = try await store.accounts(at: now).user(ofSetup: token, at: now) else {
            throw fail(keys)
        }
        let hash = try await hash(password)
        let changed = try await store.update(at: now) { accounts -> Accounts.User? in
            // The link may have been used since.
            guard accounts.user(ofSetup: token, at: now)?.name == owner.name else { return nil }
            return accounts.setPassword(hash, of: owner.name)
        }
        guard let changed else { throw fail(keys) }
        return succeed(changed, keys)
    }

    /// Changes the caller's password; all their other sessions end.
    ///
    /// - Throws: ``Problem`` `wrong-credentials`, `locked-out`, `weak-password`.
    func change(_ current: String, to password: String, by caller: Caller) async throws {
        let keys = [LockOut.Key.user(caller.user)]
        try checkLock(keys)
        let now = clock.now
        let kept = try await store.accounts(at: now).user(caller.user)?.password ?? .none
        guard try await work.run({ kept.matches(current) }) else { throw fail(keys) }
        let hash = try await hash(password)
        let name = caller.user
        let changed = try await store.update(at: now) { $0.setPassword(hash, of: name) }
        guard let changed else { throw fail(keys) }
        state.withLock { state in
            state.lockOut.succeed(keys)
            guard case .session(let digest) = caller.proof else { return }
            state.sessions.renew(digest, passwordVersion: changed.passwordVersion)
        }
    }

    /// Ends the caller's session.
    func end(_ caller: Caller) {
        guard case .session(let digest) = caller.proof else { return }
        state.withLock { $0.sessions.end(digest) }
    }

    // MARK: Being in

    /// Who a request's cookie or bearer token stands for; nil when it has
    /// neither.
    ///
    /// - Throws: ``Problem`` `not-signed-in` when what it has is not good.
    func caller(of headers: HTTPFields) async throws -> Caller? {
        if let authorization = headers[.authorization] {
            guard let caller = try await bearer(authorization) else {
                state.withLock { $0.failures += 1 }
                throw Self.notSignedIn("the bearer token is not known, or it has expired")
            }
            return caller
        }
        guard let secret = SessionCookie.value(in: headers) else { return nil }
        let digest = SecretDigest(of: secret)
        let now = clock.now
        guard let session = state.withLock({ $0.sessions.use(digest, at: now) }) else { return nil }
        return try await caller(digest, session)
    }

    /// Whether what proved the caller is still good; nothing is marked as
    /// used.
    func isCurrent(_ caller: Caller) async -> Bool {
        let now = clock.now
        // Accounts that cannot be read prove nobody.
        guard let accounts = try? await store.accounts(at: now) else { return false }
        switch caller.proof {
        case .token(let id):
            return accounts.tokens.contains {
                $0.id == id && ($0.expires ?? .max) > now && accounts.user($0.user) != nil
            }
        case .session(let digest):
            guard let session = state.withLock({ $0.sessions.peek(digest, at: now) }) else {
                return false
            }
            return accounts.user(session.user)?.passwordVersion == session.passwordVersion
        }
    }

    static func notSignedIn(_ detail: String) -> Problem {
        Problem(.unauthorized, "not-signed-in", detail)
    }

    private func caller(_ digest: SecretDigest, _ session: SessionTable.Session) async throws
        -> Caller?
    {
        let user = try await store.accounts(at: clock.now).user(session.user)
        guard let user, user.passwordVersion == session.passwordVersion else { return nil }
        return Caller(
            user: user.name,
            role: user.role,
            proof: .session(digest),
            csrf: session.csrf,
            expires: session.expires
        )
    }

    private func bearer(_ authorization: String) async throws -> Caller? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let now = clock.now
        let accounts = try await store.accounts(at: now)
        guard let (token, user) = accounts.token(of: String(parts[1]), at: now) else { return nil }
        state.withLock { $0.tokenUses[token.id] = now }
        return Caller(
            user: user.name,
            role: min(token.role, user.role),
            proof: .token(id: token.id),
            csrf: nil,
            expires: token.expires
        )
    }

    // MARK: Counting

    private func checkLock(_ keys: [LockOut.Key]) throws(Problem) {
        let now = clock.now
        guard let wait = state.withLock({ $0.lockOut.wait(keys, at: now) }) else { return }
        let seconds = Int((wait + 999) / 1000)
        var problem = Problem(
            .tooManyRequests,
            "locked-out",
            "too many failed attempts; try again in \(seconds) seconds"
        )
        problem.retryAfter = seconds
        throw problem
    }

    private func fail(_ keys: [LockOut.Key]) -> Problem {
        let now = clock.now
        state.withLock { state in
            state.failures += 1
            state.lockOut.fail(keys, at: now)
        }
        return Problem(
            .unauthorized,
            "wrong-credentials",
            "this is not right, or not any more"
        )
    }

    private func succeed(_ user: Accounts.User, _ keys: [LockOut.Key]) -> Begun {
        let now = clock.now
        let (secret, session) = state.withLock { state in
            state.successes += 1
            state.lockOut.succeed(keys)
            return state.sessions.begin(user, at: now)
        }
        let caller = Caller(
            user: user.name,
            role: user.role,
            proof: .session(SecretDigest(of: secret)),
            csrf: session.csrf,
            expires: session.expires
        )
        return Begun(secret: secret, caller: caller)
    }

    private func hash(_ password: String) async throws -> PasswordHash {
        if let objection = PasswordHash.objection(to: password) {
            throw Problem(.unprocessableContent, "weak-password", objection)
        }
        return try await work.run { try PasswordHash(of: password) }
    }
}
