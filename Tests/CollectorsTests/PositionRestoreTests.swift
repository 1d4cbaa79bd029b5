// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Collectors
import EventModel
import Glibc
import Testing

@Suite("Positions that the spool keeps", .timeLimit(.minutes(1)))
struct PositionRestoreTests {
    private let scratch: Scratch
    private let log: String

    init() throws {
        scratch = try Scratch()
        log = scratch.file("app.log")
    }

    private func append(_ text: String) throws {
        let file = try #require(fopen(log, "a"))
        fputs(text, file)
        fclose(file)
    }

    /// The checkpoint of the delivery that a file's lines come with.
    private func checkpoint() async throws -> [UInt8] {
        let queue = EventQueue()
        let store = try PositionStore(path: scratch.file("other"))
        let watcher = try FileWatcher(
            configuration: FileWatcher.Configuration(),
            queue: queue,
            ledger: store.ledger,
            board: StatusBoard { _ in }
        )
        try watcher.start()
        let file = LocalFile(
            location: log,
            format: .lines,
            excludes: [],
            onlyFutureEvents: false
        )
        LocalFileCollector(files: [file], agent: CollectorBench.agent).start(on: watcher)
        var found: [UInt8]?
        while found == nil {
            let delivery = queue.pop(within: .milliseconds(100))
            if delivery?.batch.isEmpty == false { found = delivery?.checkpoint?.encoded }
        }
        queue.close()
        watcher.stop()
        return found ?? []
    }

    @Test("a checkpoint that is younger than the file of positions counts, an older one does not")
    func restores() async throws {
        try append("one\ntwo\n")
        let checkpoint = try await checkpoint()
        let path = scratch.file("positions")
        do {
            let store = try PositionStore(path: path)
            #expect(store.ledger.restore(checkpoint, sequence: 7))
            #expect(store.ledger.spooledBefore == 8)
            try store.save()
        }
        let store = try PositionStore(path: path)
        #expect(store.ledger.spooledBefore == 8)
        let forget = Array("forget file ".utf8) + Array(log.utf8)
        #expect(store.ledger.restore(forget, sequence: 7))
        #expect(store.ledger.count == 1)
        #expect(store.ledger.restore(forget, sequence: 8))
        #expect(store.ledger.count == 0)
        #expect(!store.ledger.restore(Array("nonsense".utf8), sequence: 9))
    }

    @Test("a file is read on from the checkpoint that only the spool had")
    func readsOn() async throws {
        try append("one\ntwo\n")
        let checkpoint = try await checkpoint()
        let path = scratch.file("positions")
        let store = try PositionStore(path: path)
        store.ledger.restore(checkpoint, sequence: 1)
        try store.save()
        try append("three\n")

        try await CollectorBench.run(positions: path) { bench in
            bench.collect(LocalFile(log))
            #expect(await bench.texts(1) == ["three"])
        }
    }

    @Test("the first position of a source is on the disk at once, not after a second")
    func firstPosition() async throws {
        try append("before\n")
        let path = scratch.file("positions")
        let store = try PositionStore(path: path)
        try store.start { _ in }
        let queue = EventQueue()
        let watcher = try FileWatcher(
            configuration: FileWatcher.Configuration(),
            queue: queue,
            ledger: store.ledger,
            board: StatusBoard { _ in }
        )
        try watcher.start()
        LocalFileCollector(files: [LocalFile(log)], agent: CollectorBench.agent)
            .start(on: watcher)
        // Only the test's time limit ends this, whatever the machine's load.
        while try PositionStore(path: path).ledger.count == 0 { await Task.yield() }
        queue.close()
        watcher.stop()
        store.stop()
    }
}
