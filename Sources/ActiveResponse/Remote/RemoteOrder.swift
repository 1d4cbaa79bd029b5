// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What a manager asks of the host of one of its agents: a call of ``ActPerformer``, as it
/// travels.
///
/// Source: docs/spec/fleet.md, kind `response`.
package struct RemoteOrder: Sendable, Hashable, Codable {
    package enum Step: String, Sendable, Hashable, Codable {
        case prepare, perform, undo, renew
    }

    package let step: Step
    package let act: PlannedAct
    /// What its undo needs; empty before it is prepared.
    package let memory: ActMemory

    package init(_ step: Step, _ act: PlannedAct, _ memory: ActMemory) {
        self.step = step
        self.act = act
        self.memory = memory
    }
}

/// What the agent's host answers; a failure is the command's own.
package enum RemoteAnswer: Sendable, Hashable, Codable {
    case ready(ActMemory)
    case nothingToDo(String)
    case refused(String)
    case done(String)
    case doneForGood(String)
    case aborted(String)
    case undone(String)
    case renewed
}

/// Does acts on an agent's host by asking the agent.
package struct RemotePerformer: ActPerformer {
    private let ask: @Sendable (RemoteOrder) async throws -> RemoteAnswer

    /// `ask` throws when the agent was not reached, or did not do it.
    package init(ask: @escaping @Sendable (RemoteOrder) async throws -> RemoteAnswer) {
        self.ask = ask
    }

    package func prepare(_ act: PlannedAct) async throws -> Preparation {
        switch try await ask(RemoteOrder(.prepare, act, ActMemory())) {
        case .ready(let memory): return .ready(memory)
        case .nothingToDo(let text): return .nothingToDo(text)
        case .refused(let text): return .refused(text)
        default: throw Self.strange
        }
    }

    package func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        switch try await ask(RemoteOrder(.perform, act, memory)) {
        case .done(let text): return .done(text)
        case .doneForGood(let text): return .doneForGood(text)
        case .aborted(let text): return .aborted(text)
        case .refused(let text): throw ResponseError(.noPerformer, text)
        default: throw Self.strange
        }
    }

    package func undo(_ act: StandingAct) async throws -> String {
        guard case .undone(let text) = try await ask(RemoteOrder(.undo, act.act, act.memory))
        else { throw Self.strange }
        return text
    }

    package func renew(_ act: StandingAct) async throws {
        guard case .renewed = try await ask(RemoteOrder(.renew, act.act, act.memory)) else {
            throw Self.strange
        }
    }

    private static let strange = ResponseError(
        .noPerformer,
        "the agent answers something else than was asked: bring it to the manager's release"
    )
}
