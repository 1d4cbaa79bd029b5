// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import JagaTesting
import Testing

/// Outputs that change in `ossec.conf` while Jaga runs.
@Suite("outputs that change while Jaga runs", .serialized, .timeLimit(.minutes(3)))
struct OutputReloadTests {
    /// A receiver of lines over TCP.
    private final class Receiver: Sendable {
        let process: RunningProcess
        let port: String
        private let file: String

        init(_ name: String, _ folder: TemporaryFolder) throws {
            file = folder.path + "/" + name
            let script = TestData.checkout + "/Tests/IntegrationTests/Receivers/receiver.py"
            process = try RunningProcess(["/usr/bin/python3", script, "syslog", "1", file])
            port = try process.line { Int($0) != nil }
        }

        var users: [String] {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map { String($0.dropFirst(2)) }
        }

        /// Waits until the last one came.
        func wait(for user: String) {
            let end = Date(timeIntervalSinceNow: 30)
            while users.last != user, Date() < end { usleep(20_000) }
        }
    }

    private static func write(_ outputs: String, _ folder: TemporaryFolder) throws {
        try """
        <ossec_config>
        <wodle name="docker-listener"><disabled>yes</disabled></wodle>
        <localfile><log_format>syslog</log_format><location>\(folder.path)/auth.log</location>
        <only-future-events>no</only-future-events></localfile>
        \(outputs)
        </ossec_config>
        """.write(toFile: folder.path + "/ossec.conf", atomically: true, encoding: .utf8)
    }

    private static func output(_ port: String, _ more: String = "") -> String {
        """
        <syslog_output><server>127.0.0.1</server><port>\(port)</port><protocol>tcp</protocol>
        <rule_id>5710</rule_id>\(more)</syslog_output>
        """
    }

    private static func log(_ number: Int, _ folder: TemporaryFolder) throws {
        let file = try #require(FileHandle(forWritingAtPath: folder.path + "/auth.log"))
        try file.seekToEnd()
        let line =
            "Nov 27 08:00:00 shop sshd[7]: Failed password for invalid user user\(number) "
            + "from 192.0.2.\(number) port 4 ssh2\n"
        try file.write(contentsOf: Data(line.utf8))
        try file.close()
    }

    /// Waits until the settings were read again so many times.
    private static func waitForReload(_ count: Int, _ jaga: RunningJaga) {
        let end = Date(timeIntervalSinceNow: 20)
        while jaga.process.errorLines.count(where: { $0.contains("ruleset reloaded") }) < count,
            Date() < end
        { usleep(20_000) }
    }

    @Test("an output begins, moves with what waits, and ends, without a restart")
    func reload() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (try Receiver("first", folder), try Receiver("second", folder))
        _ = FileManager.default.createFile(atPath: folder.path + "/auth.log", contents: nil)
        try Self.write("", folder)
        let arguments = ["--config", folder.path + "/ossec.conf"]
        let jaga = try RunningJaga(arguments, folder: folder, ready: "yours")
        try Self.log(1, folder)
        try jaga.process.line(within: 20) { $0.contains("user1 ") }

        // None was there: it begins with what comes.
        try Self.write(Self.output(first.port), folder)
        Self.waitForReload(1, jaga)
        try Self.log(2, folder)
        first.wait(for: "user2")
        #expect(first.users == ["user2"])

        // A mistake elsewhere in the file leaves it as it is.
        try Self.write(
            Self.output(second.port) + "<integration><name>slack</name></integration>",
            folder
        )
        try jaga.process.errorLine(within: 20) { $0.contains("outputs stay as they were") }
        try Self.log(3, folder)
        first.wait(for: "user3")
        #expect(first.users == ["user2", "user3"])

        // What waits for a place that is away goes to the next.
        try Self.write(Self.output("1"), folder)
        Self.waitForReload(3, jaga)
        try Self.log(4, folder)
        try jaga.process.errorLine(within: 20) { $0.contains("output syslog: ") }
        try Self.write(Self.output(second.port), folder)
        Self.waitForReload(4, jaga)
        try Self.log(5, folder)
        second.wait(for: "user5")
        #expect(second.users == ["user4", "user5"])

        try Self.write("", folder)
        Self.waitForReload(5, jaga)
        try Self.log(6, folder)
        try jaga.process.line(within: 20) { $0.contains("user6 ") }
        #expect(try jaga.process.stop() == 0)
        #expect(second.users == ["user4", "user5"])
        #expect(first.users == ["user2", "user3"])
    }
}
