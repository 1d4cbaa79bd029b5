// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// An agent's side of the talk with its managers: delivers what it is given, calls every
/// few seconds, renews its certificate.
package final class AgentLink: Sendable {
    /// What the running agent gives and takes.
    package struct Hooks: Sendable {
        /// What to tell of the agent with each call; must not block.
        package var telling: @Sendable () -> AgentRegistry.Telling
        /// Keeps a changed identity; it may block.
        package var keep: @Sendable (AgentIdentityFile) throws -> Void
        /// Somebody wants the agent to start anew.
        package var restart: @Sendable () -> Void
        /// Does what the manager asks for; it obeys cancellation.
        package var perform: @Sendable (FleetCommand) async -> FleetCommandResult
        /// Something an operator should read: said once until it changes.
        package var notice: @Sendable (String, _ isTrouble: Bool) -> Void
        /// Milliseconds since the epoch.
        package var now: @Sendable () -> Int64

        package init(
            telling: @escaping @Sendable () -> AgentRegistry.Telling,
            keep: @escaping @Sendable (AgentIdentityFile) throws -> Void,
            restart: @escaping @Sendable () -> Void,
            perform: @escaping @Sendable (FleetCommand) async -> FleetCommandResult,
            notice: @escaping @Sendable (String, Bool) -> Void,
            now: @escaping @Sendable () -> Int64
        ) {
            self.telling = telling
            self.keep = keep
            self.restart = restart
            self.perform = perform
            self.notice = notice
            self.now = now
        }
    }

    private struct State {
        var identity: AgentIdentityFile
        var choice: ManagerChoice
        var http: FleetHTTP
        /// Clients of older certificates, closed at the end.
        var retired: [FleetHTTP] = []
        /// What was said last.
        var said = ""
    }

    /// When the manager has removed the agent, it is asked again so seldom.
    private static let revokedPause = 60_000
    /// Between two calls, when a manager answers at once.
    private static let callPause = Duration.seconds(1)

    private let hooks: Hooks
    private let commands: CommandWork
    private let state: Mutex<State>

    /// - Throws: ``FleetError`` `tls` when the identity cannot be used.
    package init(_ identity: AgentIdentityFile, hooks: Hooks) throws {
        let managers = identity.managers.compactMap { ManagerAddress($0) }
        guard let choice = ManagerChoice(managers, random: .random(in: 0...UInt64.max)) else {
            throw FleetError(.file, "the agent knows no manager: enrol it again")
        }
        self.hooks = hooks
        commands = CommandWork(hooks.perform)
        state = Mutex(
            State(identity: identity, choice: choice, http: try Self.client(identity))
        )
    }

    private static func client(_ identity: AgentIdentityFile) throws -> FleetHTTP {
        try FleetHTTP(
            .mutual(
                authority: identity.authority,
                certificate: identity.certificate,
                key: identity.key
            )
        )
    }

    /// Calls until the task is cancelled, says good-bye and closes all connections.
    package func run() async {
        await withTaskGroup { group in
            group.addTask { [self] in
                await commands.run { [self] result in await post(result) }
            }
            await callAgain()
            group.cancelAll()
        }
        // Not cancelled with this task; a manager that is away need not know.
        await Task { [self] in _ = await sayGoodbye() }.value
        let clients = state.withLock { $0.retired + [$0.http] }
        for client in clients { await client.end() }
    }

    private func callAgain() async {
        var isFirst = true
        while !Task.isCancelled {
            let start = ContinuousClock.now
            if await call(isFirst: isFirst) { isFirst = false }
            // One that was held a while may be followed by the next at once.
            let pause = Self.callPause - start.duration(to: .now)
            // Cancellation ends the wait, and the loop with it.
            if pause > .zero { try? await Task.sleep(for: pause) }
        }
    }

    /// Whether a manager has taken a result.
    private func post(_ result: ResultMessage) async -> Bool {
        let (http, manager, _) = current
        let message = ResultsMessage(results: [result])
        // It is told again as long as somebody waits for it.
        let answer = try? await http.post(message, to: "/results", at: manager, ResultsAnswer.self)
        return answer != nil
    }

    private func sayGoodbye() async {
        for result in commands.untold { _ = await post(result) }
        let message = message(isFirst: false, isLast: true)
        let (http, manager, _) = current
        // It is told when it comes through, and concluded otherwise.
        _ = try? await http.post(message, to: "/call", at: manager, CallAnswer.self)
    }

    private var current: (FleetHTTP, ManagerAddress, AgentIdentityFile) {
        state.withLock { ($0.http, $0.choice.current, $0.identity) }
    }

    private func message(isFirst: Bool, isLast: Bool) -> CallMessage {
        var message = CallMessage(
            telling: hooks.telling(),
            isFirst: isFirst,
            isLast: isLast,
            restarts: state.withLock { $0.identity.restarts }
        )
        message.channel = FleetProtocol.channel
        message.held = commands.ids
        return message
    }

    /// Whether a manager has answered.
    private func call(isFirst: Bool) async -> Bool {
        do {
            let message = message(isFirst: isFirst, isLast: false)
            let (http, manager, _) = current
            let answer = try await http.post(message, to: "/call", at: manager, CallAnswer.self)
            succeeded(manager)
            try take(answer)
            try await renewIfDue()
            return true
        } catch {
            await failed(error)
            return false
        }
    }

    private func take(_ answer: CallAnswer) throws {
        commands.take(answer.commands ?? [])
        var identity = current.2
        guard answer.restarts > identity.restarts else { return }
        identity.restarts = answer.restarts
        try keep(identity)
        hooks.restart()
    }

    private func renewIfDue() async throws {
        var (http, manager, identity) = current
        let times = try CertificateTimes(pem: identity.certificate)
        guard times.isDue(at: hooks.now() / 1_000) else { return }
        let key = try AgentKey(name: identity.name)
        let message = RenewalMessage(request: key.request)
        let answer = try await http.post(message, to: "/renew", at: manager, CertificateAnswer.self)
        identity.certificate = answer.certificate
        identity.key = key.pem
        http = try Self.client(identity)
        // First kept, then used: the old one is good until the new one was shown.
        try keep(identity)
        let renewed = http
        state.withLock { state in
            state.retired.append(state.http)
            state.http = renewed
        }
        hooks.notice("the agent has a new certificate", false)
    }

    private func keep(_ identity: AgentIdentityFile) throws {
        try hooks.keep(identity)
        state.withLock { $0.identity = identity }
    }

    // MARK: Deliveries

    /// Delivers, for as long as it takes; nil when the task is cancelled before.
    ///
    /// - Returns: The sequence before which the manager has committed everything.
    package func deliver(_ shipment: Shipment) async -> UInt64? {
        while !Task.isCancelled {
            do {
                let (http, manager, _) = current
                let committed = try await http.deliver(shipment, at: manager)
                succeeded(manager)
                return committed
            } catch {
                await failed(error)
            }
        }
        return nil
    }

    private func succeeded(_ manager: ManagerAddress) {
        let isNews = state.withLock { state in
            guard state.choice.current == manager else { return false }
            state.choice.succeeded()
            let text = "connected to \(manager)"
            defer { state.said = text }
            return state.said != text
        }
        if isNews { hooks.notice("connected to \(manager)", false) }
    }

    /// A manager only hangs up on a certificate that has run out; the agent can see it.
    private func explained(_ failure: FleetError) -> FleetError {
        guard failure.code == .connection,
            let end = try? CertificateTimes(pem: current.2.certificate).end,
            end <= hooks.now() / 1_000
        else { return failure }
        return FleetError(
            .revoked,
            "the agent's certificate has run out: it was away for too long, or a clock is wrong;"
                + " enrol it anew with --again",
            cause: failure
        )
    }

    private func failed(_ error: any Error) async {
        guard !Task.isCancelled else { return }
        let failure = explained(
            error as? FleetError
                ?? FleetError(.connection, "cannot work with the manager: \(error)")
        )
        let random = UInt64.random(in: 0...UInt64.max)
        let (pause, isNews) = state.withLock { state -> (Int, Bool) in
            if failure.code == .busy {
                let seconds = min(max(failure.retryAfterSeconds ?? 1, 1), 60)
                return (seconds * 1_000 - Int(random % 500), false)
            }
            var pause = state.choice.failed(random: random)
            if failure.code == .revoked { pause = Self.revokedPause }
            let text = "\(failure.code) \(failure.message)"
            defer { state.said = text }
            return (pause, state.said != text)
        }
        if isNews { hooks.notice("\(failure)", true) }
        // Cancellation ends the wait.
        try? await Task.sleep(for: .milliseconds(pause))
    }
}
