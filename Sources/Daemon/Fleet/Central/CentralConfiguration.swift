// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import Fleet
import Synchronization

/// An agent's side of central configuration: takes what its manager pushes, keeps the old
/// one when the new one is bad, and starts anew when it is good.
final class CentralConfiguration: Sendable {
    private struct State {
        var digest: String
        var refusal: AgentRegistry.Refusal?
    }

    /// What the agent begins with.
    let loaded: CentralSettings.Loaded
    private let settings: CentralSettings
    private let state: Mutex<State>
    private let restart: @Sendable () -> Void
    private let notice: @Sendable (OperatorNotice) -> Void

    /// Reads what was given before, which blocks; `restart` is called when there is a new one.
    init(
        _ settings: CentralSettings,
        restart: @escaping @Sendable () -> Void,
        notice: @escaping @Sendable (OperatorNotice) -> Void
    ) {
        self.settings = settings
        loaded = settings.load()
        state = Mutex(State(digest: loaded.digest))
        self.restart = restart
        self.notice = notice
    }

    /// Adds to what the manager is told.
    func tell(_ telling: inout AgentRegistry.Telling) {
        (telling.configuration, telling.refusal) = state.withLock { ($0.digest, $0.refusal) }
    }

    /// Takes a new one.
    func take(_ command: FleetCommand) async throws -> FleetCommandResult {
        let given = try command.value(GroupConfiguration.self)
        let isKnown = state.withLock { state in
            if state.digest == given.digest { state.refusal = nil }
            return state.digest == given.digest
        }
        guard !isKnown else { return .done("{}") }
        do {
            try await replace(with: given)
        } catch {
            let reason = "\(error)"
            state.withLock { state in
                state.refusal = AgentRegistry.Refusal(digest: given.digest, reason: reason)
            }
            notice(
                .manager(
                    "the central configuration is refused, the old one stays: \(reason)",
                    isTrouble: true
                )
            )
            return .failed(reason)
        }
        state.withLock { state in
            state.digest = given.digest
            state.refusal = nil
        }
        notice(.manager("the agent starts anew with a new central configuration", isTrouble: false))
        restart()
        return .done("{}")
    }

    /// Checks and keeps it, on a thread that may block.
    private func replace(with given: GroupConfiguration) async throws {
        let outcome = Handback<Result<Void, any Error>>()
        try await DedicatedThread.run("settings") { [settings] in
            outcome.give(Result { try settings.replace(with: given.text) })
        }
        try outcome.take()?.get()
    }
}
