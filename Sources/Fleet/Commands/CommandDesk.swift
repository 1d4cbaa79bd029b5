// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A manager's side of the command channel: what agents are to do, and who waits for it.
///
/// ```
/// send ─► pending, by agent ─► answer to the agent's call ─► agent ─► result ─► send returns
/// ```
/// A command is given again with each call whose agent does not say that it has it, until
/// there is a result or its time is over. An agent does it once in a run; one that is
/// started anew in the middle may do it again, so kinds must bear that.
package final class CommandDesk: Sendable {
    /// Bounds of what waits.
    package struct Limits: Sendable, Hashable {
        /// Commands of one agent, and bytes of their payloads.
        package var commands = 64
        package var agentBytes = 1 << 20
        /// Bytes of all payloads.
        package var bytes = 64 << 20

        package init() {}
    }

    /// How many commands there were since the start.
    package struct Figures: Sendable, Hashable {
        package var sent = 0
        package var answered = 0
        /// Whose agent did not fetch them in time.
        package var unreached = 0
        /// Whose agent has them, and did not tell a result in time.
        package var unanswered = 0
        /// For which there was no room.
        package var refused = 0

        package init() {}
    }

    private struct Pending {
        let id: String
        let command: FleetCommand
        let deadline: ContinuousClock.Instant
        var wasGiven = false
        let result: CheckedContinuation<FleetCommandResult, any Error>

        var bytes: Int { command.payload.utf8.count }
    }

    private struct State {
        /// By the agents' ids, in the order of sending.
        var pending: [String: [Pending]] = [:]
        var bytes = 0
        var figures = Figures()
        var isClosed = false

        /// Takes one out that is settled.
        mutating func remove(_ id: String, of agent: String) -> Pending? {
            guard let index = pending[agent]?.firstIndex(where: { $0.id == id }),
                let removed = pending[agent]?.remove(at: index)
            else { return nil }
            if pending[agent]?.isEmpty == true { pending[agent] = nil }
            bytes -= removed.bytes
            return removed
        }
    }

    let calls = HeldCalls()
    private let limits: Limits
    private let state = Mutex(State())

    package init(limits: Limits = Limits()) {
        self.limits = limits
    }

    package var figures: Figures { state.withLock { $0.figures } }

    /// Has an agent do something, and waits for what comes of it.
    ///
    /// Time limits are kept to the second. Several commands to one agent are done at the
    /// same time; who needs an order waits for the first result.
    ///
    /// - Throws: ``FleetError``: `busy` when too much waits, `unreached` when the agent did
    ///   not fetch it in time, `unanswered` when it did and may have done it, `revoked` when
    ///   the agent is taken out; `CancellationError`.
    package func send(
        _ command: FleetCommand,
        to agent: String
    ) async throws -> FleetCommandResult {
        let id = SecretText.random(bytes: 12)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let pending = Pending(
                    id: id,
                    command: command,
                    deadline: .now.advanced(by: command.timeLimit),
                    result: continuation
                )
                if let refusal = state.withLock({ admit(pending, agent, &$0) }) {
                    continuation.resume(throwing: refusal)
                    return
                }
                calls.wake(agent)
                // Cancelled before it was noted.
                if Task.isCancelled { abandon(id, agent) }
            }
        } onCancel: {
            abandon(id, agent)
        }
    }

    private func admit(_ pending: Pending, _ agent: String, _ state: inout State) -> FleetError? {
        let own = state.pending[agent] ?? []
        let ownBytes = own.reduce(0) { $0 + $1.bytes }
        guard !state.isClosed, own.count < limits.commands,
            ownBytes + pending.bytes <= limits.agentBytes,
            state.bytes + pending.bytes <= limits.bytes
        else {
            state.figures.refused += 1
            return FleetError(.busy, "too many commands wait for agent \(agent): try again later")
        }
        state.pending[agent, default: []].append(pending)
        state.bytes += pending.bytes
        state.figures.sent += 1
        return nil
    }

    private func abandon(_ id: String, _ agent: String) {
        let removed = state.withLock { $0.remove(id, of: agent) }
        removed?.result.resume(throwing: CancellationError())
    }

    // MARK: The agent's calls

    /// What an agent is to be given that has others already; at least one when there is any.
    package func given(to agent: String, besides held: [String]) -> [CommandMessage] {
        let held = Set(held)
        return state.withLock { state in
            var messages: [CommandMessage] = []
            var bytes = 0
            let now = ContinuousClock.now
            for index in (state.pending[agent] ?? []).indices {
                guard let pending = state.pending[agent]?[index], !held.contains(pending.id)
                else { continue }
                guard messages.isEmpty || bytes + pending.bytes <= FleetCommand.payloadLimit
                else { break }
                bytes += pending.bytes
                state.pending[agent]?[index].wasGiven = true
                messages.append(
                    CommandMessage(
                        id: pending.id,
                        kind: pending.command.kind.rawValue,
                        payload: pending.command.payload,
                        milliseconds: max(0, now.milliseconds(until: pending.deadline))
                    )
                )
            }
            return messages
        }
    }

    /// Takes results of an agent; one that nobody waits for any more is passed over, and so
    /// is one of another agent's command.
    package func take(_ results: [ResultMessage], of agent: String) {
        for message in results {
            let removed = state.withLock { state in
                let removed = state.remove(message.id, of: agent)
                if removed != nil { state.figures.answered += 1 }
                return removed
            }
            removed?.result.resume(returning: message.result)
        }
    }

    // MARK: Time

    /// Lets those go whose time is over or whose agent is not registered any more; called
    /// every second.
    package func tick(isRegistered: (String) -> Bool) {
        let agents = state.withLock { Array($0.pending.keys) }
        let gone = Set(agents.filter { !isRegistered($0) })
        let now = ContinuousClock.now
        let over = state.withLock { state -> [(Pending, FleetError)] in
            var over: [(Pending, FleetError)] = []
            for (agent, list) in state.pending {
                for pending in list where gone.contains(agent) || pending.deadline <= now {
                    _ = state.remove(pending.id, of: agent)
                    let error = Self.error(pending, agent, isGone: gone.contains(agent))
                    if error.code == .unreached { state.figures.unreached += 1 }
                    if error.code == .unanswered { state.figures.unanswered += 1 }
                    over.append((pending, error))
                }
            }
            return over
        }
        for (pending, error) in over { pending.result.resume(throwing: error) }
        calls.wakeOverdue()
    }

    private static func error(_ pending: Pending, _ agent: String, isGone: Bool) -> FleetError {
        let kind = pending.command.kind.rawValue
        if isGone { return FleetError(.revoked, "agent \(agent) is not registered any more") }
        return pending.wasGiven
            ? FleetError(
                .unanswered,
                "agent \(agent) was told to do \(kind) and has not answered in time: it may have"
                    + " been done"
            )
            : FleetError(
                .unreached,
                "agent \(agent) was not reached in time for \(kind): is it connected? See jaga"
                    + " agents show \(agent)"
            )
    }

    /// Lets everyone go who waits; nothing more is taken.
    package func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.pending = [:] }
            return state.pending.values.flatMap { $0 }
        }
        for pending in waiting {
            pending.result.resume(throwing: FleetError(.busy, "the manager is ending"))
        }
    }
}

extension ContinuousClock.Instant {
    /// Whole milliseconds to another moment, at most a day.
    fileprivate func milliseconds(until other: ContinuousClock.Instant) -> Int {
        let span = min(duration(to: other), .seconds(86_400))
        return Int(span.components.seconds) * 1_000
            + Int(span.components.attoseconds / 1_000_000_000_000_000)
    }
}
