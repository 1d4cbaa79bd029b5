// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Glibc
import Testing

@Suite("The log of alerts")
struct AlertLogTests {
    let folder: TemporaryFolder
    let configuration: AlertLog.Configuration

    init() throws {
        folder = try TemporaryFolder()
        configuration = AlertLog.Configuration(folder: folder.alerts)
    }

    @Test("alerts stand in alerts.json and in the dated file, which are one file")
    func appends() throws {
        let log = try AlertLog(configuration, at: .november(23))

        try log.append(AlertBatch(lines: #"{"a":1}"#, #"{"b":2}"#))

        #expect(folder.text("alerts.json") == "{\"a\":1}\n{\"b\":2}\n")
        #expect(folder.text("2026/Nov/ossec-alerts-23.json") == "{\"a\":1}\n{\"b\":2}\n")
        #expect(
            folder.status("alerts.json")?.inode
                == folder.status("2026/Nov/ossec-alerts-23.json")?.inode
        )
        #expect(log.offset == 16)
        #expect(log.takeNotices() == [])
    }

    @Test("only the owner writes and only the group reads")
    func modes() throws {
        let before = umask(0)
        defer { umask(before) }
        _ = try AlertLog(configuration, at: .november(23))

        #expect(folder.status("")?.mode == 0o750)
        #expect(folder.status("2026/Nov")?.mode == 0o750)
        #expect(folder.status("alerts.json")?.mode == 0o640)
        #expect(folder.status(".lock")?.mode == 0o640)
    }

    @Test("a log that is opened again goes on behind its last alert")
    func reopens() throws {
        do {
            let log = try AlertLog(configuration, at: .november(23))
            try log.append(AlertBatch(lines: #"{"a":1}"#))
        }

        let log = try AlertLog(configuration, at: .november(23, hour: 13))
        #expect(log.offset == 8)
        try log.append(AlertBatch(lines: #"{"b":2}"#))

        #expect(folder.text("alerts.json") == "{\"a\":1}\n{\"b\":2}\n")
        #expect(folder.names("2026/Nov") == ["ossec-alerts-23.json"])
    }

    @Test("a second process may not write to the same folder")
    func isLocked() throws {
        let log = try AlertLog(configuration, at: .november(23))

        let error = #expect(throws: AlertStoreError.self) {
            _ = try AlertLog(configuration, at: .november(23))
        }

        #expect(error?.code == .locked)
        #expect(error?.isRetryable == false)
        #expect(error?.message.contains(folder.alerts) == true)
        #expect(log.offset == 0)
    }

    @Test("the next local day begins the next file")
    func rotatesDaily() throws {
        let log = try AlertLog(configuration, at: .november(23, hour: 23))
        try log.append(AlertBatch(lines: #"{"a":1}"#))

        #expect(try !log.rotateIfNeeded(at: .november(23, hour: 23)))
        let newYork = Timestamp(
            nanoseconds: Timestamp.november(24, hour: 1).nanoseconds,
            utcOffsetSeconds: -5 * 3600
        )
        #expect(try !log.rotateIfNeeded(at: newYork))
        #expect(try log.rotateIfNeeded(at: .november(24, hour: 0)))
        #expect(log.offset == 0)
        try log.append(AlertBatch(lines: #"{"b":2}"#))

        #expect(folder.text("2026/Nov/ossec-alerts-23.json") == "{\"a\":1}\n")
        #expect(folder.text("2026/Nov/ossec-alerts-24.json") == "{\"b\":2}\n")
        #expect(folder.text("alerts.json") == "{\"b\":2}\n")
    }

    @Test("a file that is long enough is followed by the day's next part")
    func rotatesBySize() throws {
        var small = configuration
        small.maximumFileBytes = 8
        let log = try AlertLog(small, at: .november(23))

        for line in [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#] {
            try log.append(AlertBatch(lines: line))
            #expect(try log.rotateIfNeeded(at: .november(23)))
        }

        #expect(
            folder.names("2026/Nov") == [
                "ossec-alerts-23-001.json", "ossec-alerts-23-002.json",
                "ossec-alerts-23-003.json", "ossec-alerts-23.json",
            ]
        )
        #expect(folder.text("2026/Nov/ossec-alerts-23-002.json") == "{\"c\":3}\n")
        #expect(folder.text("alerts.json") == "")
    }

    @Test("a log opened on a later day begins that day's file")
    func rotatesAtOpen() throws {
        do {
            let log = try AlertLog(configuration, at: .november(23))
            try log.append(AlertBatch(lines: #"{"a":1}"#))
        }

        let log = try AlertLog(configuration, at: .november(25))

        #expect(log.offset == 0)
        #expect(folder.text("2026/Nov/ossec-alerts-23.json") == "{\"a\":1}\n")
        #expect(folder.text("2026/Nov/ossec-alerts-25.json") == "")
    }

    @Test("an alerts.json that someone removed is begun anew, and said so")
    func healsRemoval() throws {
        let log = try AlertLog(configuration, at: .november(23))
        try log.append(AlertBatch(lines: #"{"a":1}"#))
        unlink(folder.alerts + "/alerts.json")

        try log.rotateIfNeeded(at: .november(23))
        try log.append(AlertBatch(lines: #"{"b":2}"#))

        #expect(folder.text("alerts.json") == "{\"b\":2}\n")
        #expect(folder.text("2026/Nov/ossec-alerts-23.json") == "{\"a\":1}\n")
        #expect(log.takeNotices() == [.replaced(path: folder.alerts + "/alerts.json")])
        #expect(log.takeNotices() == [])
    }

    @Test("a folder copied without its hard links goes on with a new name")
    func healsCopy() throws {
        do {
            let log = try AlertLog(configuration, at: .november(23))
            try log.append(AlertBatch(lines: #"{"a":1}"#))
        }
        unlink(folder.alerts + "/alerts.json")
        try folder.write("{\"a\":1}\n".utf8, to: "alerts.json")

        let log = try AlertLog(configuration, at: .november(23))
        try log.append(AlertBatch(lines: #"{"b":2}"#))

        #expect(folder.text("alerts.json") == "{\"a\":1}\n{\"b\":2}\n")
        #expect(
            folder.status("alerts.json")?.inode
                == folder.status("2026/Nov/ossec-alerts-23-001.json")?.inode
        )
    }

    @Test("an alerts.json cut by someone is appended to at its end, and said so")
    func healsTruncation() throws {
        let log = try AlertLog(configuration, at: .november(23))
        try log.append(AlertBatch(lines: #"{"a":1}"#, #"{"b":2}"#))
        truncate(folder.alerts + "/alerts.json", 0)

        try log.rotateIfNeeded(at: .november(23))
        try log.append(AlertBatch(lines: #"{"c":3}"#))

        #expect(folder.text("alerts.json") == "{\"c\":3}\n")
        #expect(
            log.takeNotices() == [
                .shortened(path: folder.alerts + "/alerts.json", from: 16, to: 0)
            ]
        )
    }

    @Test("a data folder that cannot be made says which")
    func refusesFileAsFolder() throws {
        let configuration = AlertLog.Configuration(folder: "/dev/null/alerts")

        let error = #expect(throws: AlertStoreError.self) {
            _ = try AlertLog(configuration, at: .november(23))
        }

        #expect(error?.message.contains("/dev/null/alerts") == true)
    }
}
