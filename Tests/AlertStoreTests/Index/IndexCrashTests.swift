// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc
import JagaTesting
import Testing

/// A process that writes and indexes alerts, killed at random moments.
@Suite("The index after kill -9", .serialized)
struct IndexCrashTests {
    private static let rounds = 12

    @Test("no alert is missing and none is there twice, however often it dies")
    func survivesKills() async throws {
        let fixture = try IndexFixture()
        var numbers = SeededGenerator(seed: 42)
        for round in 0..<Self.rounds {
            let child = try IndexWriterProcess(
                folder: fixture.folder.path,
                first: round * 1_000_000
            )
            // Not synchronisation: the moment of death is to be any.
            usleep(UInt32(50_000 + numbers.next() % 300_000))
            #expect(child.kill() == SIGKILL, "the process ended by itself")
        }
        let log = try fixture.log()
        try log.append(AlertBatch(lines: [#"{"n":"last"}"#]))

        try fixture.index()

        var record: [String] = []
        for name in fixture.folder.names("2026/Nov").sorted(by: Self.isOlder) {
            let text = fixture.folder.text("2026/Nov/" + name) ?? ""
            record += text.split(separator: "\n").map(String.init)
        }
        let indexed = try await fixture.indexedLines()
        #expect(indexed.count == record.count)
        #expect(indexed == record)
        #expect(record.count > 100, "the processes did too little to say anything")
        #expect(fixture.notices.all == [])
    }

    /// `ossec-alerts-23.json` before `ossec-alerts-23-001.json`.
    private static func isOlder(_ left: String, _ right: String) -> Bool {
        left.dropLast(5) < right.dropLast(5)
    }
}
