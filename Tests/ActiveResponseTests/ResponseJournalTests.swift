// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ActiveResponse
import Foundation
import Testing

@Suite("The journal of responses")
struct ResponseJournalTests {
    @Test("what was begun stands after a restart, with what its undo needs")
    func standing() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/journal"
        var memory = ActMemory()
        memory.networks = [
            RememberedNetwork(
                id: "n1",
                name: "net\n\"x",
                aliases: ["web"],
                address4: "10.0.0.2",
                address6: ""
            )
        ]
        let written = try ResponseJournal(path: path)
        try written.append(.begun(try Samples.act(1, until: 70), memory))
        let history = try ResponseJournal(path: path).history

        #expect(
            history.standing == [
                StandingAct(act: try Samples.act(1, until: 70), memory: memory, isConfirmed: false)
            ]
        )
        #expect(history.nextID == 2)
        #expect(history.damages == 0)
    }

    @Test("an end that was cut off costs itself alone, and what follows is read")
    func torn() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/journal"
        let first = try ResponseJournal(path: path)
        try first.append(.begun(try Samples.act(1, until: 70), ActMemory()))
        try first.append(.done(1, at: 6, "paused"))
        try first.append(.begun(try Samples.act(2, until: nil), ActMemory()))
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let lines = whole.split(separator: 0x0A)
        let lastLine = try #require(lines.last)
        for cut in 1...lastLine.count {
            try whole.dropLast(cut + 1).write(to: URL(fileURLWithPath: path))
            let journal = try ResponseJournal(path: path)
            #expect(journal.history.standing.map(\.act.id) == [1])
            #expect(journal.history.standing.first?.isConfirmed == true)
            try journal.append(.begun(try Samples.act(3, until: nil), ActMemory()))
            #expect(try ResponseJournal.read(path).standing.map(\.act.id) == [1, 3])
        }
    }

    @Test("a damaged line in the middle is counted, and changes nothing else")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/journal"
        let journal = try ResponseJournal(path: path)
        for id in 1...3 as ClosedRange<UInt64> {
            try journal.append(.begun(try Samples.act(id, until: nil), ActMemory()))
        }
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let end = try #require(bytes.firstIndex(of: 0x0A))
        bytes[end + 60] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let history = try ResponseJournal.read(path)

        #expect(history.damages == 1)
        #expect(history.standing.map(\.act.id) == [1, 3])
    }

    @Test("what has ended is listed, does not stand, and old ends are dropped at a start")
    func ended() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/journal"
        let journal = try ResponseJournal(path: path)
        try journal.append(.begun(try Samples.act(1, until: 70), ActMemory()))
        try journal.append(.done(1, at: 6, "paused"))
        try journal.append(.renewed(1, until: 90))
        #expect(journal.history.standing.first?.act.expiresAt == 90)
        try journal.append(.ended(1, at: 91, .undone, "runs again"))
        let history = try ResponseJournal(path: path).history

        #expect(history.standing.isEmpty)
        #expect(history.acts[1]?.ending?.detail == "runs again")
        #expect(history.nextID == 2)
    }

    @Test("a journal that cannot be opened is an error, not an empty one")
    func unreadable() throws {
        let folder = try TemporaryFolder()

        #expect(throws: ResponseError.self) { try ResponseJournal(path: folder.path) }
    }
}
