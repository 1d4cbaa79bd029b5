// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import NIOPosix
import Synchronization

/// What a manager answers to agents, without the wire.
final class FleetDesk: Sendable {
    private struct Load {
        var deliveries = 0
        var bytes = 0
        var enrolments = 0
        /// Tries with tokens that nobody made by address, in the minute that began then.
        var tries: [String: Int] = [:]
        var minute: Int64 = 0
    }

    /// Addresses whose tries are counted at once.
    private static let addressLimit = 10_000

    private let configuration: FleetServerConfiguration
    private let services: FleetServices
    /// For files: they block.
    private let work: NIOThreadPool
    private let rounds: RegistryRounds
    private let load = Mutex(Load())

    init(
        _ configuration: FleetServerConfiguration,
        _ services: FleetServices,
        _ work: NIOThreadPool
    ) {
        self.configuration = configuration
        self.services = services
        self.work = work
        rounds = RegistryRounds(services.registry, work)
    }

    func authority() -> AuthorityAnswer {
        AuthorityAnswer(
            authority: services.authority.pem,
            names: configuration.names,
            time: services.now()
        )
    }

    /// Who shows a certificate.
    ///
    /// - Throws: ``FleetError`` `revoked`, `file`.
    func agent(_ digest: String, _ address: String) async throws -> FleetContents.Agent {
        guard let agent = try services.registry.agent(certificate: digest) else {
            throw FleetError(
                .revoked,
                "the manager does not know this agent, or has removed it: enrol it again"
            )
        }
        services.registry.heard(agent.id, from: address)
        return agent
    }

    // MARK: Enrolment

    /// Lets an agent in.
    ///
    /// - Throws: ``FleetError``.
    func enrol(_ message: EnrolmentMessage, from address: String) async throws -> CertificateAnswer
    {
        try admitEnrolment(of: address)
        defer { load.withLock { $0.enrolments -= 1 } }
        do {
            return try await enrol(message)
        } catch let error as FleetError where error.code == .tokenUnknown {
            // Guessing is slowed down; a thousand agents behind one address are not.
            load.withLock { $0.tries[address, default: 0] += 1 }
            throw error
        }
    }

    private func enrol(_ message: EnrolmentMessage) async throws -> CertificateAnswer {
        let services = services
        // Looked at first: a bad request must not use up the token.
        let request = try await work.runIfActive { try Authority.Request(message.request) }
        return try await rounds.make { contents in
            let now = services.now()
            let agent = try contents.enrol(
                message.name,
                token: message.token,
                digest: SecretText.digest([UInt8](message.secret.utf8)),
                at: now
            )
            let issued = try services.authority.issue(request, to: agent.id, at: now / 1_000)
            try contents.change(agent.id) { $0.certificates = [issued.digest] }
            return CertificateAnswer(id: agent.id, certificate: issued.pem)
        }
    }

    private func admitEnrolment(of address: String) throws {
        let minute = services.now() / 60_000
        let isAdmitted = load.withLock { load -> Bool in
            if load.minute != minute || load.tries.count > Self.addressLimit {
                load.minute = minute
                load.tries = [:]
            }
            guard load.enrolments < configuration.limits.enrolments,
                load.tries[address, default: 0] < configuration.limits.triesPerMinute
            else { return false }
            load.enrolments += 1
            return true
        }
        guard isAdmitted else {
            var error = FleetError(.busy, "too many enrol at once: try again in a moment")
            error.retryAfterSeconds = 2
            throw error
        }
    }

    /// Gives an agent a new certificate; the old one is good until the new one is shown.
    ///
    /// - Throws: ``FleetError``.
    func renew(
        _ message: RenewalMessage,
        _ agent: FleetContents.Agent
    ) async throws -> CertificateAnswer {
        let services = services
        let issued = try await work.runIfActive {
            try services.authority.issue(
                Authority.Request(message.request),
                to: agent.id,
                at: services.now() / 1_000
            )
        }
        return try await rounds.make { contents in
            try contents.change(agent.id) {
                $0.certificates = [$0.certificates.first, issued.digest].compactMap { $0 }
            }
            return CertificateAnswer(id: agent.id, certificate: issued.pem)
        }
    }

    // MARK: Calls

    /// Holds a call until there is something to say, or its time has passed.
    ///
    /// - Throws: ``FleetError`` `revoked` as soon as the agent is taken out.
    func call(_ message: CallMessage, _ agent: FleetContents.Agent) async throws -> CallAnswer {
        if message.isLast {
            services.registry.stopped(agent.id)
            return answer(agent)
        }
        services.registry.told(message.telling, by: agent.id, isFirst: message.isFirst)
        if message.isFirst { return answer(agent) }
        let hears = message.channel == FleetProtocol.channel
        let held = services.commands.calls.hold(
            agent.id,
            for: .seconds(FleetProtocol.holdSeconds)
        )
        defer { services.commands.calls.release(held) }
        // What came before the call was held woke nobody: looked at once first.
        repeat {
            guard let now = services.registry.registration(agent.id) else {
                throw FleetError(.revoked, "the manager has removed this agent")
            }
            let commands =
                hears
                ? services.commands.given(to: agent.id, besides: message.held ?? []) : []
            if now.restarts > message.restarts || now.groups != agent.groups || !commands.isEmpty {
                return answer(now, commands)
            }
        } while await held.signalled() && ContinuousClock.now < held.deadline
        return answer(services.registry.registration(agent.id) ?? agent)
    }

    private func answer(
        _ agent: FleetContents.Agent,
        _ commands: [CommandMessage] = []
    ) -> CallAnswer {
        CallAnswer(
            time: services.now(),
            groups: agent.groups,
            restarts: agent.restarts,
            commands: commands.isEmpty ? nil : commands
        )
    }

    /// Takes what came of commands.
    func results(_ message: ResultsMessage, _ agent: FleetContents.Agent) -> ResultsAnswer {
        services.commands.take(message.results, of: agent.id)
        return ResultsAnswer(taken: message.results.count)
    }

    /// Called every second: time passes for commands and for calls that are held.
    func tick() {
        for agent in services.registry.takeChanged() { services.commands.calls.wake(agent) }
        services.commands.tick { services.registry.registration($0) != nil }
    }

    // MARK: Deliveries

    /// Makes room for a delivery, before it is read; ``end(bytes:)`` gives it back.
    ///
    /// - Throws: ``FleetError`` `busy`.
    func begin(bytes: Int) throws {
        let limits = configuration.limits
        let isAdmitted = load.withLock { load in
            guard load.deliveries < limits.deliveries,
                load.bytes + bytes <= limits.deliveryBytes
            else { return false }
            load.deliveries += 1
            load.bytes += bytes
            return true
        }
        guard isAdmitted else {
            var error = FleetError(.busy, "the manager takes as much as it can: try again")
            error.retryAfterSeconds = 2
            throw error
        }
    }

    func end(bytes: Int) {
        load.withLock { load in
            load.deliveries -= 1
            load.bytes -= bytes
        }
    }

    func take(_ arrival: Arrival) async throws -> UInt64 {
        try await services.take(arrival)
    }
}
