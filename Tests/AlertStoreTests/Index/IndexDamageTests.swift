// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc
import JagaTesting
import Testing

/// An index whose bytes are not what was written: said, and never the process's
/// end.
@Suite("A damaged index")
struct IndexDamageTests {
    private static let files = ["alerts-000001.sqlite", "alerts-000002.sqlite"]

    @Test("random damage never traps, and the record is whole afterwards", arguments: 1...4)
    func randomDamage(seed: Int) async throws {
        let fixture = try IndexFixture()
        let lines = (0..<300).map { number in
            #"{"timestamp":"2026-11-23T12:00:00.000+0000","id":"1.\#(number)","#
                + #""rule":{"level":\#(number % 16),"description":"text \#(number)"}}"#
        }
        try fixture.log().append(AlertBatch(lines: lines))
        try fixture.index()
        for file in Self.files { Self.forgetJournal(fixture, file) }
        let originals = Self.files.map { fixture.folder.bytes("../index/" + $0) ?? [] }
        try #require(originals.allSatisfy { !$0.isEmpty })
        var numbers = SeededGenerator(seed: UInt64(seed))

        for _ in 0..<20 {
            for (file, original) in zip(Self.files, originals) {
                var bytes = original
                for _ in 0..<Int.random(in: 1...30, using: &numbers) {
                    let index = Int.random(in: 100..<bytes.count, using: &numbers)
                    bytes[index] = UInt8.random(in: 0...255, using: &numbers)
                }
                Self.forgetJournal(fixture, file)
                try fixture.folder.write(bytes, to: "../index/" + file)
            }
            await Self.ask(fixture.reader())
            // Said or mended, as the damage may be.
            _ = try? fixture.index()
        }

        for file in Self.files {
            Self.forgetJournal(fixture, file)
            try fixture.folder.write("no database".utf8, to: "../index/" + file)
        }
        try fixture.index()
        #expect(try await fixture.indexedLines() == lines, "seed \(seed)")
    }

    private static func forgetJournal(_ fixture: IndexFixture, _ file: String) {
        for suffix in ["-wal", "-shm"] {
            unlink(fixture.folder.alerts + "/../index/" + file + suffix)
        }
    }

    /// Every kind of question; what is damaged is refused, which is as good.
    private static func ask(_ index: SQLiteAlertIndex) async {
        _ = try? await index.search(AlertSearch(AlertQuery(), order: .newestFirst, limit: 500))
        if let filter = try? AlertFilter.parse("rule.level >= 3 and \"text\"", now: .november(23)) {
            let query = AlertQuery(filter: filter)
            _ = try? await index.search(AlertSearch(query, order: .oldestFirst, limit: 50))
            let top = AlertAggregation.Kind.top(field: "rule.level", size: 5, prefix: "")
            _ = try? await index.aggregate(
                query,
                [AlertAggregation(.count), AlertAggregation(top)]
            )
        }
        _ = try? await index.fields()
        _ = try? await index.status()
        _ = try? await index.alert(id: "1.7")
    }
}
