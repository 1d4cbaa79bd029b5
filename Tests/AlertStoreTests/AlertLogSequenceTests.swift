// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AlertStore
import EventModel
import Testing

@Suite("The last event of a record")
struct AlertLogSequenceTests {
    let folder: TemporaryFolder
    let configuration: AlertLog.Configuration

    init() throws {
        folder = try TemporaryFolder()
        configuration = AlertLog.Configuration(folder: folder.alerts)
    }

    private static func line(_ sequence: Int, _ text: String = "x") -> String {
        #"{"full_log":"\#(text)","jaga":{"sequence":\#(sequence)}}"#
    }

    @Test("it is the one of the last line, with all lines that it has")
    func lastLines() throws {
        let log = try AlertLog(configuration, at: .november(23))
        #expect(try log.lastEvent() == nil)
        try log.append(AlertBatch(lines: Self.line(7), Self.line(12), Self.line(12, "y")))

        #expect(
            try log.lastEvent()
                == AlertLog.LastEvent(
                    sequence: 12,
                    lines: 2,
                    offset: Self.line(7).utf8.count + 1
                )
        )
    }

    @Test("lines without a sequence, and texts that look like one, are passed over")
    func otherLines() throws {
        let log = try AlertLog(configuration, at: .november(23))
        try log.append(
            AlertBatch(
                lines: Self.line(7),
                #"{"full_log":",\"jaga\":{\"sequence\":99}}"}"#,
                #"{"data":{"jaga":{"sequence":99}},"location":"x"}"#,
                #"{"data":{"a":1,"jaga":{"sequence":99}}}"#,
                #"{"a":1,"jaga":{"sequence":99999999999999999999}}"#,
                #"{"a":1,"jaga":{"sequence":}}"#
            )
        )

        #expect(try log.lastEvent()?.sequence == 7)
    }

    @Test("an event that was cut is the last one too")
    func truncated() throws {
        let log = try AlertLog(configuration, at: .november(23))
        try log.append(
            AlertBatch(
                lines: Self.line(7),
                #"{"full_log":"x","jaga":{"truncated":true,"sequence":8}}"#,
                #"{"data":{"a":1,"jaga":{"truncated":true,"sequence":99}}}"#,
                #"{"full_log":"x","jaga":{"truncated":true}}"#
            )
        )

        #expect(try log.lastEvent()?.sequence == 8)
    }

    @Test("after a rotation it is found in the file before, plain or compressed")
    func rotated() throws {
        let log = try AlertLog(configuration, at: .november(23))
        try log.append(AlertBatch(lines: Self.line(5), Self.line(6), Self.line(6)))
        try log.rotateIfNeeded(at: .november(24))
        let expected = AlertLog.LastEvent(sequence: 6, lines: 2, offset: nil)
        #expect(try log.lastEvent() == expected)

        var archiver = AlertArchiver.Configuration(folder: folder.alerts)
        // At once, though the file is younger than the test's time.
        archiver.compressAfterSeconds = -1_000_000_000
        _ = try AlertArchiver(archiver).pass(at: .november(24))
        #expect(folder.names("2026/Nov").contains("ossec-alerts-23.json.gz"))
        #expect(try log.lastEvent() == expected)
    }
}
