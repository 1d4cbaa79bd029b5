// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import Foundation
import Spool
import JagaTesting
import Testing

@Suite("A damaged spool", .timeLimit(.minutes(2)))
struct SpoolDamageTests {
    /// A spool of one segment with five records; where each begins, and its bytes.
    private static func written() throws -> (folder: SpoolFolderFixture, bytes: [UInt8]) {
        let folder = try SpoolFolderFixture()
        let spool = try folder.open()
        for number in 1...5 {
            _ = try spool.append(
                [Events.item("event \(number)", checkpoint: "file \(number)")],
                usingReserve: false
            )
        }
        let path = try #require(folder.segments.first)
        return (folder, Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    private static func replace(_ folder: SpoolFolderFixture, _ bytes: [UInt8]) throws {
        let path = try #require(folder.segments.first)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    private static let whole = (1...5).map { "\($0) event \($0)" }

    @Test("the last segment cut at each of its bytes gives the records before the cut, and goes on")
    func cutAtEachByte() throws {
        let (folder, bytes) = try Self.written()
        var ends: [Int] = []
        for count in 0..<bytes.count {
            try Self.replace(folder, Array(bytes[..<count]))
            let spool = try folder.open()
            let found = try Events.all(of: spool)

            #expect(found == Array(Self.whole.prefix(found.count)), "cut at \(count)")
            #expect(spool.figures.damages == 0, "cut at \(count)")
            #expect(
                try folder.checkpoints() == (1...5).prefix(found.count).map { "\($0) file \($0)" },
                "cut at \(count)"
            )
            if ends.count < found.count { ends.append(count) }
            let next = try spool.append([Events.item("new")], usingReserve: false)
            #expect(next[0].sequence == UInt64(found.count + 1), "cut at \(count)")
            #expect(try Events.all(of: spool).last == "\(found.count + 1) new", "cut at \(count)")
            try #require(folder.segments.count == 2)
            for path in folder.segments {
                let isOld =
                    try Data(contentsOf: URL(fileURLWithPath: path)) == Data(bytes[..<count])
                if !isOld { try FileManager.default.removeItem(atPath: path) }
            }
        }
        // Each record but the last one came at the very byte at which it was whole.
        #expect(ends.count == 4)
    }

    @Test("each byte turned over costs one record at most, and is counted and never believed")
    func eachByteTurnedOver() throws {
        let (folder, bytes) = try Self.written()
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x41
            try Self.replace(folder, damaged)
            let spool = try folder.open()
            let found = try Events.all(of: spool)

            let isInTitle = index < 8
            if isInTitle {
                // Another digit is another version, whose file is left alone.
                #expect(found == Self.whole || found.isEmpty, "byte \(index)")
            } else {
                #expect(found.count == 4, "byte \(index)")
                #expect(found.allSatisfy(Self.whole.contains), "byte \(index)")
                // The last record's header may look like one that was not written whole.
                #expect(spool.figures.damages == 1, "byte \(index)")
            }
        }
    }

    @Test("bytes that vanished from the middle cost the records they were in")
    func bytesVanished() throws {
        let (folder, bytes) = try Self.written()
        for index in stride(from: 8, to: bytes.count - 20, by: 7) {
            try Self.replace(folder, Array(bytes[..<index] + bytes[(index + 13)...]))
            let found = try Events.all(of: try folder.open())

            #expect(found.count >= 3, "13 bytes from \(index)")
            #expect(found.allSatisfy(Self.whole.contains), "13 bytes from \(index)")
        }
    }

    @Test("text of a log that looks like a record is none, also where a record is damaged")
    func forgedRecord() throws {
        let (other, forged) = try Self.written()
        let folder = try SpoolFolderFixture()
        let spool = try folder.open()
        var batch = EventBatch()
        batch.append(forged, from: Events.file, at: Timestamp(nanoseconds: 0))
        _ = try spool.append([SpoolItem(batch: batch, checkpoint: [])], usingReserve: false)
        _ = try spool.append([Events.item("true")], usingReserve: false)
        let path = try #require(folder.segments.first)
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[8] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))

        let again = try folder.open()
        #expect(try Events.all(of: again) == ["2 true"])
        #expect(again.figures.damages == 1)
        withExtendedLifetime(other) {}
    }

    @Test("random bytes in place of a segment are damage and nothing else")
    func noise() throws {
        var random = SeededGenerator(seed: 119)
        let (folder, _) = try Self.written()
        for _ in 0..<50 {
            let bytes = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }
            try Self.replace(folder, bytes)
            let spool = try folder.open()

            #expect(try Events.all(of: spool) == [])
            #expect(try spool.append([Events.item("new")], usingReserve: false).count == 1)
            for path in folder.segments.dropFirst() {
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }
}
