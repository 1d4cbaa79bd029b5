// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a worker does, one job after the other.
extension Responder {
    func work(_ job: Job) async {
        switch job {
        case .act(let act, let reply): tell(reply, await begin(act))
        case .resume(let act): await resume(act)
        case .renew(let act): await renew(act)
        case .undo(let act, let reply):
            if let record = await undo(act) { tell(reply, record) } else { reply?.finish() }
        }
    }

    private func performer(for act: PlannedAct) throws -> any ActPerformer {
        if let performer = surroundings.performer(act.agent) { return performer }
        throw ResponseError(
            .noPerformer,
            "nobody does acts on agent \(act.agent): it must be connected and may act itself"
        )
    }

    /// - Returns: What was reported of it.
    private func begin(_ act: PlannedAct) async -> AuditRecord {
        do {
            let performer = try performer(for: act)
            let memory: ActMemory
            switch try await performer.prepare(act) {
            case .ready(let found): memory = found
            case .nothingToDo(let text): return await leave(act, .nothingToDo, text)
            case .refused(let text): return await leave(act, .refused, text)
            }
            guard act.mode == .enforce else {
                return await report(.dryRun, act, "would do \(act.title)")
            }
            state.withLock { $0.began(act.id, memory) }
            try await write(.begun(act, memory))
            return await perform(act, memory, performer)
        } catch {
            return await leave(act, .failed, "\(error)")
        }
    }

    @discardableResult
    private func leave(
        _ act: PlannedAct,
        _ what: AuditRecord.What,
        _ text: String
    ) async -> AuditRecord {
        state.withLock { $0.ended(act.id) }
        return await report(what, act, text)
    }

    private func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        _ performer: any ActPerformer
    ) async -> AuditRecord {
        do {
            let outcome = try await performer.perform(act, memory) { [self] in
                claim($0, for: act.id)
            }
            switch outcome {
            case .done(let text): return await confirm(act, text)
            case .doneForGood(let text): return await close(act, .finished, .done, text)
            case .aborted(let text): return await close(act, .aborted, .aborted, text)
            }
        } catch {
            // Cut off by the end of this run: the next takes it up.
            guard !Task.isCancelled else { return AuditRecord(.failed, act, "Jaga ends") }
            return await rollBack(act, error, performer)
        }
    }

    @discardableResult
    private func confirm(_ act: PlannedAct, _ text: String) async -> AuditRecord {
        guard act.kind.canBeUndone else { return await close(act, .finished, .done, text) }
        state.withLock { state in
            let memory = state.act(act.id)?.memory ?? ActMemory()
            state.confirmed(act.id, memory)
        }
        // It is done: a line that is missing makes the next run do it again, or undo it.
        try? await write(.done(act.id, at: surroundings.now(), text))
        return await report(.done, act, text)
    }

    private func close(
        _ act: PlannedAct,
        _ how: JournalEntry.How,
        _ what: AuditRecord.What,
        _ text: String
    ) async -> AuditRecord {
        // Should it be missing, the next run finds an act to undo that undoes nothing.
        try? await write(.ended(act.id, at: surroundings.now(), how, text))
        let who = state.withLock { state in
            defer { state.ended(act.id) }
            return state.act(act.id)?.undoneBy ?? ""
        }
        return await report(what, act, text, undoneBy: who)
    }

    /// Half of an act is none: what was done of it is undone.
    private func rollBack(
        _ act: PlannedAct,
        _ error: any Error,
        _ performer: any ActPerformer
    ) async -> AuditRecord {
        if !act.kind.takesAlert, let standing = state.withLock({ $0.act(act.id) }) {
            do {
                _ = try await performer.undo(standing)
            } catch let second {
                // It stands as far as is known, and its undo is tried again until it succeeds.
                _ = state.withLock { $0.take(act.id, by: "failure") }
                _ = state.withLock { $0.undoFailed(act.id, at: surroundings.now()) }
                try? await write(.undoAsked(act.id, at: surroundings.now(), by: "failure"))
                return await report(.failed, act, "\(error); taking it back failed too: \(second)")
            }
        }
        return await close(act, .failed, .failed, "\(error)")
    }

    /// Whether a script may act on what it names; on the script's own thread.
    private func claim(_ keys: [String], for id: UInt64) -> Bool {
        let (mayAct, other) = state.withLock { $0.claim(keys, for: id) }
        do {
            if mayAct { try journal.append(.keyed(id, keys)) }
            if let end = other?.act.expiresAt, let other {
                try journal.append(.renewed(other.act.id, until: end))
            }
            return mayAct
        } catch {
            // What cannot be written down is not done.
            return false
        }
    }

    /// Does again what was cut off, with what it remembered then.
    private func resume(_ act: StandingAct) async {
        do {
            let performer = try performer(for: act.act)
            guard act.act.kind.isIdempotent else {
                await confirm(act.act, "it was cut off, and perhaps done")
                return
            }
            _ = await perform(act.act, act.memory, performer)
        } catch {
            await leave(act.act, .failed, "\(error)")
        }
    }

    private func renew(_ act: StandingAct) async {
        guard let end = act.act.expiresAt else { return }
        do {
            try await write(.renewed(act.act.id, until: end))
            try await performer(for: act.act).renew(act)
        } catch {
            await report(.failed, act.act, "it could not be made to stand longer: \(error)")
        }
    }

    /// - Returns: How it ended; nil when this run ends first.
    private func undo(_ act: StandingAct) async -> AuditRecord? {
        do {
            let text = try await performer(for: act.act).undo(act)
            return await close(act.act, .undone, .undone, text)
        } catch {
            guard !Task.isCancelled else { return nil }
            let count = state.withLock { $0.undoFailed(act.act.id, at: surroundings.now()) }
            guard count == 1 else { return AuditRecord(.undoFailed, act.act, "\(error)") }
            // Said once; it is tried again until it succeeds.
            return await report(.undoFailed, act.act, "\(error)", undoneBy: act.undoneBy)
        }
    }
}
