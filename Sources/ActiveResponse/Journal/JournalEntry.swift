// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// One line of the journal: see docs/spec/responses-journal.md.
package enum JournalEntry: Sendable, Hashable, Codable {
    /// Written before anything is done.
    case begun(PlannedAct, ActMemory)
    /// A script named what it acts on.
    case keyed(UInt64, [String])
    /// It was done and stands.
    case done(UInt64, at: Int64, String)
    /// It stands until another time.
    case renewed(UInt64, until: Int64)
    /// Somebody asked for its undo, before its time or without one.
    case undoAsked(UInt64, at: Int64, by: String)
    /// It does not stand: undone, failed, or nothing to undo.
    case ended(UInt64, at: Int64, How, String)

    /// How an act came to its end.
    package enum How: String, Sendable, Hashable, Codable {
        case undone, failed, finished, aborted
    }
}

/// An act with its end, as `jaga respond list` shows it.
package struct RecordedAct: Sendable, Hashable, Codable {
    package var standing: StandingAct
    /// What was said when it was done.
    package var detail = ""
    package var ending: Ending?

    package struct Ending: Sendable, Hashable, Codable {
        package let at: Int64
        package let how: JournalEntry.How
        package let detail: String
    }
}

/// What a journal tells: folded from its lines, in their order.
package struct JournalHistory: Sendable {
    /// By id.
    package private(set) var acts: [UInt64: RecordedAct] = [:]
    /// Lines that could not be read.
    package internal(set) var damages = 0
    /// Greater than every id in it.
    package private(set) var nextID: UInt64 = 1

    package init() {}

    package var standing: [StandingAct] {
        acts.values.filter { $0.ending == nil }.map(\.standing)
            .sorted { $0.act.id < $1.act.id }
    }

    /// Takes one more line; one about an act that is not known changes nothing.
    package mutating func take(_ entry: JournalEntry) {
        switch entry {
        case .begun(let act, let memory):
            nextID = max(nextID, act.id == .max ? act.id : act.id + 1)
            acts[act.id] = RecordedAct(
                // An earlier release wrote addresses down.
                standing: StandingAct(act: act.shown, memory: memory, isConfirmed: false)
            )
        case .keyed(let id, let keys): acts[id]?.standing.memory.keys = keys
        case .done(let id, at: _, let detail):
            acts[id]?.standing.isConfirmed = true
            acts[id]?.detail = detail
        case .renewed(let id, let end): acts[id]?.standing.act.expiresAt = end
        case .undoAsked(let id, let time, by: let who):
            acts[id]?.standing.act.expiresAt = time
            acts[id]?.standing.undoneBy = who
        case .ended(let id, let time, let how, let detail):
            acts[id]?.ending = RecordedAct.Ending(at: time, how: how, detail: detail)
        }
    }

    /// The lines that tell the same, with at most `count` acts that have ended.
    func compacted(keeping count: Int) -> [JournalEntry] {
        let ended = acts.values.filter { $0.ending != nil }.map(\.standing.act.id).sorted()
        let dropped = Set(ended.dropLast(count))
        return acts.keys.sorted().filter { !dropped.contains($0) }.flatMap { id in
            acts[id].map(Self.lines) ?? []
        }
    }

    private static func lines(_ record: RecordedAct) -> [JournalEntry] {
        let id = record.standing.act.id
        var lines: [JournalEntry] = [.begun(record.standing.act, record.standing.memory)]
        if record.standing.isConfirmed {
            lines.append(.done(id, at: record.standing.act.begunAt, record.detail))
        }
        if !record.standing.undoneBy.isEmpty {
            let time = record.standing.act.expiresAt ?? record.standing.act.begunAt
            lines.append(.undoAsked(id, at: time, by: record.standing.undoneBy))
        }
        if let ending = record.ending {
            lines.append(.ended(id, at: ending.at, ending.how, ending.detail))
        }
        return lines
    }
}
