// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

/// `kill -9` of the whole program, at moments that chance picks, under load.
@Suite("the record and its index after kill -9", .serialized)
struct RecordCrashTests {
    private static let seed: UInt64 = 20_261_127
    private static let kills = 8

    @Test("the index has each alert of the record once, and no line of the source is missing")
    func killed() throws {
        let folder = try TemporaryFolder()
        let log = folder.path + "/auth.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: log))
        let configuration = folder.path + "/ossec.conf"
        try """
        <ossec_config>
        <wodle name="docker-listener"><disabled>yes</disabled></wodle>
        <localfile><log_format>syslog</log_format><location>\(log)</location>
        <only-future-events>no</only-future-events></localfile>
        </ossec_config>
        """.write(toFile: configuration, atomically: false, encoding: .utf8)
        var random = SeededGenerator(seed: Self.seed)
        var written = 0

        for _ in 0..<Self.kills {
            let jaga = try RunningJaga(["--config", configuration], folder: folder, ready: "yours")
            let end = Date(timeIntervalSinceNow: 0.2 + Double(random.next() % 1_000) / 1_000)
            while Date() < end {
                try file.write(contentsOf: Data(Self.lines(from: written, count: 20).utf8))
                written += 20
                // As fast as a busy host writes, not as fast as a disk does.
                Thread.sleep(forTimeInterval: 0.01)
            }
            #expect(try jaga.process.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
        }
        let jaga = try RunningJaga(["--config", configuration], folder: folder, ready: "yours")
        try Self.waitForAlert(of: "user\(written - 1)", in: jaga.data)
        #expect(try jaga.process.stop() == 0)

        let record = try Self.identifiers(
            try Shell.expect(["sh", "-c", "cat \(jaga.data)/alerts/20*/*/*.json"])
        )
        let found = try Self.identifiers(
            try Shell.expect(
                [Binary.path, "alerts", "search", "", "--data", jaga.data, "--json"]
                    + ["--limit", "\(record.count * 2)"]
            )
        )
        #expect(record.count == written, "seed \(Self.seed)")
        #expect(found.sorted() == record.sorted(), "seed \(Self.seed)")
        let users = try Shell.expect(
            [
                "sh", "-c",
                "cat \(jaga.data)/alerts/20*/*/*.json | grep -o 'user[0-9][0-9]* ' | sort -u | wc -l",
            ]
        )
        #expect(Int(users.trimmingCharacters(in: .whitespaces)) == written, "seed \(Self.seed)")
    }

    /// Waits until the last line of the source is an alert that can be found.
    private static func waitForAlert(of user: String, in data: String) throws {
        let deadline = Date(timeIntervalSinceNow: 60)
        while Date() < deadline {
            let found = try Shell.expect(
                [Binary.path, "alerts", "search", "full_log: \(user)", "--count", "--data", data]
            )
            if found != "0" { return }
        }
        Issue.record("\(user) was not indexed within a minute")
    }

    private static func lines(from start: Int, count: Int) -> String {
        (start..<start + count).map {
            "Nov 27 08:00:00 shop sshd[7]: Failed password for invalid user user\($0) from 192.0.2.9 port 4 ssh2\n"
        }.joined()
    }

    /// Offset and size tell lines apart where ids repeat.
    private static func identifiers(_ lines: String) throws -> [String] {
        struct Line: Decodable {
            let id: String
            let full_log: String
        }
        return try lines.split(separator: "\n").map { line in
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            return line.id + " " + line.full_log
        }
    }
}
