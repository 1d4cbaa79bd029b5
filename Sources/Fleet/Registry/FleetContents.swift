// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Who is registered, and which tokens let somebody in: what `fleet.json` holds.
package struct FleetContents: Sendable, Hashable, Codable {
    /// An agent that was let in.
    package struct Agent: Sendable, Hashable, Codable {
        package let id: String
        package let name: String
        package var groups: [String]
        /// Milliseconds since the epoch.
        package let registered: Int64
        /// SHA-256 of the certificates that it may show, in hexadecimal: one, and during a
        /// renewal two, the newer last.
        package var certificates: [String]
        /// Number of the last restart that was asked for; 0 for none.
        package var restarts: Int

        package init(
            id: String,
            name: String,
            groups: [String],
            registered: Int64,
            certificates: [String]
        ) {
            self.id = id
            self.name = name
            self.groups = groups
            self.registered = registered
            self.certificates = certificates
            restarts = 0
        }
    }

    /// A token, of which only a digest is kept.
    package struct Token: Sendable, Hashable, Codable {
        package let id: String
        /// SHA-256 of the secret, in hexadecimal.
        package let digest: String
        package let groups: [String]
        /// Milliseconds since the epoch.
        package let expires: Int64
        /// Who came in with it; nil while it is good.
        package var usedBy: String?

        package init(id: String, digest: String, groups: [String], expires: Int64) {
            self.id = id
            self.digest = digest
            self.groups = groups
            self.expires = expires
        }
    }

    package var agents: [Agent] = []
    package var tokens: [Token] = []
    /// The number of the next agent.
    ///
    /// Own agents are numbered from 100001: Wazuh's count from 001 in `client.keys`, and
    /// neither side has to ask the other. A number is never given twice.
    package var nextNumber = 100_001

    package init() {}

    /// Agents that may be registered, and tokens that may be open.
    package static let agentLimit = 20_000
    package static let tokenLimit = 10_000
    /// How long a token that was used or ran out is remembered, for a clear answer.
    private static let tokenMemory: Int64 = 7 * 86_400_000

    /// Adds a token, and forgets those that nobody asks for any more.
    ///
    /// - Throws: ``FleetError`` `busy` when there are too many.
    package mutating func add(_ token: Token, at now: Int64) throws(FleetError) {
        tokens.removeAll { now - $0.expires > Self.tokenMemory }
        guard tokens.count < Self.tokenLimit else {
            throw FleetError(.busy, "\(tokens.count) tokens are open: wait until some ran out")
        }
        tokens.append(token)
    }

    /// Lets an agent in by a token, which is used then.
    ///
    /// - Throws: ``FleetError`` `tokenUnknown`, `tokenUsed`, `tokenExpired`,
    ///   `invalidName`, `nameTaken`, `busy`.
    package mutating func enrol(
        _ name: String,
        token id: String,
        digest: String,
        at now: Int64
    ) throws(FleetError) -> Agent {
        guard let index = tokens.firstIndex(where: { $0.id == id }),
            SecretText.isEqual(tokens[index].digest, digest)
        else {
            throw FleetError(
                .tokenUnknown,
                "the manager does not know this token: make another with jaga manager token create"
            )
        }
        if tokens[index].usedBy != nil {
            throw FleetError(
                .tokenUsed,
                "the token was used already; each lets one agent in:"
                    + " make another with jaga manager token create"
            )
        }
        guard now < tokens[index].expires else {
            throw FleetError(
                .tokenExpired,
                "the token has run out: make another with jaga manager token create --expires"
            )
        }
        try check(name)
        let agent = Agent(
            id: String(nextNumber),
            name: name,
            groups: tokens[index].groups,
            registered: now,
            certificates: []
        )
        nextNumber += 1
        tokens[index].usedBy = agent.id
        agents.append(agent)
        return agent
    }

    private func check(_ name: String) throws(FleetError) {
        guard FleetNames.isAgentName(name) else {
            throw FleetError(
                .invalidName,
                "an agent cannot be called so: use 2 to 128 letters, digits, dots,"
                    + " lines and underscores, and --name for another than the host's"
            )
        }
        if let other = agents.first(where: { $0.name == name }) {
            throw FleetError(
                .nameTaken,
                "agent \(other.id) is called \(name) already: remove it on the manager with"
                    + " jaga agents remove \(other.id), or give another --name"
            )
        }
        guard agents.count < Self.agentLimit else {
            throw FleetError(.busy, "the manager has \(agents.count) agents, and takes no more")
        }
    }

    /// Changes an agent.
    ///
    /// - Throws: ``FleetError`` `noSuchAgent`.
    package mutating func change(
        _ id: String,
        _ change: (inout Agent) -> Void
    ) throws(FleetError) {
        guard let index = agents.firstIndex(where: { $0.id == id }) else {
            throw FleetError(
                .noSuchAgent,
                "there is no agent \(id) here; see: jaga agents list"
            )
        }
        change(&agents[index])
    }

    /// Takes an agent out: from now on it cannot speak.
    ///
    /// - Throws: ``FleetError`` `noSuchAgent`.
    package mutating func remove(_ id: String) throws(FleetError) {
        try change(id) { _ in }
        agents.removeAll { $0.id == id }
    }
}
