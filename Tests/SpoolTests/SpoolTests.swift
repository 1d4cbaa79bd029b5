// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Spool
import Testing

@Suite("The spool", .timeLimit(.minutes(1)))
struct SpoolTests {
    @Test("events come out as they went in, numbered from one, also after a restart")
    func roundTrip() throws {
        let folder = try SpoolFolderFixture()
        let first = try folder.open()
        let placed = try first.append(
            [
                Events.item("one", "cut two", from: Events.container, checkpoint: "web 10"),
                Events.item("", "drei\u{0}\u{FF}"),
            ],
            usingReserve: false
        )
        let second = try folder.open()

        #expect(placed.map(\.sequence) == [1, 3])
        #expect(try Events.all(of: first) == ["1 one", "2 cut two", "3 ", "4 drei\u{0}\u{FF}"])
        #expect(try Events.all(of: second) == ["1 one", "2 cut two", "3 ", "4 drei\u{0}\u{FF}"])
        var reader = SpoolReader(second, from: 1)
        let batch = try #require(try reader.read()).batch
        let source = try #require(batch.sources.first)
        #expect(source.agent == Events.agent)
        #expect(source.location == Array("docker:web".utf8))
        #expect(source.container?.json == Events.container.container?.json)
        #expect(batch.entries[1].isTruncated && !batch.entries[0].isTruncated)
        #expect(batch.entries[0].originNanoseconds == 42)
        #expect(batch.entries[0].time.nanoseconds == 1_700_000_000_000_000_001)
        #expect(batch.entries[0].time.utcOffsetSeconds == -3600)
    }

    @Test("a source keeps its agent's labels and groups, its program and what its texts are")
    func sources() throws {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open()
        var agent = Events.agent
        agent.labels = AgentLabels([.init(key: "place", value: "cellar")])
        agent.groups = ["web", "front"]
        let source = EventSource(
            agent: agent,
            location: "syscheck",
            programName: Array("nginx".utf8),
            kind: .fileIntegrity
        )
        _ = try spool.append([Events.item("{}", from: source)], usingReserve: false)

        var reader = SpoolReader(spool, from: 1)
        let read = try #require(try reader.read()?.batch.sources.first)

        #expect(read.agent == agent)
        #expect(read.programName == Array("nginx".utf8))
        #expect(read.kind == .fileIntegrity)
    }

    @Test("numbers go on after a restart, and above what the record has seen")
    func numbers() throws {
        let folder = try SpoolFolderFixture()
        _ = try folder.open().append([Events.item("a", "b")], usingReserve: false)

        let second = try folder.open()
        #expect(try second.append([Events.item("c")], usingReserve: false)[0].sequence == 3)
        let third = try folder.open(acknowledged: 1000)
        #expect(try third.append([Events.item("d")], usingReserve: false)[0].sequence == 1000)
    }

    @Test("checkpoints are found in order at the next start, also those without events")
    func checkpoints() throws {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open()
        _ = try spool.append(
            [Events.item("a", checkpoint: "x 1"), Events.item(checkpoint: "x gone")],
            usingReserve: false
        )
        _ = try spool.append(
            [Events.item("b"), Events.item("c", checkpoint: "y 2")],
            usingReserve: false
        )

        #expect(try folder.checkpoints() == ["1 x 1", "2 x gone", "4 y 2"])
    }

    @Test("a reader begins where it is told, in the middle of a record too")
    func readingFromTheMiddle() throws {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open(segment: 1)
        for text in ["a", "b", "c"] {
            _ = try spool.append([Events.item(text, text + text)], usingReserve: false)
        }

        #expect(try Events.all(of: spool, from: 4) == ["3 b", "4 bb", "5 c", "6 cc"])
        #expect(try Events.all(of: spool, from: 7) == [])
    }

    @Test("a reader goes on at a place, and sees what is written later")
    func seeking() throws {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open()
        let placed = try spool.append([Events.item("a"), Events.item("b")], usingReserve: false)
        var reader = SpoolReader(spool, from: 1)

        try reader.seek(to: placed[1].place, sequence: placed[1].sequence)
        #expect(try Events.all(&reader) == ["2 b"])
        _ = try spool.append([Events.item("c")], usingReserve: false)
        #expect(try Events.all(&reader) == ["3 c"])
        #expect(try Events.all(&reader) == [])
    }

    @Test("what is done is removed, and what a snapshot needs stays until there is no room")
    func removing() throws {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open(segment: 1)
        for _ in 0..<40 {
            _ = try spool.append(
                [Events.item(String(repeating: "x", count: 4096))],
                usingReserve: false
            )
        }
        spool.acknowledge(before: 31, events: 30)
        let kept = folder.segments.count
        spool.keep(from: 21)
        let fewer = folder.segments.count
        spool.removeKept()

        #expect(kept == 40)
        #expect(fewer == 20)
        #expect(folder.segments.count == 10)
        #expect(try Events.all(of: spool).count == 10)
        #expect(spool.figures.waitingEvents == 10)
        #expect(spool.figures.storedEvents == 30)
        #expect(spool.figures.receivedEvents == 40)
    }

    @Test("a full spool refuses, those with the reserve later, and takes again when there is room")
    func full() throws {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open(limit: 40_000)
        let item = Events.item(String(repeating: "x", count: 3000))
        var count: UInt64 = 0
        while spool.figures.trouble == nil {
            count += 1
            // Until it is full; that is looked at.
            _ = try? spool.append([item], usingReserve: false)
        }
        #expect(count == 13)
        #expect(spool.figures.trouble?.code == .full)
        #expect(try spool.append([item], usingReserve: true)[0].sequence == 13)
        #expect(throws: SpoolError.self) { try spool.append([item, item], usingReserve: true) }

        spool.acknowledge(before: 13, events: 12)
        #expect(try spool.append([item], usingReserve: false)[0].sequence == 14)
        #expect(spool.figures.trouble == nil)
        #expect(spool.figures.timesFull == 1)
        #expect(spool.figures.bytes < 45_000)
    }

    @Test("a group above the limit passes when nothing waits")
    func oversized() throws {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open(limit: 1000)
        let item = Events.item(String(repeating: "x", count: 5000))

        #expect(try spool.append([item], usingReserve: false)[0].sequence == 1)
    }

    @Test("events of a start before the acknowledged ones are not counted as waiting")
    func recoveredFigures() throws {
        let folder = try SpoolFolderFixture()
        _ = try folder.open().append([Events.item("a", "b", "c")], usingReserve: false)

        let figures = try folder.open(acknowledged: 2).figures
        #expect(figures.waitingEvents == 2)
        #expect(figures.receivedEvents == 2)
    }

    @Test("a segment of another version stays, and its number is not given again")
    func otherVersion() throws {
        let folder = try SpoolFolderFixture()
        let path = folder.path + "/00000000000000ff-00000000.segment"
        try Data("JAGASPL9 and more".utf8).write(to: URL(fileURLWithPath: path))

        let spool = try folder.open()
        #expect(spool.figures.foreignSegments == 1)
        #expect(try spool.append([Events.item("a")], usingReserve: false)[0].sequence == 256)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("a folder that cannot be made is an error that names it")
    func unusableFolder() throws {
        #expect(throws: SpoolError.self) {
            try Spool(
                Spool.Configuration(folder: "/proc/spool", limitBytes: 1),
                acknowledged: 1,
                kept: 1
            ) { _, _ in }
        }
    }
}
