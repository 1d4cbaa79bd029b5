// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc
import Testing

@Suite("Following the log of alerts")
struct AlertTailTests {
    let folder: TemporaryFolder
    let log: AlertLog

    init() throws {
        folder = try TemporaryFolder()
        log = try AlertLog(AlertLog.Configuration(folder: folder.alerts), at: .november(23))
    }

    @Test("from the end, only alerts that come later are given")
    func startsAtEnd() throws {
        try log.append(AlertBatch(lines: #"{"a":1}"#))
        let tail = try AlertTail(folder: folder.alerts, start: .end)

        #expect(try next(tail) == nil)
        try log.append(AlertBatch(lines: #"{"b":2}"#, #"{"c":3}"#))

        #expect(try next(tail) == #"{"b":2}"#)
        #expect(try next(tail) == #"{"c":3}"#)
        #expect(try next(tail) == nil)
    }

    @Test(
        "so many of the last lines come first, or as many as there are",
        arguments: [
            (0, []), (1, ["3"]), (2, ["2", "3"]), (3, ["1", "2", "3"]), (9, ["1", "2", "3"]),
        ]
            as [(Int, [String])]
    )
    func startsWithLastLines(count: Int, expected: [String]) throws {
        try folder.write("1\n2\n3\n{\"torn".utf8, to: "alerts.json")

        let tail = try AlertTail(folder: folder.alerts, start: .lastLines(count))

        for line in expected { #expect(try next(tail) == line) }
        #expect(try next(tail) == nil)
    }

    @Test("the last lines are found when they are longer than a block")
    func startsWithLongLines() throws {
        let long = String(repeating: "x", count: 150_000)
        try log.append(AlertBatch(lines: "{1}", long, "{2}"))

        let tail = try AlertTail(folder: folder.alerts, start: .lastLines(2))

        #expect(try next(tail) == long)
        #expect(try next(tail) == "{2}")
    }

    @Test("a line is given when it is whole, however it comes")
    func waitsForWholeLines() throws {
        let tail = try AlertTail(folder: folder.alerts, start: .end)
        var given: [String] = []

        for byte in "{\"a\":1}\n{\"b\":2}\n".utf8 {
            try folder.write([byte], to: "alerts.json", mode: "ab")
            if let line = try next(tail) { given.append(line) }
        }

        #expect(given == [#"{"a":1}"#, #"{"b":2}"#])
    }

    @Test("a file is read to its end before the one that follows it")
    func followsRotation() throws {
        let tail = try AlertTail(folder: folder.alerts, start: .end)
        try log.append(AlertBatch(lines: #"{"a":1}"#))
        #expect(try next(tail) == #"{"a":1}"#)

        try log.append(AlertBatch(lines: #"{"b":2}"#))
        try log.rotateIfNeeded(at: .november(24))
        try log.append(AlertBatch(lines: #"{"c":3}"#))
        try log.append(AlertBatch(lines: #"{"d":4}"#))

        #expect(try next(tail) == #"{"b":2}"#)
        #expect(try next(tail) == #"{"c":3}"#)
        #expect(try next(tail) == #"{"d":4}"#)
        #expect(try next(tail) == nil)
    }

    @Test("lines of a batch that was taken back come again, and none is torn")
    func followsTruncation() throws {
        let tail = try AlertTail(folder: folder.alerts, start: .end)
        try folder.write("{1}\n{2}\n{3".utf8, to: "alerts.json", mode: "ab")
        #expect(try next(tail) == "{1}")
        #expect(try next(tail) == "{2}")
        #expect(try next(tail) == nil)

        truncate(folder.alerts + "/alerts.json", 4)
        #expect(try next(tail) == nil)
        try folder.write("{2}\n{3}\n".utf8, to: "alerts.json", mode: "ab")

        #expect(try next(tail) == "{2}")
        #expect(try next(tail) == "{3}")
    }

    @Test("a log that begins later is given from its first line")
    func waitsForFile() throws {
        let empty = try TemporaryFolder()
        let tail = try AlertTail(folder: empty.alerts, start: .end)
        #expect(try next(tail) == nil)

        let later = try AlertLog(
            AlertLog.Configuration(folder: empty.alerts),
            at: .november(23)
        )
        try later.append(AlertBatch(lines: #"{"a":1}"#))

        #expect(try next(tail) == #"{"a":1}"#)
    }

    @Test("a line beyond all measure is passed over and counted")
    func skipsHugeLines() throws {
        let tail = try AlertTail(folder: folder.alerts, start: .end)
        let huge = String(repeating: "x", count: 16 << 20 + 1)

        try log.append(AlertBatch(lines: "{1}", huge, "{2}"))

        #expect(try next(tail) == "{1}")
        #expect(try next(tail) == "{2}")
        #expect(tail.skippedLines == 1)
    }

    @Test("a wait ends when an alert comes", .timeLimit(.minutes(1)))
    func wakesForAlerts() throws {
        let tail = try AlertTail(folder: folder.alerts, start: .end)
        let path = folder.alerts + "/alerts.json"
        let writer = try startThread {
            guard let file = fopen(path, "ab") else { return }
            fputs("{\"a\":1}\n", file)
            fclose(file)
        }

        let line = try tail.next(timeoutMilliseconds: 3_600_000)

        #expect(line == Array(#"{"a":1}"#.utf8))
        pthread_join(writer, nil)
    }

    @Test("a wait ends when another thread interrupts it", .timeLimit(.minutes(1)))
    func isInterruptible() throws {
        let tail = try AlertTail(folder: folder.alerts, start: .end)
        let interrupter = tail.interrupter
        let other = try startThread { interrupter.interrupt() }

        let line = try tail.next(timeoutMilliseconds: 3_600_000)

        #expect(line == nil)
        #expect(tail.isInterrupted)
        pthread_join(other, nil)
    }

    /// The next line that is there now.
    private func next(_ tail: AlertTail) throws -> String? {
        try tail.next(timeoutMilliseconds: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private func startThread(_ work: @escaping @Sendable () -> Void) throws -> pthread_t {
        final class Work: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Work(work)).toOpaque()
        let result = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            argument
        )
        guard result == 0 else { throw AlertStoreTestFailure("cannot start a thread") }
        return thread
    }
}
