// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import JagaTesting
import Testing

/// Two programs: one reports to the other by Wazuh's protocol, and both are killed.
@Suite("reporting by Wazuh's protocol through kill -9", .serialized)
struct WazuhReportingTests {
    private static let seed: UInt64 = 20_261_128
    private static let kills = 6

    @Test("no line that was written is missing at the manager")
    func killed() throws {
        let (below, above) = (try TemporaryFolder(), try TemporaryFolder())
        let log = below.path + "/auth.log"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try #require(FileHandle(forWritingAtPath: log))
        try Self.configure(below, above, log: log, ports: [Self.freePort(), Self.freePort()])
        var random = SeededGenerator(seed: Self.seed)
        var written = 0

        var manager = try Self.start(above)
        var agent = try Self.start(below)
        for round in 0..<Self.kills {
            let end = Date(timeIntervalSinceNow: Double.random(in: 0.5...2, using: &random))
            while Date() < end {
                try file.write(contentsOf: Data(Self.lines(from: written, count: 5).utf8))
                written += 5
                // As fast as a busy host writes, not as fast as a disk does.
                Thread.sleep(forTimeInterval: 0.02)
            }
            if round % 3 == 2 {
                #expect(try agent.process.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
                agent = try Self.start(below)
            } else {
                #expect(try manager.process.stop(SIGKILL) == -SIGKILL, "seed \(Self.seed)")
                manager = try Self.start(above)
            }
        }

        let users = try Self.users(upTo: written, in: manager.data)
        #expect(users == written, "seed \(Self.seed)")
        #expect(try agent.process.stop() == 0)
        #expect(try manager.process.stop() == 0)
    }

    private static func start(_ folder: TemporaryFolder) throws -> RunningJaga {
        try RunningJaga(["--config", folder.path + "/ossec.conf"], folder: folder, ready: "yours")
    }

    private static func configure(
        _ below: TemporaryFolder,
        _ above: TemporaryFolder,
        log: String,
        ports: [Int]
    ) throws {
        let quiet = "<wodle name=\"docker-listener\"><disabled>yes</disabled></wodle>"
        try """
        <ossec_config>\(quiet)
        <remote><connection>secure</connection><local_ip>127.0.0.1</local_ip>
        <port>\(ports[0])</port></remote>
        <auth><port>\(ports[1])</port></auth>
        </ossec_config>
        """.write(toFile: above.path + "/ossec.conf", atomically: false, encoding: .utf8)
        try """
        <ossec_config>\(quiet)
        <localfile><log_format>syslog</log_format><location>\(log)</location>
        <only-future-events>no</only-future-events></localfile>
        <client><server><address>127.0.0.1</address><port>\(ports[0])</port>
        <max_retries>1000</max_retries><retry_interval>1</retry_interval></server>
        <enrollment><port>\(ports[1])</port><agent_name>below</agent_name>
        <delay_after_enrollment>0</delay_after_enrollment></enrollment></client>
        <client_buffer><disabled>yes</disabled></client_buffer>
        </ossec_config>
        """.write(toFile: below.path + "/ossec.conf", atomically: false, encoding: .utf8)
    }

    /// How many different users the manager's alerts of the agent name, once the last one
    /// is there.
    private static func users(upTo count: Int, in data: String) throws -> Int {
        let command =
            "cat \(data)/alerts/alerts.json | grep -F '\"name\":\"below\"'"
            + " | grep -o 'user[0-9][0-9]* from' | sort -u | wc -l"
        let deadline = Date(timeIntervalSinceNow: 90)
        var found = 0
        while found < count, Date() < deadline {
            let text = try Shell.expect(["sh", "-c", command])
            found = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            Thread.sleep(forTimeInterval: 0.2)
        }
        return found
    }

    private static func lines(from start: Int, count: Int) -> String {
        (start..<start + count).map {
            "Nov 27 08:00:00 shop sshd[7]: Failed password for invalid user user\($0) from "
                + "192.0.2.9 port 4 ssh2\n"
        }.joined()
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isBound)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
