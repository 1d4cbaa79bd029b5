// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Lets an agent in: key and request here, certificate from the manager.
package struct Enroller: Sendable {
    /// Clocks may differ by so much.
    private static let clockLimit: Int64 = 600_000

    private let manager: ManagerAddress
    private let token: EnrolmentToken
    private let now: @Sendable () -> Int64

    /// An enrolment at a manager; `now` gives milliseconds since the epoch.
    package init(
        _ manager: ManagerAddress,
        _ token: EnrolmentToken,
        now: @escaping @Sendable () -> Int64
    ) {
        self.manager = manager
        self.token = token
        self.now = now
    }

    /// Enrols under a name.
    ///
    /// First anyone is asked who the manager is, and nothing is told; only one whose
    /// authority has the token's fingerprint is then sent the secret.
    ///
    /// - Throws: ``FleetError``: `wrongAuthority`, `clock`, `wrongHost`, what the manager
    ///   refuses, `connection`.
    package func enrol(_ name: String) async throws -> AgentIdentityFile {
        let answer = try await Self.with(.anyone) { http in
            try await http.get("/authority", at: manager, AuthorityAnswer.self)
        }
        try check(answer)
        let key = try AgentKey(name: name)
        let message = EnrolmentMessage(
            token: token.id,
            secret: token.secret,
            name: name,
            request: key.request
        )
        let certificate = try await Self.with(.authority(answer.authority)) { http in
            try await http.post(message, to: "/enrol", at: manager, CertificateAnswer.self)
        }
        var identity = AgentIdentityFile(
            id: certificate.id,
            name: name,
            managers: [manager.description],
            authority: answer.authority
        )
        identity.certificate = certificate.certificate
        identity.key = key.pem
        return identity
    }

    private func check(_ answer: AuthorityAnswer) throws {
        guard try Authority.fingerprint(ofPEM: answer.authority) == token.fingerprint else {
            throw FleetError(
                .wrongAuthority,
                "\(manager) is not the manager that made the token: its authority has another"
                    + " fingerprint. Check the address, or make a token on that manager"
            )
        }
        let difference = now() - answer.time
        guard abs(difference) <= Self.clockLimit else {
            let side = difference > 0 ? "ahead of" : "behind"
            throw FleetError(
                .clock,
                "this host's clock is \((abs(difference) + 30_000) / 60_000) minutes \(side) the manager's:"
                    + " set both right, as with timedatectl set-ntp true, and try again"
            )
        }
        guard answer.names.contains(where: { $0.lowercased() == manager.host.lowercased() }) else {
            throw FleetError(
                .wrongHost,
                "the manager is not called \(manager.host), but"
                    + " \(answer.names.joined(separator: ", ")): use one of these, or start it with"
                    + " --agent-name \(manager.host)"
            )
        }
    }

    private static func with<Result: Sendable>(
        _ trust: FleetHTTP.Trust,
        _ body: (FleetHTTP) async throws -> Result
    ) async throws -> Result {
        let http = try FleetHTTP(trust)
        do {
            let result = try await body(http)
            await http.end()
            return result
        } catch {
            await http.end()
            throw error
        }
    }
}
