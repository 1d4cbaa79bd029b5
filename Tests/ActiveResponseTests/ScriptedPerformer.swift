// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Foundation
import Synchronization

/// A host that does what a test tells it to, and notes what it was asked.
final class ScriptedPerformer: ActPerformer {
    private struct State {
        var preparation = Preparation.ready(ActMemory())
        var outcome: Result<ActOutcome, ResponseError> = .success(.done("it is done"))
        var undo: Result<String, ResponseError> = .success("it is undone")
        var asked: [String] = []
    }

    private let state = Mutex(State())

    /// As `perform docker-pause`, `undo 3`.
    var asked: [String] { state.withLock { $0.asked } }

    func prepares(_ preparation: Preparation) { state.withLock { $0.preparation = preparation } }
    func ends(_ outcome: Result<ActOutcome, ResponseError>) {
        state.withLock { $0.outcome = outcome }
    }
    func undoes(_ outcome: Result<String, ResponseError>) { state.withLock { $0.undo = outcome } }

    func prepare(_ act: PlannedAct) async throws -> Preparation {
        state.withLock { $0.preparation }
    }

    func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        claim: @escaping @Sendable ([String]) -> Bool
    ) async throws -> ActOutcome {
        try state.withLock { state in
            state.asked.append("perform \(act.kind.rawValue)")
            return state.outcome
        }.get()
    }

    func undo(_ act: StandingAct) async throws -> String {
        try state.withLock { state in
            state.asked.append("undo \(act.act.id)")
            return state.undo
        }.get()
    }

    func renew(_ act: StandingAct) async throws {}
}

/// A responder that runs for the length of a test.
struct RunningResponder {
    let responder: Responder
    let host: ScriptedPerformer
    let journal: String
    private let records: Mutexed

    var audit: [AuditRecord] { records.value.withLock { $0 } }

    final class Mutexed: Sendable {
        let value = Mutex<[AuditRecord]>([])
    }

    static func run(
        _ change: (inout ResponseSettings) -> Void = { _ in },
        commands: [ResponseCommand] = [],
        _ body: (RunningResponder) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let host = ScriptedPerformer()
        let records = Mutexed()
        var settings = ResponseSettings()
        change(&settings)
        let path = folder.path + "/journal"
        let responder = Responder(
            settings,
            commands: commands,
            journal: try ResponseJournal(path: path),
            Responder.Surroundings(
                performer: { $0 == "000" ? host : nil },
                requests: RequestFolder(path: folder.path + "/requests"),
                now: { 1_000_000_000_000 },
                audit: { record in records.value.withLock { $0.append(record) } }
            )
        )
        let running = Task { await responder.run() }
        let me = RunningResponder(
            responder: responder,
            host: host,
            journal: path,
            records: records
        )
        let outcome: Result<Void, any Error>
        do {
            try await body(me)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        running.cancel()
        await running.value
        withExtendedLifetime(folder) {}
        try outcome.get()
    }

    func order(
        _ act: String,
        _ target: ActTarget,
        mode: ResponseMode = .enforce,
        seconds: Int? = nil
    ) async -> AuditRecord? {
        var order = HandOrder(act: act, target: target, mode: mode, by: "user:ann")
        order.seconds = seconds
        order.alert = "7.1"
        order.ruleID = 31103
        return await responder.perform(order, patience: .seconds(300))
    }
}
