// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a worker does, one job after the other.
extension Responder {
    func work(_ job: Job) async {
        switch job {
        case .act(let act): await begin(act)
        case .resume(let act): await resume(act)
        case .renew(let act): await renew(act)
        case .undo(let act): await undo(act)
        }
    }

    private func performer(for act: PlannedAct) throws -> any ActPerformer {
        if let performer = surroundings.performer(act.agent) { return performer }
        throw ResponseError(
            .noPerformer,
            "nobody does acts on agent \(act.agent): it must be connected and may act itself"
        )
    }

    private func begin(_ act: PlannedAct) async {
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
            await perform(act, memory, performer)
        } catch {
            await leave(act, .failed, "\(error)")
        }
    }

    private func leave(_ act: PlannedAct, _ what: AuditRecord.What, _ text: String) async {
        state.withLock { $0.ended(act.id) }
        await report(what, act, text)
    }

    private func perform(
        _ act: PlannedAct,
        _ memory: ActMemory,
        _ performer: any ActPerformer
    ) async {
        do {
            let outcome = try await performer.perform(act, memory) { [self] in
                claim($0, for: act.id)
            }
            switch outcome {
            case .done(let text): await confirm(act, text)
            case .doneForGood(let text): await close(act, .finished, .done, text)
            case .aborted(let text): await close(act, .aborted, .aborted, text)
            }
        } catch {
            // Cut off by the end of this run: the next takes it up.
            guard !Task.isCancelled else { return }
            await rollBack(act, error, performer)
        }
    }

    private func confirm(_ act: PlannedAct, _ text: String) async {
        guard act.kind.canBeUndone else { return await close(act, .finished, .done, text) }
        state.withLock { state in
            let memory = state.act(act.id)?.memory ?? ActMemory()
            state.confirmed(act.id, memory)
        }
        // It is done: a line that is missing makes the next run do it again, or undo it.
        try? await write(.done(act.id, at: surroundings.now(), text))
        await report(.done, act, text)
    }

    private func close(
        _ act: PlannedAct,
        _ how: JournalEntry.How,
        _ what: AuditRecord.What,
        _ text: String
    ) async {
        // Should it be missing, the next run finds an act to undo that undoes nothing.
        try? await write(.ended(act.id, at: surroundings.now(), how, text))
        state.withLock { $0.ended(act.id) }
        await report(what, act, text)
    }

    /// Half of an act is none: what was done of it is undone.
    private func rollBack(
        _ act: PlannedAct,
        _ error: any Error,
        _ performer: any ActPerformer
    ) async {
        if act.kind != .script, let standing = state.withLock({ $0.act(act.id) }) {
            do {
                _ = try await performer.undo(standing)
            } catch let second {
                // It stands as far as is known, and its undo is tried again until it succeeds.
                _ = state.withLock { $0.take(act.id) }
                _ = state.withLock { $0.undoFailed(act.id, at: surroundings.now()) }
                try? await write(.undoAsked(act.id, at: surroundings.now(), by: "failure"))
                return await report(.failed, act, "\(error); taking it back failed too: \(second)")
            }
        }
        await close(act, .failed, .failed, "\(error)")
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
                return await confirm(act.act, "it was cut off, and perhaps done")
            }
            await perform(act.act, act.memory, performer)
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

    private func undo(_ act: StandingAct) async {
        do {
            let text = try await performer(for: act.act).undo(act)
            await close(act.act, .undone, .undone, text)
        } catch {
            guard !Task.isCancelled else { return }
            let count = state.withLock { $0.undoFailed(act.act.id, at: surroundings.now()) }
            // Said once; it is tried again until it succeeds.
            if count == 1 { await report(.undoFailed, act.act, "\(error)") }
        }
    }
}
