// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Outputs
import Testing

@Suite("The queue of an output")
struct OutputQueueTests {
    private static func open(
        _ folder: TemporaryFolder,
        bytes: Int = 1 << 20,
        after serial: UInt64 = 0
    ) throws -> OutputQueue {
        var limits = OutputQueue.Limits()
        (limits.bytes, limits.segmentBytes) = (bytes, 200)
        return try OutputQueue(folder: folder.path + "/q", limits: limits, beginningAfter: serial)
    }

    private static func add(_ queue: OutputQueue, _ numbers: ClosedRange<UInt64>) throws {
        for number in numbers {
            try queue.append(Array("alert \(number)".utf8), serial: number, arrival: 7)
        }
    }

    private static func texts(_ queue: OutputQueue, _ count: Int = 100) throws -> [String] {
        try queue.front(count, bytes: 1 << 20).map { String(decoding: $0.line, as: UTF8.self) }
    }

    @Test("what was added comes in order, over files and restarts, until it is acknowledged")
    func order() throws {
        let folder = try TemporaryFolder()
        var queue = try Self.open(folder)
        try Self.add(queue, 1...30)
        #expect(try Self.texts(queue, 2) == ["alert 1", "alert 2"])
        try queue.acknowledge(2, memory: Array("m".utf8))

        queue = try Self.open(folder)
        #expect(queue.memory == Array("m".utf8))
        #expect(queue.figures.waiting == 28)
        #expect(try Self.texts(queue) == (3...30).map { "alert \($0)" })
        try queue.acknowledge(28, memory: [])
        #expect(try Self.texts(queue).isEmpty)
        try Self.add(queue, 31...31)
        #expect(try Self.texts(queue) == ["alert 31"])
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/q")
        #expect(files.filter { $0.hasSuffix(".queue") }.count == 1)
    }

    @Test("what was taken before is not taken again, acknowledged or not")
    func serials() throws {
        let folder = try TemporaryFolder()
        var queue = try Self.open(folder)
        try Self.add(queue, 1...5)
        _ = try Self.texts(queue)
        try queue.acknowledge(5, memory: [])
        queue = try Self.open(folder)
        try Self.add(queue, 3...7)
        queue = try Self.open(folder)
        try Self.add(queue, 5...8)

        #expect(try Self.texts(queue) == ["alert 6", "alert 7", "alert 8"])
    }

    @Test("a new queue begins behind the feed's number, also when nothing came before a restart")
    func beginning() throws {
        let folder = try TemporaryFolder()
        _ = try Self.open(folder, after: 10)
        let queue = try Self.open(folder, after: 90)
        try Self.add(queue, 9...12)

        #expect(try Self.texts(queue) == ["alert 11", "alert 12"])
    }

    @Test("a full queue leaves out and counts, and takes again when there is room")
    func full() throws {
        let folder = try TemporaryFolder()
        let queue = try Self.open(folder, bytes: 100)
        try Self.add(queue, 1...5)
        #expect(queue.figures.waiting == 3)
        #expect(queue.figures.dropped == 2)
        #expect(queue.figures.isFull)
        _ = try Self.texts(queue)
        try queue.acknowledge(1, memory: [])
        try Self.add(queue, 6...6)

        #expect(try Self.texts(queue) == ["alert 2", "alert 3", "alert 6"])
        #expect(!queue.figures.isFull)
    }

    @Test("a file cut at each of its bytes gives what is whole, and goes on")
    func cut() throws {
        let folder = try TemporaryFolder()
        try Self.add(try Self.open(folder), 1...3)
        let path = folder.path + "/q/0000000001.queue"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(whole.count == 93)
        for count in 0..<whole.count {
            try whole.prefix(count).write(to: URL(fileURLWithPath: path))
            let queue = try Self.open(folder)
            let kept = count / 31
            #expect(queue.figures.waiting == kept, "cut at \(count)")
            try queue.append(Array("again".utf8), serial: 9, arrival: 0)
            let texts = try Self.texts(queue)
            #expect(
                texts == (0..<kept).map { "alert \($0 + 1)" } + ["again"],
                "cut at \(count)"
            )
        }
    }

    @Test("damage costs what is behind it in its file, is counted, and never traps")
    func damage() throws {
        let seed: UInt64 = 20_261_127
        var random = SeededGenerator(seed: seed)
        let folder = try TemporaryFolder()
        try Self.add(try Self.open(folder), 1...12)
        let path = folder.path + "/q/0000000001.queue"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for _ in 0..<300 {
            var bytes = whole
            bytes[random.next(below: bytes.count)] ^= UInt8(1 + random.next(below: 255))
            try bytes.write(to: URL(fileURLWithPath: path))
            let queue = try Self.open(folder)
            #expect(queue.figures.damages == 1, "seed \(seed)")
            #expect(
                try Self.texts(queue).suffix(5) == [
                    "alert 8", "alert 9", "alert 10",
                    "alert 11", "alert 12",
                ],
                "seed \(seed)"
            )
        }
    }
}
