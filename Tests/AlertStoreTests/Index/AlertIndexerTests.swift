// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc
import Testing

/// Following the record: rotation, compression, damage, retention.
@Suite("The indexer of alerts")
struct AlertIndexerTests {
    private static func lines(_ range: Range<Int>, day: Int = 23) -> [String] {
        range.map { number in
            #"{"timestamp":"2026-11-\#(day)T12:00:00.000+0000","id":"1.\#(number)","n":"\#(number)"}"#
        }
    }

    @Test("rotated files are read to their end, in order, once")
    func followsRotation() async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        try log.append(AlertBatch(lines: Self.lines(0..<100)))
        try fixture.index()
        try log.append(AlertBatch(lines: Self.lines(100..<150)))
        try log.rotateIfNeeded(at: .november(24))
        try log.append(AlertBatch(lines: Self.lines(150..<160)))
        try log.rotateIfNeeded(at: .november(25))
        try log.append(AlertBatch(lines: Self.lines(160..<170)))

        let progress = try fixture.index()

        #expect(progress.alerts == 70)
        #expect(try await fixture.indexedLines() == Self.lines(0..<170))
    }

    @Test("a file that was compressed meanwhile goes on where it stood")
    func readsCompressed() async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        try log.append(AlertBatch(lines: Self.lines(0..<100)))
        try fixture.index()
        try log.append(AlertBatch(lines: Self.lines(100..<150)))
        try log.rotateIfNeeded(at: .november(24))
        try log.append(AlertBatch(lines: Self.lines(150..<160)))
        var archive = AlertArchiver.Configuration(folder: fixture.folder.alerts)
        archive.compressAfterSeconds = -1_000_000_000
        archive.keepDays = 100_000
        _ = try AlertArchiver(archive).pass(at: .november(24))
        #expect(fixture.folder.names("2026/Nov").contains("ossec-alerts-23.json.gz"))

        try fixture.index()

        #expect(try await fixture.indexedLines() == Self.lines(0..<160))
        #expect(fixture.notices.all == [])
    }

    @Test("an index is built from compressed files alone, too")
    func buildsFromCompressed() async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        for day in 23..<26 {
            try log.rotateIfNeeded(at: .november(day))
            try log.append(AlertBatch(lines: Self.lines(day * 10..<day * 10 + 10)))
        }
        var archive = AlertArchiver.Configuration(folder: fixture.folder.alerts)
        archive.compressAfterSeconds = -1_000_000_000
        archive.keepDays = 100_000
        _ = try AlertArchiver(archive).pass(at: .november(25))

        try fixture.index()

        #expect(try await fixture.indexedLines() == Self.lines(230..<260))
    }

    @Test("archives are followed as alerts are")
    func followsArchives() async throws {
        let fixture = try IndexFixture()
        fixture.configuration.kind = .archives
        var settings = AlertLog.Configuration(folder: fixture.folder.alerts)
        settings.kind = .archives
        let log = try AlertLog(settings, at: .november(23))
        try log.append(AlertBatch(lines: Self.lines(0..<5)))

        try fixture.index()

        #expect(fixture.folder.text("2026/Nov/ossec-archive-23.json")?.isEmpty == false)
        let configuration = SQLiteAlertIndex.Configuration(
            record: fixture.configuration.record,
            kind: .archives,
            index: fixture.configuration.index
        )
        let index = SQLiteAlertIndex(configuration, damaged: { _ in })
        #expect(try await index.status().alerts == 5)
    }

    @Test("what is no alert is passed over and counted, and the rest is found")
    func countsMalformed() async throws {
        let fixture = try IndexFixture()
        _ = try fixture.log()
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        let keys = (0..<100_000).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
        let long = String(repeating: "word ", count: 200_000)
        let hostile: [String] = [
            #"{"a":1}"#, "no json", #"{"a":"#, "{\"a\":\(deep)}", "{\(keys)}",
            #"{"full_log":"\#(long)","b":"\#(long)"}"#, #"{"a":1,"a":2,"a":2}"#, "{}", #"{"":""}"#,
            #"{"a":"\ud800 \uZZZZ \q"}"#, "[1]", "",
        ]
        var bytes: [UInt8] = []
        for line in hostile { bytes += Array(line.utf8) + [0x0A] }
        bytes += Array(#"{"a":""#.utf8) + [0xFF, 0xC3, 0x28] + Array("\"}\n".utf8)
        try fixture.folder.write(bytes, to: "alerts.json", mode: "ab")

        try fixture.index()

        let index = fixture.reader()
        let status = try await index.status()
        #expect(status.malformedLines == 4)
        #expect(status.alerts == 9)
        let lines = try await index.search(
            AlertSearch(AlertQuery(), order: .oldestFirst, limit: 20)
        )
        #expect(lines.alerts[0].json == Array(hostile[0].utf8))
        #expect(lines.alerts[2].json == Array(hostile[4].utf8))
        let twice = AlertQuery(
            filter: .and([.field("a", .equals("1")), .field("a", .equals("2"))])
        )
        #expect(try await index.search(AlertSearch(twice)).total == 1)
    }

    @Test("values that are too many for columns are counted")
    func countsDroppedFields() async throws {
        let fixture = try IndexFixture()
        fixture.configuration.segmentRows = 1
        let log = try fixture.log()
        let keys = (0..<1500).map { #""k\#($0)":1"# }.joined(separator: ",")
        try log.append(AlertBatch(lines: "{\(keys)}"))

        try fixture.index()

        #expect(try await fixture.reader().status().droppedFields == 476)
        #expect(try await fixture.reader().fields().count == 1024)
    }

    @Test(
        "a damaged index is begun anew from the record, and said so",
        arguments: ["no database at all", "", "version"]
    )
    func mendsDamage(kind: String) async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        try log.append(AlertBatch(lines: Self.lines(0..<300)))
        try fixture.index()
        let file = "../index/alerts-000002.sqlite"
        for suffix in ["-wal", "-shm"] { unlink(fixture.folder.alerts + "/" + file + suffix) }
        if kind == "version" {
            var bytes = fixture.folder.bytes(file) ?? []
            // The user version in the database's header.
            bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
            try fixture.folder.write(bytes, to: file)
        } else {
            try fixture.folder.write(kind.utf8, to: file)
        }

        try fixture.index()

        #expect(try await fixture.indexedLines() == Self.lines(0..<300))
        let rebuilt = fixture.notices.all.contains {
            if case .rebuilding = $0 { true } else { false }
        }
        // An empty file is one that was just being made: the one before it goes on.
        #expect(rebuilt == !kind.isEmpty)
    }

    @Test("a record that was replaced is indexed anew")
    func noticesForeignRecord() async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        try log.append(AlertBatch(lines: Self.lines(0..<20)))
        try fixture.index()
        var other: [UInt8] = []
        for line in Self.lines(500..<540) { other += Array(line.utf8) + [0x0A] }
        try fixture.folder.write(other, to: "alerts.json")

        try fixture.index()
        try fixture.index()

        #expect(try await fixture.indexedLines() == Self.lines(500..<540))
        #expect(fixture.notices.all.count == 1)
    }

    @Test("the oldest partitions go, by age and by size, never the one written to")
    func keepsBounds() async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        try log.append(AlertBatch(lines: Self.lines(0..<1200)))
        fixture.configuration.retention.maximumBytes = 1
        try fixture.index()
        try fixture.index()

        let status = try await fixture.reader().status()
        #expect(status.partitions == 1)
        #expect(status.alerts < 256)
        #expect(fixture.notices.all.contains { if case .removed = $0 { true } else { false } })

        let aged = try IndexFixture()
        let second = try aged.log()
        try second.append(AlertBatch(lines: Self.lines(0..<600)))
        aged.configuration.retention.maximumDays = 1
        aged.configuration.partitionDays = 1
        try aged.index()
        try aged.index()
        // All are of 2026-11-23, and the clock is far behind or ahead of it.
        #expect(try await aged.reader().status().partitions <= 3)
    }

    @Test("one process writes an index, and the other is told")
    func isExclusive() throws {
        let fixture = try IndexFixture()
        let first = try AlertIndexer(fixture.configuration) { _ in }
        let error = #expect(throws: AlertIndexError.self) {
            _ = try AlertIndexer(fixture.configuration) { _ in }
        }
        #expect(error?.code == .locked)
        #expect(first.progress.alerts == 0)
    }

    @Test("an alert is found within moments of being written, while the indexer runs")
    func followsLive() async throws {
        let fixture = try IndexFixture()
        let log = try fixture.log()
        let indexer = try AlertIndexer(fixture.configuration) { _ in }
        let thread = BackgroundThread { indexer.run() }
        let index = fixture.reader()
        for number in 0..<20 {
            try log.append(AlertBatch(lines: Self.lines(number..<number + 1)))
            indexer.wake()
            let filter = AlertFilter.field("n", .equals("\(number)"))
            var total = 0
            var tries = 0
            while total == 0, tries < 500 {
                total = try await index.search(AlertSearch(AlertQuery(filter: filter))).total ?? 0
                tries += 1
                if total == 0 { try await Task.sleep(for: .milliseconds(10)) }
            }
            #expect(total == 1)
        }
        indexer.stop()
        thread.join()
        #expect(indexer.progress.alerts == 20)
        #expect(try await index.status().lagBytes == 0)
        #expect(try await index.status().lagSeconds == 0)
        withExtendedLifetime(fixture) {}
    }

    @Test("an indexer whose folders vanish goes on trying, and stops when told")
    func survivesLostFolders() throws {
        for round in 0..<20 {
            let indexer: AlertIndexer
            let thread: BackgroundThread
            do {
                let fixture = try IndexFixture()
                fixture.configuration.segmentRows = 3
                fixture.configuration.partitionRows = 6
                let log = try fixture.log()
                indexer = try AlertIndexer(fixture.configuration) { _ in }
                thread = BackgroundThread { [indexer] in indexer.run() }
                for number in 0..<round * 3 {
                    try log.append(AlertBatch(lines: Self.lines(number..<number + 1)))
                    indexer.wake()
                }
                // The folder goes with the fixture.
                withExtendedLifetime(fixture) {}
            }
            indexer.stop()
            thread.join()
        }
    }
}

/// A thread that a test waits for.
final class BackgroundThread: Sendable {
    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        final class Work: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        pthread_create(
            &thread,
            nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            },
            work
        )
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }
}
