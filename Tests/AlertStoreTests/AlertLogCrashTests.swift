// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc
import Testing

/// What `kill -9`, a power cut and a full disk leave behind.
@Suite("The log of alerts after a crash")
struct AlertLogCrashTests {
    private static let first = #"{"rule":{"level":5,"description":"a \"b\" }"}}"#
    private static let second = #"{"rule":{"level":7},"data":{"list":["x","{"]}}"#

    @Test("wherever the last line is torn, it goes and all before it stays")
    func recoversFromEveryOffset() throws {
        let lines = Self.first + "\n" + Self.second + "\n"
        let kept = Self.first.utf8.count + 1
        var cases = 0
        for length in kept..<lines.utf8.count {
            let folder = try TemporaryFolder()
            let configuration = AlertLog.Configuration(folder: folder.alerts)
            _ = try AlertLog(configuration, at: .november(23))
            try folder.write(lines.utf8.prefix(length), to: "alerts.json")

            let log = try AlertLog(configuration, at: .november(23))
            #expect(log.offset == kept, "torn at \(length)")
            try log.append(AlertBatch(lines: #"{"next":1}"#))

            #expect(folder.text("alerts.json") == Self.first + "\n{\"next\":1}\n")
            let part = "torn-1795435200-\(kept).part"
            let torn = length - kept
            #expect(
                log.takeNotices()
                    == (torn == 0
                        ? []
                        : [.tornTail(bytes: torn, keptIn: folder.alerts + "/" + part)])
            )
            let expected = torn == 0 ? nil : Array(lines.utf8.prefix(length).suffix(torn))
            #expect(folder.bytes(part) == expected)
            cases += 1
        }
        #expect(cases == 47)
    }

    @Test(
        "a last line that is no whole object goes, though it ends",
        arguments: [
            "{\"a\":\n", "{\"a\":\"\u{0}\u{0}\"}\n", "\u{0}\u{0}\u{0}\n", "\n", "{}}\n",
            "{\"a\":1}\"\n", "hello\n\n{\"a\":[1\n", "\u{0}\u{0}",
        ]
    )
    func recoversFromBrokenLines(tail: String) throws {
        let folder = try TemporaryFolder()
        let configuration = AlertLog.Configuration(folder: folder.alerts)
        _ = try AlertLog(configuration, at: .november(23))
        try folder.write((Self.first + "\n" + tail).utf8, to: "alerts.json")

        let log = try AlertLog(configuration, at: .november(23))

        #expect(folder.text("alerts.json") == Self.first + "\n")
        #expect(log.takeNotices().count == 1)
    }

    @Test("a torn line longer than any block that is read at once goes too")
    func recoversFromLongTornLine() throws {
        let folder = try TemporaryFolder()
        let configuration = AlertLog.Configuration(folder: folder.alerts)
        _ = try AlertLog(configuration, at: .november(23))
        let torn = "{\"a\":\"" + String(repeating: "x", count: 300_000)
        try folder.write((Self.first + "\n" + torn).utf8, to: "alerts.json")

        let log = try AlertLog(configuration, at: .november(23))

        #expect(log.offset == Self.first.utf8.count + 1)
        #expect(folder.names().contains("torn-1795435200-\(log.offset).part"))
    }

    @Test("a crash while rotating leaves the old file current and harms nothing")
    func recoversFromHalfRotation() throws {
        let folder = try TemporaryFolder()
        let configuration = AlertLog.Configuration(folder: folder.alerts)
        do {
            let log = try AlertLog(configuration, at: .november(23))
            try log.append(AlertBatch(lines: #"{"a":1}"#))
        }
        try folder.write([], to: "alerts.json.new")
        link(
            folder.alerts + "/alerts.json.new",
            folder.alerts + "/2026/Nov/ossec-alerts-24.json"
        )

        let log = try AlertLog(configuration, at: .november(24))
        try log.append(AlertBatch(lines: #"{"b":2}"#))

        #expect(folder.text("2026/Nov/ossec-alerts-23.json") == "{\"a\":1}\n")
        #expect(folder.text("2026/Nov/ossec-alerts-24-001.json") == "{\"b\":2}\n")
        #expect(folder.text("alerts.json") == "{\"b\":2}\n")
        #expect(!folder.names().contains("alerts.json.new"))
    }

    // Needs the right to mount: a full disk is made, not pretended.
    @Test(
        "on a full disk a batch waits as a whole, and goes in once there is room",
        .enabled(if: TemporaryFolder.canMount, "needs root: mounts a tmpfs of 64 KB")
    )
    func waitsOnFullDisk() throws {
        let folder = try TemporaryFolder(tmpfsBytes: 64 << 10)
        let log = try AlertLog(
            AlertLog.Configuration(folder: folder.alerts),
            at: .november(23)
        )
        try log.append(AlertBatch(lines: Self.first))
        try folder.write(repeatElement(UInt8(1), count: 40_000), to: "ballast")
        let batch = AlertBatch(
            lines: #"{"s":1}"#,
            "{\"a\":\"" + String(repeating: "x", count: 30_000) + "\"}"
        )

        for _ in 1...3 {
            let error = #expect(throws: AlertStoreError.self) { try log.append(batch) }
            #expect(error?.code == .diskFull)
            #expect(error?.isRetryable == true)
            #expect(error?.message.contains("alerts.json: no space left on device") == true)
            #expect(error?.message.contains("free space") == true)
            #expect(folder.text("alerts.json") == Self.first + "\n")
        }
        unlink(folder.alerts + "/ballast")
        try log.append(batch)

        let committed = folder.bytes("alerts.json")
        #expect(committed?.count == Self.first.utf8.count + 1 + batch.bytes.count)
        #expect(committed?.suffix(batch.bytes.count) == batch.bytes[...])
        #expect(log.offset == committed?.count)
        #expect(log.takeNotices() == [])
    }

    @Test(
        "a disk full at start is an error that may pass, and keeps the torn line",
        .enabled(if: TemporaryFolder.canMount, "needs root: mounts a tmpfs of 96 KB")
    )
    func startsOnFullDisk() throws {
        let folder = try TemporaryFolder(tmpfsBytes: 96 << 10)
        let configuration = AlertLog.Configuration(folder: folder.alerts)
        _ = try AlertLog(configuration, at: .november(23))
        let torn = "{\"a\":\"" + String(repeating: "x", count: 30_000)
        try folder.write(torn.utf8, to: "alerts.json")
        try? folder.write(repeatElement(UInt8(1), count: 100_000), to: "ballast")

        let error = #expect(throws: AlertStoreError.self) {
            _ = try AlertLog(configuration, at: .november(23))
        }
        #expect(error?.code == .diskFull)
        #expect(folder.text("alerts.json") == torn)
        #expect(!folder.names().contains { $0.hasPrefix("torn-") })
        unlink(folder.alerts + "/ballast")
        // The space comes back when the last holder is gone: a child that another test
        // starts in this moment is one until it runs its program.
        var log = try? AlertLog(configuration, at: .november(23))
        for _ in 0..<200 where log == nil {
            usleep(10_000)
            log = try? AlertLog(configuration, at: .november(23))
        }

        #expect(log?.offset == 0)
        #expect(folder.text("torn-1795435200-0.part") == torn)
    }
}
